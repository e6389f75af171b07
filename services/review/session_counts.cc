#include "services/review/session_counts.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/calendar/period.h"
#include "services/review/plan_rules.h"
#include "services/review/session_plan_rules.h"
#include "services/review/session_rules.h"

namespace duban::review {
namespace {

using indicator::v1::Plan;
using submission::v1::ObligationCounts;
using Articles = submission::v1::ArticleService::Stub;
using Progress = submission::v1::ProgressService::Stub;

void AddCounts(const ObligationCounts& counts, ObligationCounts* sum) {
  sum->set_total(sum->total() + counts.total());
  sum->set_expected(sum->expected() + counts.expected());
  sum->set_reported(sum->reported() + counts.reported());
  sum->set_on_time(sum->on_time() + counts.on_time());
  sum->set_late(sum->late() + counts.late());
  sum->set_missing(sum->missing() + counts.missing());
  sum->set_overdue(sum->overdue() + counts.overdue());
  sum->set_missed(sum->missed() + counts.missed());
  sum->set_waived(sum->waived() + counts.waived());
}

// Whoever owns obligations of a session in the plan's rhythm whose period lies inside `whole`.
std::vector<Owner> OwnersInside(const Plan& plan, const Period& whole) {
  std::vector<Owner> owners;
  for (const auto& [kind, every] : KindsIn(plan.cadences())) {
    for (const Period& period : Period::TilesOf(whole.year(), every)) {
      if (period.first_day() < whole.first_day() || period.last_day() > whole.last_day()) continue;
      v1::Session session;
      session.set_name(absl::StrCat(plan.name(), "/sessions/", SessionId(kind, period.ToString())));
      session.set_kind(kind);
      session.set_period(period.ToString());
      for (Owner& owner : OwnersOf(plan, session)) owners.push_back(std::move(owner));
    }
  }
  return owners;
}

}  // namespace

SessionCounter::SessionCounter(const Peers* peers)
    : peers_(peers),
      progress_(submission::v1::ProgressService::NewStub(peers->submission().channel())),
      articles_(submission::v1::ArticleService::NewStub(peers->submission().channel())) {}

absl::StatusOr<SessionCounts> SessionCounter::Count(const client::CallInfo& call, const Plan& plan,
                                                    const v1::Session& session) const {
  DUBAN_ASSIGN_OR_RETURN(const Period period, Period::Parse(session.period()));
  SessionCounts counts;
  std::map<std::string, ObligationCounts> by_unit;
  for (const Owner& owner : OwnersInside(plan, period)) {
    submission::v1::GetCompletenessRequest request;
    request.set_plan(plan.name());
    request.set_filter(absl::StrCat("session = \"", owner.name, "\""));
    DUBAN_ASSIGN_OR_RETURN(
        const submission::v1::Completeness one,
        peers_->AskSubmission(call, *progress_, &Progress::GetCompleteness, request));
    *counts.completeness.mutable_read_time() = one.read_time();
    AddCounts(one.total(), counts.completeness.mutable_total());
    counts.completeness.mutable_sessions()->MergeFrom(one.sessions());
    for (const auto& unit : one.units()) AddCounts(unit.counts(), &by_unit[unit.unit()]);
  }
  counts.completeness.set_plan(plan.name());
  for (const auto& [unit, sum] : by_unit) {
    auto* line = counts.completeness.add_units();
    line->set_unit(unit);
    *line->mutable_counts() = sum;
  }
  submission::v1::GetArticleTallyRequest tally;
  tally.set_plan(plan.name());
  tally.set_type(indicator::v1::ArticleQuota::NEWS);
  tally.set_period(session.period());
  DUBAN_ASSIGN_OR_RETURN(
      counts.news, peers_->AskSubmission(call, *articles_, &Articles::GetArticleTally, tally));
  return counts;
}

}  // namespace duban::review
