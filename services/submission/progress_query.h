#ifndef DUBAN_SERVICES_SUBMISSION_PROGRESS_QUERY_H_
#define DUBAN_SERVICES_SUBMISSION_PROGRESS_QUERY_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "duban/submission/v1/progress_service.pb.h"

namespace duban::submission {

// Which lines of a scoreboard to answer. What is not given does not restrict.
struct LineFilter {
  std::optional<std::string> indicator;  // `plans/{plan}/indicators/{indicator}`
  std::optional<std::string> unit;       // `units/{unit}`, or "" for the lines of the whole plan
  std::optional<std::string> task;
  std::optional<v1::ScoreboardLine::Light> light;
  std::optional<indicator::v1::Responsibility::Mode> mode;
};

// INVALID_ARGUMENT FILTER_INVALID.
absl::StatusOr<LineFilter> ParseLineFilter(const v1::GetScoreboardRequest& request);

// Takes the lines out of `board` that the filter does not let through.
void Keep(const LineFilter& filter, v1::Scoreboard* board);

// The instant whose knowledge is asked for; nothing if the request has no read_time.
// INVALID_ARGUMENT FIELD_INVALID (field read_time) if it is no instant, or one to come.
absl::StatusOr<std::optional<absl::Time>> ParseReadTime(
    bool given, const google::protobuf::Timestamp& read_time, absl::Time now);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_PROGRESS_QUERY_H_
