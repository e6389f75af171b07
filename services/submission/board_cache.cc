#include "services/submission/board_cache.h"

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "services/submission/report_name.h"
#include "services/submission/scoreboard_rules.h"

namespace duban::submission {
namespace {

constexpr size_t kBoards = 64;

}  // namespace

BoardCache::BoardCache(db::Database* database, PlanCache* plans)
    : database_(database), plans_(plans), boards_(kBoards) {}

absl::StatusOr<v1::Scoreboard> BoardCache::Get(const server::CallContext& call,
                                               const std::string& plan,
                                               const std::string& as_of_date) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(plan, "plans/*", "plan").status());
  if (!as_of_date.empty()) {
    DUBAN_RETURN_IF_ERROR(ParseDate(as_of_date, "as_of_date").status());
  }
  const auto board = boards_.Get(absl::StrCat(plan, "@", as_of_date));
  DUBAN_ASSIGN_OR_RETURN(const Board fresh,
                         board->Get(call.deadline(), [&](const std::optional<Board>& last) {
                           return Check(call, plan, as_of_date, last);
                         }));
  v1::Scoreboard answer = *fresh.lines;
  *answer.mutable_read_time() = ToTimestamp(fresh.read_time);
  return answer;
}

absl::StatusOr<BoardCache::Board> BoardCache::Check(const server::CallContext& call,
                                                    const std::string& plan_name,
                                                    const std::string& as_of_date,
                                                    const std::optional<Board>& last) {
  const absl::Time read_time = call.now();
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, plan_name));
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay date,
                         ScoreboardDate(plan->plan(), as_of_date, read_time));
  const std::string id = LastId(plan_name);
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
