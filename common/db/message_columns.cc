#include "common/db/message_columns.h"

#include "common/base/timestamp.h"
#include "google/protobuf/util/json_util.h"

namespace duban::db {

Value TimeOrNull(bool present, const google::protobuf::Timestamp& time) {
  return present ? Value(FromTimestamp(time)) : Value(nullptr);
}

absl::StatusOr<std::string> JsonColumn(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  return json;
}

absl::Status ReadJsonColumn(const std::string& json, google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(json, message, options);
  return status.ok() ? absl::OkStatus() : absl::InternalError(std::string(status.message()));
}

}  // namespace duban::db
