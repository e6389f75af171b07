#include "common/base/id.h"

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

absl::Time At(const std::string& rfc3339) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error)) << error;
  return time;
}

absl::Time TimeIn(const std::string& uuid) {
  int64_t milliseconds = 0;
  EXPECT_TRUE(
      absl::SimpleHexAtoi(absl::StrReplaceAll(uuid.substr(0, 13), {{"-", ""}}), &milliseconds));
  return absl::FromUnixMillis(milliseconds);
}

// The tests of this file use growing years: an id never goes back by a few seconds only.
TEST(Uuid7Test, HasVersionVariantAndTime) {
  const absl::Time now = At("2024-03-29T09:00:00.123+08:00");
  const std::string uuid = NewUuid7(now);
  EXPECT_TRUE(IsUuid(uuid)) << uuid;
  EXPECT_EQ(uuid, absl::AsciiStrToLower(uuid));
  EXPECT_EQ(uuid[14], '7');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos) << uuid;
  EXPECT_EQ(TimeIn(uuid), now);
}

TEST(Uuid7Test, GrowsWithinOneInstant) {
  const absl::Time now = At("2025-01-01T00:00:00.500Z");
  std::string previous = NewUuid7(now);
  // More than the 4096 ids that one millisecond has room for.
  for (int i = 0; i < 20'000; ++i) {
    const std::string next = NewUuid7(now);
    ASSERT_LT(previous, next) << i;
    previous = next;
  }
}

TEST(Uuid7Test, GrowsWithMicroseconds) {
  const absl::Time start = At("2026-01-01T00:00:00Z");
  std::string previous = NewUuid7(start);
  for (int i = 1; i < 5000; ++i) {
    const std::string next = NewUuid7(start + absl::Microseconds(i));
    ASSERT_LT(previous, next) << i;
    previous = next;
  }
  EXPECT_EQ(TimeIn(previous), start + absl::Milliseconds(4));
}

TEST(Uuid7Test, GrowsThroughASmallStepBack) {
  const absl::Time now = At("2027-01-01T00:00:00Z");
  const std::string before = NewUuid7(now);
  EXPECT_LT(before, NewUuid7(now - absl::Seconds(2)));
}

TEST(Uuid7Test, FollowsAnotherClock) {
  NewUuid7(At("2040-01-01T00:00:00Z"));
  const absl::Time now = At("2028-01-01T00:00:00Z");
  EXPECT_EQ(TimeIn(NewUuid7(now)), now);
}

TEST(Uuid7Test, IsDistinctAndGrowingInEachOfManyThreads) {
  const absl::Time now = At("2029-01-01T00:00:00Z");
  constexpr int kThreads = 8;
  constexpr int kEach = 2000;
  std::vector<std::vector<std::string>> made(kThreads);
  std::vector<std::thread> threads;
  for (std::vector<std::string>& own : made) {
    threads.emplace_back([&own, now] {
      for (int i = 0; i < kEach; ++i) own.push_back(NewUuid7(now));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> ticks;  // the part that grows, which alone is distinct already
  for (const std::vector<std::string>& own : made) {
    EXPECT_TRUE(std::is_sorted(own.begin(), own.end()));
    for (const std::string& uuid : own) ticks.insert(uuid.substr(0, 18));
  }
  EXPECT_EQ(ticks.size(), static_cast<size_t>(kThreads * kEach));
}

TEST(IsUuidTest, TakesTheOneForm) {
  const struct {
    const char* text;
    bool want;
  } cases[] = {
      {"018e8a2c-7b1d-7f00-8a00-0123456789ab", true},
      {"018E8A2C-7B1D-4F00-8A00-0123456789AB", true},
      {"00000000-0000-0000-0000-000000000000", true},
      {"", false},
      {"018e8a2c7b1d7f008a000123456789ab", false},
      {"018e8a2c-7b1d-7f00-8a00-0123456789a", false},
      {"018e8a2c-7b1d-7f00-8a00-0123456789abc", false},
      {"018e8a2c-7b1d-7f00-8a00-0123456789ag", false},
      {"018e8a2c-7b1d-7f00-8a0000123456789ab", false},
      {"018e8a2-c7b1d-7f00-8a00-0123456789ab", false},
      {"{18e8a2c-7b1d-7f00-8a00-0123456789a}", false},
      {" 18e8a2c-7b1d-7f00-8a00-0123456789ab", false},
  };
  for (const auto& c : cases) EXPECT_EQ(IsUuid(c.text), c.want) << c.text;
}

TEST(IsSlugTest, TakesLettersDigitsAndHyphens) {
  const struct {
    std::string text;
    bool want;
  } cases[] = {
      {"a", true},
      {"linxiang-innovation-2024", true},
      {"a--b", true},
      {std::string(63, 'a'), true},
      {std::string(64, 'a'), false},
      {"", false},
      {"2024-plan", false},
      {"-a", false},
      {"a-", false},
      {"A", false},
      {"a_b", false},
      {"a b", false},
      {"a/b", false},
      {"市科工局", false},
  };
  for (const auto& c : cases) EXPECT_EQ(IsSlug(c.text), c.want) << c.text;
}

TEST(Uuid7Test, TellsWhenItWasMade) {
  const absl::Time now = absl::FromUnixMicros(1711674000123456);
  EXPECT_EQ(TimeOfId(NewUuid7(now)), absl::FromUnixMicros(1711674000123000));
  EXPECT_EQ(TimeOfId("row-of-somebody"), absl::UnixEpoch());
}

TEST(TraceTest, IdsAreHexadecimalAndDistinct) {
  const auto all_hex = [](const std::string& text) {
    return text.find_first_not_of("0123456789abcdef") == std::string::npos;
  };
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string trace = NewTraceId();
    const std::string span = NewSpanId();
    EXPECT_TRUE(trace.size() == 32 && all_hex(trace)) << trace;
    EXPECT_TRUE(span.size() == 16 && all_hex(span)) << span;
    seen.insert(trace);
    seen.insert(span);
  }
  EXPECT_EQ(seen.size(), 2000u);
}

}  // namespace
}  // namespace duban
