#include "services/submission/snapshot_rules.h"

#include "common/base/sha256.h"
#include "google/protobuf/util/json_util.h"

namespace duban::submission {

absl::StatusOr<std::string> SnapshotContent(const v1::Scoreboard& board) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(board, &json, options);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  return json;
}

absl::StatusOr<v1::Scoreboard> ReadSnapshot(const std::string& snapshot, const std::string& content,
                                            const std::string& digest) {
  if (Sha256Hex(content) != digest) return Error(kSnapshotAltered).With("snapshot", snapshot);
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // a newer binary may have written it
  v1::Scoreboard board;
  const auto status = google::protobuf::util::JsonStringToMessage(content, &board, options);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  return board;
}

}  // namespace duban::submission
