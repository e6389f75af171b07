#include "services/submission/report_rules.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_join.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/calendar/period.h"
#include "google/protobuf/util/time_util.h"
#include "services/submission/measurement_rules.h"
#include "services/submission/plan_rules.h"

namespace duban::submission {
namespace {

using common::v1::PeriodKind_Name;
using indicator::v1::Indicator;
using indicator::v1::Plan;
using indicator::v1::PlanHistory;
using indicator::v1::Responsibility;
using v1::Report;

constexpr int kNarrativeCharacters = 4000;
constexpr int kCommentCharacters = 1000;

struct Arrow {
  Report::State from;
  Report::Action action;
  Report::State to;
};
constexpr std::array<Arrow, 6> kArrows = {{
    {Report::DRAFT, Report::UPDATE, Report::DRAFT},
    {Report::DRAFT, Report::SUBMIT, Report::SUBMITTED},
    {Report::SUBMITTED, Report::ACCEPT, Report::ACCEPTED},
    {Report::SUBMITTED, Report::RETURN, Report::RETURNED},
    {Report::RETURNED, Report::UPDATE, Report::RETURNED},
    {Report::RETURNED, Report::SUBMIT, Report::SUBMITTED},
}};

bool IsJudgement(Report::Action action) {
  return action == Report::ACCEPT || action == Report::RETURN;
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

absl::Status CheckLine(const Indicator& indicator, const std::string& unit) {
  const Responsibility& responsibility = indicator.responsibility();
  const auto reporting = ReportingLines(responsibility);
  for (const Responsibility::Line* line : reporting) {
    if (line->unit() == unit) return absl::OkStatus();
  }
  for (const Responsibility::Line& line : responsibility.lines()) {
    if (line.unit() == unit && IsAccountable(line) && !reporting.empty()) {
      return Error(kNotDataReporter)
          .With("indicator", indicator.name())
          .With("data_reporter", reporting.front()->unit())
          .Field("report.unit");
    }
  }
  return Error(kUnitOwesNothing)
      .With("unit", unit)
      .With("indicator", indicator.name())
      .Field("report.unit");
}

// The period of a report, of the plan's year and begun.
absl::StatusOr<Period> CheckPeriod(const std::string& text, const Plan& plan,
                                   absl::CivilDay today) {
  const absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) return Error(kPeriodInvalid).With("value", text).Field("report.period");
  if (period->year() != plan.year()) {
    return Error(kPeriodOutsidePlan)
        .With("period", text)
        .With("year", std::to_string(plan.year()))
        .Field("report.period");
  }
  if (period->first_day() > today) {
    return Error(kPeriodNotStarted)
        .With("period", text)
        .With("first_day", FormatDate(period->first_day()))
        .Field("report.period");
  }
  return *period;
}

absl::StatusOr<std::string> CheckAsOfDate(const std::string& text, const Period& period,
                                          absl::CivilDay today) {
  const absl::CivilDay last = std::min(period.last_day(), today);
  if (text.empty()) return FormatDate(last);
  const absl::StatusOr<absl::CivilDay> day = ParseDate(text, "report.as_of_date");
  if (day.ok() && *day >= period.first_day() && *day <= last) return text;
  return Error(kAsOfDateInvalid)
      .With("value", text)
      .With("first", FormatDate(period.first_day()))
      .With("last", FormatDate(last))
      .Field("report.as_of_date");
}

absl::Status CheckTexts(const Report& report) {
  const Report::Narrative& narrative = report.narrative();
  DUBAN_RETURN_IF_ERROR(CheckText(narrative.progress(), "report.narrative.progress",
                                  kNarrativeCharacters, /*required=*/false));
  DUBAN_RETURN_IF_ERROR(CheckText(narrative.problems(), "report.narrative.problems",
                                  kNarrativeCharacters, /*required=*/false));
  DUBAN_RETURN_IF_ERROR(CheckText(narrative.next_steps(), "report.narrative.next_steps",
                                  kNarrativeCharacters, /*required=*/false));
  DUBAN_RETURN_IF_ERROR(
      CheckText(report.comment(), "report.comment", kCommentCharacters, /*required=*/false));
  if (!Report::ObservationStatus_IsValid(report.observation_status())) {
    return FieldInvalid("report.observation_status", "没有这种数据状态", "no such status");
  }
  return absl::OkStatus();
}

absl::Status CheckJudge(const Report& report, const Plan& plan, const Actor& actor) {
  // A token may carry roles of several kinds, and act for units beside its own.
  const bool own = actor.unit == report.unit() || std::find(actor.units.begin(), actor.units.end(),
                                                            report.unit()) != actor.units.end();
  if (own) return Error(kOwnUnitReview);
  const auto& group = plan.work_group();
  if (report.unit() != group.office() || actor.Has(common::v1::LEADER)) return absl::OkStatus();
  const bool reviewer = actor.Has(common::v1::OFFICE) && !actor.unit.empty() &&
                        actor.unit == group.recusal_reviewer();
  if (reviewer) return absl::OkStatus();
  return Error(kRecusalRequired).With("recusal_reviewer", group.recusal_reviewer());
}

bool MayMove(Report::Action action, const Report& report, const Plan& plan, const Actor& actor) {
  if (!CheckInForce(plan).ok()) return false;
  if (IsJudgement(action)) {
    return (actor.Has(common::v1::OFFICE) || actor.Has(common::v1::LEADER)) &&
           CheckJudge(report, plan, actor).ok();
  }
  return (actor.Has(common::v1::REPORTER) || actor.Has(common::v1::UNIT_HEAD) ||
          actor.Has(common::v1::SYSTEM)) &&
         actor.ActsFor(report.unit());
}

std::vector<Report::Action> PermittedActions(const Report& report, const Plan& plan,
                                             const Actor& actor) {
  std::vector<Report::Action> actions;
  for (const Arrow& arrow : kArrows) {
    if (arrow.from == report.state() && MayMove(arrow.action, report, plan, actor)) {
      actions.push_back(arrow.action);
    }
  }
  return actions;
}

absl::Status MoveNotAllowed(const Report& report, Report::Action move, const Plan& plan,
                            const Actor& actor) {
  const auto allowed = PermittedActions(report, plan, actor);
  const auto name = [](std::string* out, Report::Action action) {
    out->append(Report::Action_Name(action));
  };
  return Error(kReportMoveNotAllowed)
      .With("state", Report::State_Name(report.state()))
      .With("move", Report::Action_Name(move))
      .With("allowed", absl::StrJoin(allowed, ",", name));
}

void Record(const ReportMove& move, const Actor& actor, absl::Time now, Report* report) {
  if (move.action == Report::SUBMIT) {
    *report->mutable_submit_time() = ToTimestamp(now);
    if (!report->has_first_submit_time()) *report->mutable_first_submit_time() = ToTimestamp(now);
    report->set_submitter(actor.subject);
  }
  if (IsJudgement(move.action)) {
    Report::Decision* decision = report->mutable_decision();
    decision->set_actor(actor.subject);
    decision->set_unit(actor.unit);
    *decision->mutable_time() = ToTimestamp(now);
    decision->set_reason(move.reason);
  }
}

}  // namespace

bool Actor::Has(common::v1::Role role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool Actor::ActsFor(std::string_view other) const {
  if (other.empty()) return false;
  return other == unit ||
         (Has(common::v1::SYSTEM) && std::find(units.begin(), units.end(), other) != units.end());
}

Report NewReport(const Report& given, std::string_view name, absl::Time now) {
  Report report = given;
  report.set_name(std::string(name));
  report.set_state(Report::DRAFT);
  report.set_revision(1);
  report.set_etag(MakeEtag(1));
  *report.mutable_create_time() = ToTimestamp(now);
  *report.mutable_update_time() = ToTimestamp(now);
  return report;
}

absl::StatusOr<Report> Complete(const Report& entered, const PlanHistory& history, absl::Time now) {
  const Plan& plan = history.plan();
  DUBAN_RETURN_IF_ERROR(CheckInForce(plan));
  DUBAN_RETURN_IF_ERROR(
      ParseResourceName(entered.indicator(), "plans/*/indicators/*", "report.indicator").status());
  DUBAN_RETURN_IF_ERROR(ParseResourceName(entered.unit(), "units/*", "report.unit").status());
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay today, TodayOf(plan, now));
  DUBAN_ASSIGN_OR_RETURN(const Period period, CheckPeriod(entered.period(), plan, today));
  const Indicator* definition =
      DefinitionOn(history, entered.indicator(), std::min(period.last_day(), today));
  if (definition == nullptr) {
    return Error(kIndicatorNotFound)
        .With("indicator", entered.indicator())
        .Field("report.indicator");
  }
  DUBAN_RETURN_IF_ERROR(CheckLine(*definition, entered.unit()));
  if (period.kind() != definition->collection()) {
    return Error(kPeriodKindMismatch)
        .With("period", entered.period())
        .With("expected", PeriodKind_Name(definition->collection()))
        .Field("report.period");
  }
  DUBAN_RETURN_IF_ERROR(CheckTexts(entered));
  Report report = entered;
  DUBAN_ASSIGN_OR_RETURN(*report.mutable_as_of_date(),
                         CheckAsOfDate(entered.as_of_date(), period, today));
  DUBAN_ASSIGN_OR_RETURN(*report.mutable_canonical(),
                         Canonicalize(*definition, entered.measurement()));
  if (report.observation_status() == Report::OBSERVATION_STATUS_UNSPECIFIED) {
    report.set_observation_status(Report::NORMAL);
  }
  return report;
}

absl::StatusOr<Report> Move(const Report& report, const ReportMove& move, const Plan& plan,
                            const Actor& actor, absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckInForce(plan));
  if (IsJudgement(move.action)) DUBAN_RETURN_IF_ERROR(CheckJudge(report, plan, actor));
  const auto arrow = std::find_if(kArrows.begin(), kArrows.end(), [&](const Arrow& candidate) {
    return candidate.from == report.state() && candidate.action == move.action;
  });
  if (arrow == kArrows.end()) return MoveNotAllowed(report, move.action, plan, actor);
  if (move.action == Report::RETURN) {
    DUBAN_RETURN_IF_ERROR(CheckText(move.reason, "reason", kCommentCharacters, /*required=*/true));
  }
  Report moved = report;
  moved.set_state(arrow->to);
  Record(move, actor, now, &moved);
  moved.set_revision(report.revision() + 1);
  moved.set_etag(MakeEtag(moved.revision()));
  *moved.mutable_update_time() = ToTimestamp(now);
  return moved;
}

void SetPermittedActions(const Plan& plan, const Actor& actor, Report* report) {
  report->clear_permitted_actions();
  for (const Report::Action action : PermittedActions(*report, plan, actor)) {
    report->add_permitted_actions(action);
  }
}

}  // namespace duban::submission
