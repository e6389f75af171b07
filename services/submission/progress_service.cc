#include "services/submission/progress_service.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/resource_name.h"
#include "common/base/sha256.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/submission/as_known_rules.h"
#include "services/submission/progress_query.h"
#include "services/submission/report_move_rules.h"
#include "services/submission/report_name.h"
#include "services/submission/scoreboard_rules.h"
#include "services/submission/snapshot_rules.h"
#include "services/submission/trend_rules.h"

namespace duban::submission {
namespace {

using v1::Report;

absl::StatusOr<v1::Snapshot> ToSnapshot(const SnapshotRow& row) {
  v1::Snapshot snapshot;
  snapshot.set_name(absl::StrCat("plans/", row.plan, "/snapshots/", row.id));
  snapshot.set_session(absl::StrCat("plans/", row.plan, "/sessions/", row.session));
  DUBAN_ASSIGN_OR_RETURN(*snapshot.mutable_scoreboard(),
                         ReadSnapshot(snapshot.name(), row.content, row.digest));
  snapshot.set_digest(row.digest);
  *snapshot.mutable_create_time() = ToTimestamp(row.create_time);
  return snapshot;
}

}  // namespace

ProgressService::ProgressService(const server::Environment& environment, PlanCache* plans)
    : database_(environment.database),
      mutations_(environment.mutations),
      plans_(plans),
      boards_(environment.database, plans),
      completeness_(environment, plans),
      unit_sheets_(environment, plans, &boards_),
      audit_("submission") {}

server::RpcService ProgressService::Rpc() {
  return server::RpcService("duban.submission.v1.ProgressService")
      .Add("GetScoreboard", this, &ProgressService::GetScoreboard)
      .Add("GetTrend", this, &ProgressService::GetTrend)
      .Add("FreezeProgress", this, &ProgressService::FreezeProgress)
      .Add("GetSnapshot", this, &ProgressService::GetSnapshot)
      .Add("GetCompleteness", &completeness_, &CompletenessReader::GetCompleteness)
      .Add("GetUnitSheet", &unit_sheets_, &UnitSheetReader::GetUnitSheet);
}

absl::StatusOr<v1::Scoreboard> ProgressService::GetScoreboard(
    server::CallContext& call, const v1::GetScoreboardRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const LineFilter filter, ParseLineFilter(request));
  DUBAN_ASSIGN_OR_RETURN(const std::optional<absl::Time> instant,
                         ParseReadTime(request.has_read_time(), request.read_time(), call.now()));
  DUBAN_ASSIGN_OR_RETURN(v1::Scoreboard board,
                         instant ? BoardAsKnown(call, request, *instant)
                                 : boards_.Get(call, request.plan(), request.as_of_date()));
  Keep(filter, &board);
  return board;
}

absl::StatusOr<v1::Trend> ProgressService::GetTrend(server::CallContext& call,
                                                    const v1::GetTrendRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(
      const std::vector<std::string> ids,
      ParseResourceName(request.indicator(), "plans/*/indicators/*", "indicator"));
  if (!request.unit().empty()) {
    DUBAN_RETURN_IF_ERROR(ParseResourceName(request.unit(), "units/*", "unit").status());
  }
  DUBAN_ASSIGN_OR_RETURN(const std::optional<absl::Time> instant,
                         ParseReadTime(request.has_read_time(), request.read_time(), call.now()));
  const absl::Time read_time = instant.value_or(call.now());
  const std::string plan = absl::StrCat("plans/", ids[0]);
  Known known;
  if (instant) {
    DUBAN_ASSIGN_OR_RETURN(known, KnownAt(call, plan, *instant));
  } else {
    DUBAN_ASSIGN_OR_RETURN(const PlanPointer current, plans_->Get(call.info, plan));
    known.plan = *current;
    DUBAN_ASSIGN_OR_RETURN(known.standings,
                           database_->Read(call.deadline(), [&](db::Session& session) {
                             return history_.StandingsOf(session, ids[0], ids[1]);
                           }));
  }
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay date,
                         ScoreboardDate(known.plan.plan(), request.as_of_date(), read_time));
  DUBAN_ASSIGN_OR_RETURN(v1::Trend trend, AssembleTrend(known.plan, request.indicator(),
                                                        request.unit(), date, known.standings));
  *trend.mutable_read_time() = ToTimestamp(read_time);
  return trend;
}

absl::StatusOr<v1::Snapshot> ProgressService::FreezeProgress(
    server::CallContext& call, const v1::FreezeProgressRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<v1::Snapshot>(call, request));
  if (first) return *first;
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_RETURN_IF_ERROR(
      ParseResourceName(request.session(), absl::StrCat(request.parent(), "/sessions/*"), "session")
          .status());
  DUBAN_ASSIGN_OR_RETURN(const v1::Scoreboard board,
                         boards_.Get(call, request.parent(), request.as_of_date()));
  DUBAN_ASSIGN_OR_RETURN(const std::string content, SnapshotContent(board));
  const std::string plan = LastId(request.parent());
  const std::string session_id = LastId(request.session());
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Snapshot> {
    const SnapshotRow row = {plan,    NewUuid7(call.now()), session_id,
                             content, Sha256Hex(content),   call.now()};
    const absl::Status inserted = snapshots_.Insert(tx, row);
    if (db::IsDuplicate(inserted)) {
      DUBAN_ASSIGN_OR_RETURN(const auto frozen, snapshots_.OfSession(tx, plan, session_id));
      if (!frozen) return inserted;
      return ToSnapshot(*frozen);
    }
    DUBAN_RETURN_IF_ERROR(inserted);
    DUBAN_ASSIGN_OR_RETURN(v1::Snapshot snapshot, ToSnapshot(row));
    v1::Snapshot named = snapshot;
    named.clear_scoreboard();  // the digest stands for it
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, named.name(), v1::Snapshot(), named));
    return snapshot;
  });
}

absl::StatusOr<v1::Snapshot> ProgressService::GetSnapshot(server::CallContext& call,
                                                          const v1::GetSnapshotRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(request.name(), "plans/*/snapshots/*", "name"));
  DUBAN_ASSIGN_OR_RETURN(const auto row,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return snapshots_.Get(session, ids[0], ids[1]);
                         }));
  if (!row) return Error(kSnapshotNotFound).With("snapshot", request.name()).Field("name");
  return ToSnapshot(*row);
}

absl::StatusOr<ProgressService::Known> ProgressService::KnownAt(const server::CallContext& call,
                                                                const std::string& plan,
                                                                absl::Time instant) {
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer current, plans_->Get(call.info, plan));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Report> reports,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return history_.ReportsAsKnown(session, LastId(plan), instant);
                         }));
  Known known = {AsKnownAt(*current, instant), {}, {}};
  std::vector<Report> accepted;
  for (const Report& report : reports) {
    if (report.state() == Report::ACCEPTED) accepted.push_back(report);
    if (IsPending(report)) known.pending.push_back(report);
  }
  DUBAN_ASSIGN_OR_RETURN(known.standings, RecomputeLines(known.plan, accepted));
  return known;
}

absl::StatusOr<v1::Scoreboard> ProgressService::BoardAsKnown(
    const server::CallContext& call, const v1::GetScoreboardRequest& request, absl::Time instant) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.plan(), "plans/*", "plan").status());
  DUBAN_ASSIGN_OR_RETURN(const Known known, KnownAt(call, request.plan(), instant));
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay date,
                         ScoreboardDate(known.plan.plan(), request.as_of_date(), instant));
  v1::Scoreboard board = AssembleScoreboard(known.plan, date, LatestAsOf(known.standings, date),
                                            DescribingUntil(date, known.pending));
  *board.mutable_read_time() = ToTimestamp(instant);
  return board;
}

}  // namespace duban::submission
