#ifndef DUBAN_COMMON_BASE_TIMESTAMP_H_
#define DUBAN_COMMON_BASE_TIMESTAMP_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace duban {

// Instants as messages carry them, to the microsecond.
google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp);

// The instant that a caller sent. INVALID_ARGUMENT FIELD_INVALID naming `field` if it lies outside
// the years 1 to 9999 or its nanoseconds are none.
absl::StatusOr<absl::Time> ParseTimestamp(const google::protobuf::Timestamp& timestamp,
                                          std::string_view field);

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_TIMESTAMP_H_
