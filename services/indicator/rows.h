#ifndef DUBAN_SERVICES_INDICATOR_ROWS_H_
#define DUBAN_SERVICES_INDICATOR_ROWS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/timestamp.h"
#include "common/db/database.h"
#include "google/protobuf/message.h"

// What the stores of this service share: a resource is kept as the JSON of its message.
namespace duban::indicator {

using RowValues = std::vector<db::Value>;

// The message as a JSON column holds it, and back. INTERNAL for what is no such message.
absl::StatusOr<std::string> ToBody(const google::protobuf::Message& message);
absl::Status FromBody(const std::string& body, google::protobuf::Message* message);

// Later than everything that is written: what is known now.
absl::Time EndOfTime();

// Inserts all rows by few statements; `head` ends with `VALUES `.
absl::Status InsertRows(db::Transaction& tx, std::string_view head,
                        const std::vector<RowValues>& rows);

// Runs a SELECT whose only parameters are the keys of its one `IN (...)` as few statements; returns
// the rows of all.
absl::StatusOr<db::Rows> QueryIn(db::Session& session, std::string_view sql,
                                 const std::vector<std::string>& keys);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_ROWS_H_
