#ifndef DUBAN_SERVICES_SUBMISSION_BOARD_CACHE_H_
#define DUBAN_SERVICES_SUBMISSION_BOARD_CACHE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/progress.pb.h"
#include "services/submission/board_store.h"
#include "services/submission/fresh_value.h"
#include "services/submission/plan_cache.h"
#include "services/submission/recent.h"

namespace duban::submission {

// Scoreboards, kept finished in memory; each answer is from a check, begun after the question, that
// the plan's definition and the plan's version in the database are still those that the board was
// made of. Many questions share one check. Thread-safe.
class BoardCache {
 public:
  BoardCache(db::Database* database, PlanCache* plans);

  // The scoreboard of the plan (`plans/{plan}`) as of the date, or of today if it is empty. Errors
  // as PlanCache::Get and ScoreboardDate.
  absl::StatusOr<v1::Scoreboard> Get(const server::CallContext& call, const std::string& plan,
                                     const std::string& as_of_date);

 private:
  // A finished board, what it was made of, and when that was last found to be so.
  struct Board {
    std::shared_ptr<const v1::Scoreboard> lines;
    PlanPointer plan;
    absl::CivilDay date;
    int64_t version = 0;
    absl::Time read_time;
  };

  absl::StatusOr<Board> Check(const server::CallContext& call, const std::string& plan,
                              const std::string& as_of_date, const std::optional<Board>& last);

  db::Database* database_;
  PlanCache* plans_;
  BoardStore store_;
  Recent<FreshValue<Board>> boards_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_BOARD_CACHE_H_
