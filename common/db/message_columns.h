#ifndef DUBAN_COMMON_DB_MESSAGE_COLUMNS_H_
#define DUBAN_COMMON_DB_MESSAGE_COLUMNS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

// How parts of messages stand in columns.
namespace duban::db {

// An instant, or NULL where there is none.
Value TimeOrNull(bool present, const google::protobuf::Timestamp& time);

// A message as JSON under the names of its fields.
absl::StatusOr<std::string> JsonColumn(const google::protobuf::Message& message);

// Reads one; what a newer program wrote that this one does not know is left out.
absl::Status ReadJsonColumn(const std::string& json, google::protobuf::Message* message);

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_MESSAGE_COLUMNS_H_
