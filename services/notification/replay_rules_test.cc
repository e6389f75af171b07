#include "services/notification/replay_rules.h"

#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using testing::IsOk;

constexpr absl::StatusCode kInvalidReplay = absl::StatusCode::kInvalidArgument;
const absl::Time kReplayedAt = absl::FromUnixMicros(1711674000123456);
constexpr absl::Duration kEventsKept = absl::Hours(720);

v1::ReplayDeliveriesRequest GoodReplay() {
  v1::ReplayDeliveriesRequest request;
  request.set_parent("subscriptions/province");
  *request.mutable_from_time() = ToTimestamp(kReplayedAt - absl::Hours(1));
  request.set_reason("补发");
  return request;
}

TEST(ReplayRulesTest, ReadsTheTimes) {
  const auto range = ReadReplay(GoodReplay(), kReplayedAt, kEventsKept);
  ASSERT_THAT(range, IsOk());
  EXPECT_EQ(range->from, kReplayedAt - absl::Hours(1));
  EXPECT_EQ(range->to, kReplayedAt);
  EXPECT_EQ(range->after, "");
}

TEST(ReplayRulesTest, RefusesRangesThatAreNone) {
  auto request = GoodReplay();
  request.clear_reason();
  EXPECT_THAT(ReadReplay(request, kReplayedAt, kEventsKept),
              FailsWith(kInvalidReplay, "FIELD_INVALID", "reason"));
  request = GoodReplay();
  request.clear_from_time();
  EXPECT_THAT(ReadReplay(request, kReplayedAt, kEventsKept),
              FailsWith(kInvalidReplay, "FIELD_INVALID", "from_time"));
  request = GoodReplay();
  *request.mutable_to_time() = request.from_time();
  EXPECT_THAT(ReadReplay(request, kReplayedAt, kEventsKept),
              FailsWith(kInvalidReplay, "FIELD_INVALID", "from_time"));
}

TEST(ReplayRulesTest, WhatMayBeGoneIsNotReplayed) {
  auto request = GoodReplay();
  *request.mutable_from_time() = ToTimestamp(kReplayedAt - kEventsKept);
  EXPECT_THAT(ReadReplay(request, kReplayedAt, kEventsKept), IsOk());
  EXPECT_THAT(ReadReplay(request, kReplayedAt + absl::Seconds(1), kEventsKept),
              FailsWith(absl::StatusCode::kFailedPrecondition, "REPLAY_TOO_OLD", "from_time"));
  request.set_cursor(MakeCursor({request.parent(), kReplayedAt - kEventsKept,
                                 "0190a000-0000-7000-8000-000000000001", kReplayedAt}));
  EXPECT_THAT(ReadReplay(request, kReplayedAt, kEventsKept), IsOk());
  EXPECT_THAT(ReadReplay(request, kReplayedAt + absl::Seconds(1), kEventsKept),
              FailsWith(absl::StatusCode::kFailedPrecondition, "REPLAY_TOO_OLD", "cursor"));
}

TEST(ReplayRulesTest, ACursorGoesOnInItsOwnRangeOnly) {
  ReplayRange range{"subscriptions/province", kReplayedAt, "0190a000-0000-7000-8000-000000000001",
                    kReplayedAt + absl::Hours(2)};
  auto request = GoodReplay();
  request.set_cursor(MakeCursor(range));
  const auto read = ReadReplay(request, kReplayedAt, kEventsKept);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->from, range.from);
  EXPECT_EQ(read->after, range.after);
  EXPECT_EQ(read->to, range.to);
  *request.mutable_to_time() = ToTimestamp(kReplayedAt);
  EXPECT_THAT(ReadReplay(request, kReplayedAt, kEventsKept),
              FailsWith(kInvalidReplay, "REPLAY_CURSOR_INVALID", "cursor"));
  request = GoodReplay();
  range.subscription = "subscriptions/other";
  for (const std::string& cursor :
       {MakeCursor(range), std::string("nonsense"), std::string("e30=")}) {
    request.set_cursor(cursor);
    EXPECT_THAT(ReadReplay(request, kReplayedAt, kEventsKept),
                FailsWith(kInvalidReplay, "REPLAY_CURSOR_INVALID", "cursor"))
        << cursor;
  }
}

}  // namespace
}  // namespace duban::notification
