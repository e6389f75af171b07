#include "common/base/timestamp.h"

#include "common/base/error.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

google::protobuf::Timestamp At(int64_t seconds, int32_t nanos) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(nanos);
  return timestamp;
}

TEST(TimestampTest, RoundTripToTheMicrosecond) {
  for (const int64_t micros : {int64_t{0}, int64_t{-1}, int64_t{1711674000123456}}) {
    const absl::Time time = absl::FromUnixMicros(micros);
    EXPECT_EQ(FromTimestamp(ToTimestamp(time)), time) << micros;
  }
  EXPECT_EQ(FromTimestamp(At(1, 1999)), absl::FromUnixMicros(1000001));
}

TEST(TimestampTest, WhatNoCallerMaySend) {
  EXPECT_EQ(*ParseTimestamp(At(-62135596800, 0), "t"), FromTimestamp(At(-62135596800, 0)));
  for (const auto& bad : {At(-62135596801, 0), At(253402300800, 0), At(0, -1), At(0, 1000000000)}) {
    const absl::Status status = ParseTimestamp(bad, "read_time").status();
    EXPECT_EQ(GetReason(status), "FIELD_INVALID") << bad.ShortDebugString();
    EXPECT_EQ(GetBadRequest(status)->field_violations(0).field(), "read_time");
  }
}

}  // namespace
}  // namespace duban
