#include "common/base/timestamp.h"

#include "common/base/error.h"
#include "google/protobuf/util/time_util.h"

namespace duban {

using google::protobuf::util::TimeUtil;

namespace {

constexpr int kNanosPerSecond = 1'000'000'000;

}  // namespace

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  return TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixMicros(TimeUtil::TimestampToMicroseconds(timestamp));
}

absl::StatusOr<absl::Time> ParseTimestamp(const google::protobuf::Timestamp& timestamp,
                                          std::string_view field) {
  if (timestamp.seconds() < TimeUtil::kTimestampMinSeconds ||
      timestamp.seconds() > TimeUtil::kTimestampMaxSeconds || timestamp.nanos() < 0 ||
      timestamp.nanos() >= kNanosPerSecond) {
    return FieldInvalid(field, "超出公元 1 至 9999 年", "it lies outside the years 1 to 9999");
  }
  return FromTimestamp(timestamp);
}

}  // namespace duban
