#include "services/review/bulletin_facts.h"

#include <optional>
#include <utility>

#include "common/base/status.h"
#include "services/review/session_rules.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using Directory = indicator::v1::DirectoryService::Stub;
using Progress = submission::v1::ProgressService::Stub;

}  // namespace

BulletinFacts::BulletinFacts(db::Database* database, const Peers* peers, PlanSource* plans)
    : database_(database),
      peers_(peers),
      plans_(plans),
      counter_(peers),
      directory_(indicator::v1::DirectoryService::NewStub(peers->indicator().channel())),
      progress_(submission::v1::ProgressService::NewStub(peers->submission().channel())) {}

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
  DUBAN_ASSIGN_OR_RETURN(SessionCounts counts, CountsOf(call, facts.plan, name, session));
  for (auto& unit : *counts.completeness.mutable_units()) {
    facts.by_unit[unit.unit()] = std::move(*unit.mutable_counts());
  }
  facts.news = std::move(counts.news);
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

absl::StatusOr<SessionCounts> BulletinFacts::CountsOf(const client::CallInfo& call,
                                                      const indicator::v1::Plan& plan,
                                                      const SessionName& name,
                                                      const v1::Session& session) const {
  DUBAN_ASSIGN_OR_RETURN(std::optional<SessionCounts> kept,
                         database_->Read(call.deadline, [&](db::Session& reading) {
                           return kept_counts_.Get(reading, name.plan, name.session);
                         }));
  if (kept) return *std::move(kept);
  return counter_.Count(call, plan, session);
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
