#include "services/review/bulletin_facts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "services/review/plan_rules.h"
#include "services/review/session_plan_rules.h"
#include "services/review/session_rules.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using submission::v1::ObligationCounts;
using Articles = submission::v1::ArticleService::Stub;
using Directory = indicator::v1::DirectoryService::Stub;
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

}  // namespace

BulletinFacts::BulletinFacts(const Peers* peers, PlanSource* plans)
    : peers_(peers),
      plans_(plans),
      directory_(indicator::v1::DirectoryService::NewStub(peers->indicator().channel())),
      progress_(submission::v1::ProgressService::NewStub(peers->submission().channel())),
      articles_(submission::v1::ArticleService::NewStub(peers->submission().channel())) {}

absl::StatusOr<DocumentFacts> BulletinFacts::Gather(const client::CallInfo& call,
                                                    const v1::Session& session) const {
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(session.name(), "session"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call, name.PlanName()));
  DocumentFacts facts;
  facts.plan = plan->plan();
  DUBAN_ASSIGN_OR_RETURN(facts.period, Period::Parse(session.period()));
  submission::v1::GetSnapshotRequest get;
  get.set_name(session.snapshot());
  DUBAN_ASSIGN_OR_RETURN(facts.snapshot,
                         peers_->AskSubmission(call, *progress_, &Progress::GetSnapshot, get));
  DUBAN_ASSIGN_OR_RETURN(facts.unit_names, UnitNames(call));
  DUBAN_RETURN_IF_ERROR(CountObligations(call, &facts));
  submission::v1::GetArticleTallyRequest tally;
  tally.set_plan(name.PlanName());
  tally.set_type(indicator::v1::ArticleQuota::NEWS);
  tally.set_period(session.period());
  DUBAN_ASSIGN_OR_RETURN(
      facts.news, peers_->AskSubmission(call, *articles_, &Articles::GetArticleTally, tally));
  if (session.kind() != CadenceRule::BULLETIN) {
    DUBAN_RETURN_IF_ERROR(ReadTrends(call, &facts));
  }
  return facts;
}

absl::StatusOr<std::map<std::string, std::string>> BulletinFacts::UnitNames(
    const client::CallInfo& call) const {
  std::map<std::string, std::string> names;
  DUBAN_RETURN_IF_ERROR(peers_->PagesOfIndicator(call, *directory_, &Directory::ListUnits,
                                                 indicator::v1::ListUnitsRequest(),
                                                 [&](const auto* page) {
                                                   for (const auto& unit : page->units())
                                                     names[unit.name()] = unit.display_name();
                                                 }));
  return names;
}

absl::Status BulletinFacts::CountObligations(const client::CallInfo& call,
                                             DocumentFacts* facts) const {
  for (const auto& [kind, every] : KindsIn(facts->plan.cadences())) {
    for (const Period& period : Period::TilesOf(facts->period.year(), every)) {
      if (period.first_day() < facts->period.first_day() ||
          period.last_day() > facts->period.last_day()) {
        continue;
      }
      v1::Session session;
      session.set_name(
          absl::StrCat(facts->plan.name(), "/sessions/", SessionId(kind, period.ToString())));
      session.set_kind(kind);
      session.set_period(period.ToString());
      for (const Owner& owner : OwnersOf(facts->plan, session)) {
        submission::v1::GetCompletenessRequest request;
        request.set_plan(facts->plan.name());
        request.set_filter(absl::StrCat("session = \"", owner.name, "\""));
        DUBAN_ASSIGN_OR_RETURN(
            const submission::v1::Completeness completeness,
            peers_->AskSubmission(call, *progress_, &Progress::GetCompleteness, request));
        for (const auto& unit : completeness.units()) {
          AddCounts(unit.counts(), &facts->by_unit[unit.unit()]);
        }
      }
    }
  }
  return absl::OkStatus();
}

absl::Status BulletinFacts::ReadTrends(const client::CallInfo& call, DocumentFacts* facts) const {
  const submission::v1::Scoreboard& board = facts->snapshot.scoreboard();
  for (const submission::v1::ScoreboardLine& line : board.lines()) {
    if (!line.unit().empty() || line.result().empty()) continue;
    submission::v1::GetTrendRequest request;
    request.set_indicator(line.indicator());
    request.set_as_of_date(board.as_of_date());
    *request.mutable_read_time() = board.read_time();
    DUBAN_ASSIGN_OR_RETURN(facts->trends.emplace_back(),
                           peers_->AskSubmission(call, *progress_, &Progress::GetTrend, request));
  }
  return absl::OkStatus();
}

}  // namespace duban::review
