#include "services/submission/obligation_rules.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "services/submission/judgement_rules.h"
#include "services/submission/plan_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::Plan;
using indicator::v1::PlanHistory;
using indicator::v1::Responsibility;
using v1::Obligation;
using Extension = v1::Obligation::Extension;

constexpr std::array<Obligation::Action, 4> kActions = {Obligation::REQUEST_EXTENSION,
                                                        Obligation::DECIDE_EXTENSION,
                                                        Obligation::WAIVE, Obligation::REOPEN};

// From when on nothing is taken any more.
absl::Time ClosedFrom(const Obligation& obligation) {
  const absl::Time lock = FromTimestamp(obligation.lock_time());
  if (!obligation.has_reopening()) return lock;
  return std::max(lock, FromTimestamp(obligation.reopening().until_time()));
}

bool Waits(const Obligation& obligation) {
  return obligation.extension().state() == Extension::REQUESTED;
}

// The table of moves: in which standing each may be made.
bool Allows(const Obligation& obligation, Obligation::Action action, absl::Time now) {
  const Obligation::State state = FulfilmentOf(obligation, now).state;
  switch (action) {
    case Obligation::REQUEST_EXTENSION:
      return state == Obligation::OPEN && !Waits(obligation) &&
             now < FromTimestamp(obligation.due_time());
    case Obligation::DECIDE_EXTENSION:
      return state != Obligation::WAIVED && Waits(obligation);
    case Obligation::WAIVE:
      return state == Obligation::OPEN || state == Obligation::MISSED;
    case Obligation::REOPEN:
      return state == Obligation::MISSED;
    default:
      return false;
  }
}

bool MayMake(const Obligation& obligation, Obligation::Action action, const Plan& plan,
             const Actor& actor, absl::Time now) {
  if (!CheckInForce(plan).ok() || !Allows(obligation, action, now)) return false;
  if (action == Obligation::REQUEST_EXTENSION) {
    return (actor.Has(common::v1::REPORTER) || actor.Has(common::v1::UNIT_HEAD) ||
            actor.Has(common::v1::SYSTEM)) &&
           actor.ActsFor(obligation.unit());
  }
  return (actor.Has(common::v1::OFFICE) || actor.Has(common::v1::LEADER)) &&
         CheckJudge(obligation.unit(), plan, actor).ok();
}

std::vector<Obligation::Action> PermittedActions(const Obligation& obligation, const Plan& plan,
                                                 const Actor& actor, absl::Time now) {
  std::vector<Obligation::Action> actions;
  for (const Obligation::Action action : kActions) {
    if (MayMake(obligation, action, plan, actor, now)) actions.push_back(action);
  }
  return actions;
}

std::string Text(const google::protobuf::Timestamp& time, const Plan& plan) {
  absl::TimeZone zone;
  absl::LoadTimeZone(plan.time_zone(), &zone);  // UTC where it is unknown
  return absl::FormatTime(absl::RFC3339_sec, FromTimestamp(time), zone);
}

// The same for checks that see no plan.
std::string Text(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

absl::Status CheckMove(const Obligation& obligation, Obligation::Action action, const Plan& plan,
                       const Actor& actor, absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckInForce(plan));
  if (action != Obligation::REQUEST_EXTENSION) {
    DUBAN_RETURN_IF_ERROR(CheckJudge(obligation.unit(), plan, actor));
  }
  if (Allows(obligation, action, now)) return absl::OkStatus();
  const Obligation::State state = FulfilmentOf(obligation, now).state;
  if (action == Obligation::REQUEST_EXTENSION && state == Obligation::OPEN &&
      now >= FromTimestamp(obligation.due_time())) {
    return Error(kExtensionTooLate).With("due_time", Text(obligation.due_time(), plan));
  }
  const auto name = [](std::string* out, Obligation::Action permitted) {
    out->append(Obligation::Action_Name(permitted));
  };
  return Error(kObligationMoveNotAllowed)
      .With("state", Obligation::State_Name(state))
      .With("move", Obligation::Action_Name(action))
      .With("allowed", absl::StrJoin(PermittedActions(obligation, plan, actor, now), ",", name));
}

absl::Status CheckReason(const std::string& reason, bool required = true) {
  return CheckText(reason, "reason", kReasonCharacters, required);
}

Obligation Next(const Obligation& obligation, absl::Time now) {
  Obligation next = obligation;
  next.set_revision(obligation.revision() + 1);
  next.set_etag(MakeEtag(next.revision()));
  *next.mutable_update_time() = ToTimestamp(now);
  return next;
}

void SetDeadline(const Opening& opening, Obligation* obligation) {
  *obligation->mutable_open_time() = ToTimestamp(opening.deadline.open);
  *obligation->mutable_due_time() = ToTimestamp(opening.deadline.due);
  *obligation->mutable_grace_end_time() = ToTimestamp(opening.deadline.grace_end);
  *obligation->mutable_lock_time() = ToTimestamp(opening.deadline.lock);
  *obligation->mutable_original_due_time() = ToTimestamp(opening.deadline.due);
  obligation->set_calendar_version(opening.calendar_version);
}

bool HasDeadline(const Obligation& obligation, const Opening& opening) {
  return FromTimestamp(obligation.open_time()) == opening.deadline.open &&
         FromTimestamp(obligation.due_time()) == opening.deadline.due &&
         FromTimestamp(obligation.grace_end_time()) == opening.deadline.grace_end &&
         FromTimestamp(obligation.lock_time()) == opening.deadline.lock &&
         obligation.calendar_version() == opening.calendar_version;
}

void Postpone(google::protobuf::Timestamp* time, absl::Duration by) {
  *time = ToTimestamp(FromTimestamp(*time) + by);
}

void Decide(Extension::State state, const std::string& reason, const Actor& actor, absl::Time now,
            Extension* extension) {
  extension->set_state(state);
  extension->set_decider(actor.subject);
  extension->set_decider_unit(actor.unit);
  *extension->mutable_decide_time() = ToTimestamp(now);
  extension->set_decision_reason(reason);
}

}  // namespace

Fulfilment FulfilmentOf(const Obligation& obligation, absl::Time now) {
  if (obligation.has_waiver()) {
    return {Obligation::WAIVED, v1::TIMELINESS_UNSPECIFIED, /*overdue=*/false};
  }
  const absl::Time due = FromTimestamp(obligation.due_time());
  if (obligation.has_first_submit_time()) {
    const bool on_time = FromTimestamp(obligation.first_submit_time()) < due;
    return {Obligation::MET, on_time ? v1::ON_TIME : v1::LATE, /*overdue=*/false};
  }
  if (now < ClosedFrom(obligation)) {
    return {Obligation::OPEN, v1::TIMELINESS_UNSPECIFIED, now >= due};
  }
  return {Obligation::MISSED, v1::MISSED, /*overdue=*/true};
}

void Count(const Fulfilment& fulfilment, v1::ObligationCounts* counts) {
  const bool waived = fulfilment.state == Obligation::WAIVED;
  const bool reported = fulfilment.state == Obligation::MET;
  counts->set_total(counts->total() + 1);
  counts->set_expected(counts->expected() + !waived);
  counts->set_reported(counts->reported() + reported);
  counts->set_on_time(counts->on_time() + (fulfilment.timeliness == v1::ON_TIME));
  counts->set_late(counts->late() + (fulfilment.timeliness == v1::LATE));
  counts->set_missing(counts->missing() + (!waived && !reported));
  counts->set_overdue(counts->overdue() + fulfilment.overdue);
  counts->set_missed(counts->missed() + (fulfilment.timeliness == v1::MISSED));
  counts->set_waived(counts->waived() + waived);
}

absl::StatusOr<Period> OwedPeriod(const std::string& text, const Plan& plan) {
  const absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) return Error(kPeriodInvalid).With("value", text).Field("period");
  if (period->year() != plan.year()) {
    return Error(kPeriodOutsidePlan)
        .With("period", text)
        .With("year", std::to_string(plan.year()))
        .Field("period");
  }
  return *period;
}

absl::StatusOr<std::vector<OwedLine>> OwedLines(const PlanHistory& history, const Period& period,
                                                absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckInForce(history.plan()));
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay today, TodayOf(history.plan(), now));
  std::vector<OwedLine> lines;
  for (const Indicator* definition : DefinitionsOn(history, std::min(period.last_day(), today))) {
    if (definition->collection() != period.kind()) continue;
    for (const Responsibility::Line* line : ReportingLines(definition->responsibility())) {
      lines.push_back({definition->name(), line->unit()});
    }
  }
  for (const ArticleDebt& debt : DebtsOf(history.plan(), period)) {
    lines.push_back({"", debt.unit, debt});
  }
  return lines;
}

absl::Status CheckDeadline(const Deadline& deadline) {
  if (deadline.due <= deadline.open) {
    return FieldInvalid("due_time", "须晚于 open_time", "it must be after open_time");
  }
  if (deadline.grace_end < deadline.due) {
    return FieldInvalid("grace_end_time", "不得早于 due_time", "it must not be before due_time");
  }
  if (deadline.lock < deadline.grace_end) {
    return FieldInvalid("lock_time", "不得早于 grace_end_time",
                        "it must not be before grace_end_time");
  }
  return absl::OkStatus();
}

Obligation NewObligation(std::string_view name, const OwedLine& line, const Opening& opening,
                         absl::Time now) {
  Obligation obligation;
  obligation.set_name(std::string(name));
  obligation.set_indicator(line.indicator);
  obligation.set_unit(line.unit);
  obligation.set_minimum(1);
  if (line.articles) {
    obligation.set_article_type(line.articles->type);
    obligation.set_minimum(line.articles->minimum);
  }
  obligation.set_period(opening.period.ToString());
  obligation.set_session(opening.session);
  SetDeadline(opening, &obligation);
  obligation.set_revision(1);
  obligation.set_etag(MakeEtag(1));
  *obligation.mutable_create_time() = ToTimestamp(now);
  *obligation.mutable_update_time() = ToTimestamp(now);
  return obligation;
}

std::optional<Obligation> Reschedule(const Obligation& obligation, const Opening& opening,
                                     absl::Time now) {
  const bool settled = obligation.has_first_submit_time() || obligation.has_waiver() ||
                       obligation.has_extension() || obligation.has_reopening();
  if (settled || now >= FromTimestamp(obligation.open_time()) || HasDeadline(obligation, opening)) {
    return std::nullopt;
  }
  Obligation next = Next(obligation, now);
  SetDeadline(opening, &next);
  return next;
}

absl::StatusOr<Obligation> RequestExtension(const Obligation& obligation, const std::string& reason,
                                            absl::Time wished_due, const Plan& plan,
                                            const Actor& actor, absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckMove(obligation, Obligation::REQUEST_EXTENSION, plan, actor, now));
  DUBAN_RETURN_IF_ERROR(CheckReason(reason));
  if (wished_due <= FromTimestamp(obligation.due_time())) {
    return FieldInvalid("wished_due_time", "须晚于现在的截止时间",
                        "it must be after the due time in force");
  }
  Obligation next = Next(obligation, now);
  Extension extension;
  extension.set_state(Extension::REQUESTED);
  extension.set_requester(actor.subject);
  *extension.mutable_request_time() = ToTimestamp(now);
  extension.set_reason(reason);
  *extension.mutable_wished_due_time() = ToTimestamp(wished_due);
  *next.mutable_extension() = extension;
  return next;
}

absl::StatusOr<Obligation> GrantExtension(const Obligation& obligation,
                                          std::optional<absl::Time> due, const std::string& reason,
                                          const Plan& plan, const Actor& actor, absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckMove(obligation, Obligation::DECIDE_EXTENSION, plan, actor, now));
  DUBAN_RETURN_IF_ERROR(CheckReason(reason, /*required=*/false));
  const absl::Time before = FromTimestamp(obligation.due_time());
  const absl::Time after = due.value_or(FromTimestamp(obligation.extension().wished_due_time()));
  if (after <= before || (after <= now && !obligation.has_first_submit_time())) {
    return FieldInvalid("due_time", "须晚于现在和现在的截止时间",
                        "it must be after now and the due time in force");
  }
  Obligation next = Next(obligation, now);
  *next.mutable_due_time() = ToTimestamp(after);
  Postpone(next.mutable_grace_end_time(), after - before);
  Postpone(next.mutable_lock_time(), after - before);
  Decide(Extension::GRANTED, reason, actor, now, next.mutable_extension());
  return next;
}

absl::StatusOr<Obligation> RefuseExtension(const Obligation& obligation, const std::string& reason,
                                           const Plan& plan, const Actor& actor, absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckMove(obligation, Obligation::DECIDE_EXTENSION, plan, actor, now));
  DUBAN_RETURN_IF_ERROR(CheckReason(reason));
  Obligation next = Next(obligation, now);
  Decide(Extension::REFUSED, reason, actor, now, next.mutable_extension());
  return next;
}

absl::StatusOr<Obligation> Waive(const Obligation& obligation, const std::string& reason,
                                 const Plan& plan, const Actor& actor, absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckMove(obligation, Obligation::WAIVE, plan, actor, now));
  DUBAN_RETURN_IF_ERROR(CheckReason(reason));
  Obligation next = Next(obligation, now);
  next.mutable_waiver()->set_actor(actor.subject);
  *next.mutable_waiver()->mutable_time() = ToTimestamp(now);
  next.mutable_waiver()->set_reason(reason);
  if (Waits(obligation)) Decide(Extension::REFUSED, reason, actor, now, next.mutable_extension());
  return next;
}

absl::StatusOr<Obligation> Reopen(const Obligation& obligation, const std::string& reason,
                                  absl::Time until, const Plan& plan, const Actor& actor,
                                  absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckMove(obligation, Obligation::REOPEN, plan, actor, now));
  DUBAN_RETURN_IF_ERROR(CheckReason(reason));
  if (until <= now) return FieldInvalid("until_time", "须晚于现在", "it must be in the future");
  Obligation next = Next(obligation, now);
  next.mutable_reopening()->set_actor(actor.subject);
  *next.mutable_reopening()->mutable_time() = ToTimestamp(now);
  next.mutable_reopening()->set_reason(reason);
  *next.mutable_reopening()->mutable_until_time() = ToTimestamp(until);
  return next;
}

absl::Status CheckSubmission(const Obligation& obligation, std::string_view late_reason,
                             absl::Time now) {
  const Obligation::State state = FulfilmentOf(obligation, now).state;
  if (state == Obligation::MET || state == Obligation::WAIVED) return absl::OkStatus();
  if (state == Obligation::MISSED) {
    return Error(kObligationLocked)
        .With("obligation", obligation.name())
        .With("closed_time", Text(ClosedFrom(obligation)));
  }
  // Past the lock the reopening has said why.
  const absl::Time grace_end = FromTimestamp(obligation.grace_end_time());
  if (late_reason.empty() && now >= grace_end && now < FromTimestamp(obligation.lock_time())) {
    return Error(kLateReasonRequired)
        .With("grace_end_time", Text(grace_end))
        .Field("report.late_reason");
  }
  return absl::OkStatus();
}

bool IsSubmitted(const v1::Report& report) {
  return report.has_first_submit_time() && report.state() != v1::Report::DRAFT &&
         report.state() != v1::Report::WITHDRAWN;
}

std::optional<Obligation> Meet(const Obligation& obligation, std::string_view report,
                               absl::Time submitted, absl::Time now) {
  if (obligation.has_first_submit_time()) return std::nullopt;
  Obligation next = Next(obligation, now);
  next.set_report(std::string(report));
  *next.mutable_first_submit_time() = ToTimestamp(submitted);
  return next;
}

std::optional<Obligation> Release(const Obligation& obligation, std::string_view report,
                                  absl::Time now) {
  if (obligation.report() != report) return std::nullopt;
  Obligation next = Next(obligation, now);
  next.clear_report();
  next.clear_first_submit_time();
  return next;
}

std::optional<Obligation> MeetQuota(const Obligation& obligation,
                                    const std::vector<absl::Time>& times, absl::Time now) {
  const auto enough = static_cast<size_t>(obligation.minimum());
  std::optional<absl::Time> met;
  if (times.size() >= enough && times[enough - 1] < ClosedFrom(obligation)) {
    met = times[enough - 1];
  }
  const bool same = met ? obligation.has_first_submit_time() &&
                              FromTimestamp(obligation.first_submit_time()) == *met
                        : !obligation.has_first_submit_time();
  if (same) return std::nullopt;
  Obligation next = Next(obligation, now);
  next.clear_first_submit_time();
  if (met) *next.mutable_first_submit_time() = ToTimestamp(*met);
  return next;
}

void SetComputed(const Plan& plan, const Actor& actor, absl::Time now, Obligation* obligation) {
  const Fulfilment fulfilment = FulfilmentOf(*obligation, now);
  obligation->set_state(fulfilment.state);
  obligation->set_timeliness(fulfilment.timeliness);
  obligation->clear_permitted_actions();
  for (const Obligation::Action action : PermittedActions(*obligation, plan, actor, now)) {
    obligation->add_permitted_actions(action);
  }
}

}  // namespace duban::submission
