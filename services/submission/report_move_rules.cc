#include "services/submission/report_move_rules.h"

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

using indicator::v1::Plan;
using v1::Report;

// Whose move it is.
enum class By { kUnit, kHead, kOffice };

// In which plans an arrow exists.
enum class Where { kEverywhere, kWithEndorsement, kWithoutEndorsement };

struct ReportArrow {
  Report::State from;
  Report::Action action;
  Report::State to;
  By by;
  Where where = Where::kEverywhere;
};
constexpr std::array<ReportArrow, 14> kReportArrows = {{
    {Report::DRAFT, Report::UPDATE, Report::DRAFT, By::kUnit},
    {Report::DRAFT, Report::SUBMIT, Report::SUBMITTED, By::kUnit},
    {Report::DRAFT, Report::WITHDRAW, Report::WITHDRAWN, By::kUnit},
    {Report::SUBMITTED, Report::ENDORSE, Report::ENDORSED, By::kHead, Where::kWithEndorsement},
    {Report::SUBMITTED, Report::RETURN, Report::RETURNED, By::kHead, Where::kWithEndorsement},
    {Report::SUBMITTED, Report::ACCEPT, Report::ACCEPTED, By::kOffice, Where::kWithoutEndorsement},
    {Report::SUBMITTED, Report::RETURN, Report::RETURNED, By::kOffice, Where::kWithoutEndorsement},
    {Report::SUBMITTED, Report::WITHDRAW, Report::WITHDRAWN, By::kUnit},
    {Report::ENDORSED, Report::ACCEPT, Report::ACCEPTED, By::kOffice},
    {Report::ENDORSED, Report::RETURN, Report::RETURNED, By::kOffice},
    {Report::RETURNED, Report::UPDATE, Report::RETURNED, By::kUnit},
    {Report::RETURNED, Report::SUBMIT, Report::SUBMITTED, By::kUnit},
    {Report::RETURNED, Report::WITHDRAW, Report::WITHDRAWN, By::kUnit},
    // The correction is a report of its own; Supersede is what its acceptance does to this one.
    {Report::ACCEPTED, Report::CORRECT, Report::ACCEPTED, By::kUnit},
}};

bool IsJudgement(Report::Action action) {
  return action == Report::ACCEPT || action == Report::RETURN;
}

bool IsOwnHead(const Report& report, const Actor& actor) {
  return actor.Has(common::v1::UNIT_HEAD) && !actor.unit.empty() && actor.unit == report.unit();
}

bool IsSubmitter(const Report& report, const Actor& actor) {
  return !report.submitter().empty() && report.submitter() == actor.subject;
}

bool Exists(const ReportArrow& arrow, const Plan& plan) {
  if (arrow.where == Where::kEverywhere) return true;
  return plan.endorsement_required() == (arrow.where == Where::kWithEndorsement);
}

// True if this move is the actor's, were the report's state right for it.
bool IsTheirs(const ReportArrow& arrow, const Report& report, const Plan& plan,
              const Actor& actor) {
  switch (arrow.by) {
    case By::kUnit:
      return (actor.Has(common::v1::REPORTER) || actor.Has(common::v1::UNIT_HEAD) ||
              actor.Has(common::v1::SYSTEM)) &&
             actor.ActsFor(report.unit());
    case By::kHead:
      return IsOwnHead(report, actor) &&
             (arrow.action != Report::ENDORSE || !IsSubmitter(report, actor));
    case By::kOffice:
      return (actor.Has(common::v1::OFFICE) || actor.Has(common::v1::LEADER)) &&
             CheckJudge(report.unit(), plan, actor).ok();
  }
  return false;
}

bool Allows(const ReportArrow& arrow, const Report& report, const Plan& plan, const Actor& actor) {
  return arrow.from == report.state() && Exists(arrow, plan) &&
         IsTheirs(arrow, report, plan, actor);
}

std::vector<Report::Action> PermittedActions(const Report& report, const Plan& plan,
                                             const Actor& actor) {
  std::vector<Report::Action> actions;
  if (!CheckInForce(plan).ok()) return actions;
  for (const ReportArrow& arrow : kReportArrows) {
    if (Allows(arrow, report, plan, actor)) actions.push_back(arrow.action);
  }
  return actions;
}

// Refuses who may never make this move with this report, whatever its state.
absl::Status CheckPermission(const Report& report, const ReportMove& move, const Plan& plan,
                             const Actor& actor) {
  const bool inside = move.action == Report::RETURN && IsOwnHead(report, actor);
  if (IsJudgement(move.action) && !inside) return CheckJudge(report.unit(), plan, actor);
  const bool waits = report.state() == Report::SUBMITTED && plan.endorsement_required();
  if (move.action == Report::ENDORSE && waits && IsSubmitter(report, actor)) {
    return Error(kOwnSubmission);
  }
  return absl::OkStatus();
}

absl::Status CheckReason(const Report& report, const ReportMove& move) {
  const bool required = move.action == Report::RETURN || move.action == Report::CORRECT ||
                        (move.action == Report::WITHDRAW && report.state() != Report::DRAFT);
  return CheckText(move.reason, "reason", kReasonCharacters, required);
}

Report::Decision DecisionOf(const ReportMove& move, const Actor& actor, absl::Time now) {
  Report::Decision decision;
  decision.set_actor(actor.subject);
  decision.set_unit(actor.unit);
  *decision.mutable_time() = ToTimestamp(now);
  decision.set_reason(move.reason);
  return decision;
}

void Record(const ReportMove& move, const Actor& actor, absl::Time now, Report* report) {
  if (move.action == Report::SUBMIT) {
    *report->mutable_submit_time() = ToTimestamp(now);
    if (!report->has_first_submit_time()) *report->mutable_first_submit_time() = ToTimestamp(now);
    report->set_submitter(actor.subject);
    report->clear_endorsement();
  }
  if (move.action == Report::ENDORSE) {
    *report->mutable_endorsement() = DecisionOf(move, actor, now);
  }
  if (IsJudgement(move.action)) *report->mutable_decision() = DecisionOf(move, actor, now);
}

void Advance(absl::Time now, Report* report) {
  report->set_revision(report->revision() + 1);
  report->set_etag(MakeEtag(report->revision()));
  *report->mutable_update_time() = ToTimestamp(now);
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

absl::StatusOr<Report> Move(const Report& report, const ReportMove& move, const Plan& plan,
                            const Actor& actor, absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckInForce(plan));
  DUBAN_RETURN_IF_ERROR(CheckPermission(report, move, plan, actor));
  const auto arrow =
      std::find_if(kReportArrows.begin(), kReportArrows.end(), [&](const ReportArrow& candidate) {
        return candidate.action == move.action && Allows(candidate, report, plan, actor);
      });
  if (arrow == kReportArrows.end()) return MoveNotAllowed(report, move.action, plan, actor);
  DUBAN_RETURN_IF_ERROR(CheckReason(report, move));
  if (move.action == Report::CORRECT) return report;
  Report moved = report;
  moved.set_state(arrow->to);
  Record(move, actor, now, &moved);
  Advance(now, &moved);
  return moved;
}

Report Supersede(const Report& report, const Report& correction, absl::Time now) {
  Report superseded = report;
  superseded.set_state(Report::SUPERSEDED);
  superseded.set_superseded_by(correction.name());
  Advance(now, &superseded);
  return superseded;
}

bool IsPending(const Report& report) {
  return report.state() == Report::SUBMITTED || report.state() == Report::ENDORSED;
}

void SetPermittedActions(const Plan& plan, const Actor& actor, Report* report) {
  report->clear_permitted_actions();
  for (const Report::Action action : PermittedActions(*report, plan, actor)) {
    report->add_permitted_actions(action);
  }
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

}  // namespace duban::submission
