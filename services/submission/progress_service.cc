#include "services/submission/progress_service.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/calendar/period.h"
#include "google/protobuf/util/time_util.h"
#include "services/submission/report_name.h"
#include "services/submission/scoreboard_rules.h"

namespace duban::submission {
namespace {

constexpr size_t kBoards = 64;

}  // namespace

ProgressService::ProgressService(const server::Environment& environment, PlanCache* plans)
    : database_(environment.database), plans_(plans), boards_(kBoards) {}

server::RpcService ProgressService::Rpc() {
  return server::RpcService("duban.submission.v1.ProgressService")
      .Add("GetScoreboard", this, &ProgressService::GetScoreboard);
}

absl::StatusOr<v1::Scoreboard> ProgressService::GetScoreboard(
    server::CallContext& call, const v1::GetScoreboardRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.plan(), "plans/*", "plan").status());
  if (!request.as_of_date().empty()) {
    DUBAN_RETURN_IF_ERROR(ParseDate(request.as_of_date(), "as_of_date").status());
  }
  const auto board = boards_.Get(absl::StrCat(request.plan(), "@", request.as_of_date()));
  DUBAN_ASSIGN_OR_RETURN(const Board fresh,
                         board->Get(call.deadline(), [&](const std::optional<Board>& last) {
                           return Check(call, request, last);
                         }));
  v1::Scoreboard answer = *fresh.lines;
  *answer.mutable_read_time() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(
      absl::ToUnixMicros(fresh.read_time));
  return answer;
}

absl::StatusOr<ProgressService::Board> ProgressService::Check(
    const server::CallContext& call, const v1::GetScoreboardRequest& request,
    const std::optional<Board>& last) {
  const absl::Time read_time = call.now();
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, request.plan()));
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay date,
                         ScoreboardDate(plan->plan(), request.as_of_date(), read_time));
  const std::string id = LastId(request.plan());
  if (last && last->plan == plan && last->date == date) {
    DUBAN_ASSIGN_OR_RETURN(const int64_t version,
                           database_->Read(call.deadline(), [&](db::Session& session) {
                             return store_.Version(session, id);
                           }));
    if (version == last->version) {
      Board board = *last;
      board.read_time = read_time;
      return board;
    }
  }
  DUBAN_ASSIGN_OR_RETURN(const BoardContent content,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return store_.Read(session, id, FormatDate(date));
                         }));
  auto lines = std::make_shared<const v1::Scoreboard>(
      AssembleScoreboard(*plan, date, content.standings, content.pending));
  return Board{std::move(lines), plan, date, content.version, read_time};
}

}  // namespace duban::submission
