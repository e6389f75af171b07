#ifndef DUBAN_SERVICES_SUBMISSION_SNAPSHOT_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_SNAPSHOT_RULES_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "duban/submission/v1/progress.pb.h"

namespace duban::submission {

inline constexpr Reason kSnapshotNotFound{"SNAPSHOT_NOT_FOUND", absl::StatusCode::kNotFound,
                                          "没有快照 {snapshot}",
                                          "There is no snapshot {snapshot}."};
inline constexpr Reason kSnapshotAltered{
    "SNAPSHOT_ALTERED", absl::StatusCode::kDataLoss, "快照 {snapshot} 的内容与其摘要不符",
    "The content of snapshot {snapshot} no longer has its digest."};

// The content of a snapshot: the scoreboard as JSON, the same for the same board.
absl::StatusOr<std::string> SnapshotContent(const v1::Scoreboard& board);

// The scoreboard that `content` holds. DATA_LOSS SNAPSHOT_ALTERED, naming `snapshot`, if its
// SHA-256 is not `digest`.
absl::StatusOr<v1::Scoreboard> ReadSnapshot(const std::string& snapshot, const std::string& content,
                                            const std::string& digest);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_SNAPSHOT_RULES_H_
