#include "common/server/refusals.h"

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/testing/fake_clock.h"
#include "common/testing/wait_until.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

CallContext Of(int number) {
  CallContext call;
  call.info.request_id = std::to_string(number);
  return call;
}

TEST(RefusalsTest, AreRecordedInOrderWithTimeToDoIt) {
  const SystemClock clock;
  std::vector<std::string> recorded;
  bool in_time = true;
  {
    Refusals refusals(
        [&](const CallContext& call, const absl::Status& refusal) {
          in_time = in_time && call.deadline() > MachineNow();
          recorded.push_back(call.info.request_id + GetReason(refusal));
          return absl::OkStatus();
        },
        &clock);
    for (int i = 0; i < 3; ++i) refusals.Add(Of(i), Error(kNotOwnUnit));
  }  // records what is left
  EXPECT_EQ(recorded,
            (std::vector<std::string>{"0NOT_OWN_UNIT", "1NOT_OWN_UNIT", "2NOT_OWN_UNIT"}));
  EXPECT_TRUE(in_time);
}

TEST(RefusalsTest, FailuresAreCounted) {
  const SystemClock clock;
  Refusals refusals(
      [](const CallContext&, const absl::Status&) { return absl::UnavailableError("no database"); },
      &clock);
  refusals.Add(Of(1), Error(kNotOwnUnit));
  refusals.Add(Of(2), Error(kNotOwnUnit));
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(5), [&] { return refusals.unwritten() == 2; }));
}

TEST(RefusalsTest, AFloodIsCountedAndBlocksNobody) {
  const SystemClock clock;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::promise<void> began;
  bool first = true;
  Refusals refusals(
      [&](const CallContext&, const absl::Status&) {
        if (std::exchange(first, false)) {
          began.set_value();
          released.wait();
        }
        return absl::OkStatus();
      },
      &clock);
  refusals.Add(Of(0), Error(kNotOwnUnit));
  began.get_future().wait();
  for (int i = 0; i < 1024 + 5; ++i) refusals.Add(Of(i), Error(kNotOwnUnit));
  EXPECT_EQ(refusals.unwritten(), 5);
  release.set_value();
}

TEST(RefusalsTest, StrangersCannotFloodTheAuditLog) {
  testing::FakeClock clock(absl::FromUnixSeconds(1'711'674'000));
  std::atomic<int> strangers = 0;
  std::atomic<int> known = 0;
  Refusals refusals(
      [&](const CallContext&, const absl::Status& refusal) {
        ++(absl::IsUnauthenticated(refusal) ? strangers : known);
        return absl::OkStatus();
      },
      &clock);
  const auto flood = [&](int calls) {
    for (int i = 0; i < calls; ++i) refusals.Add(Of(i), Error(kTokenMissing));
  };
  flood(150);
  EXPECT_EQ(refusals.dropped(), 50);
  // Those whom we know are on record all the same.
  for (int i = 0; i < 200; ++i) refusals.Add(Of(i), Error(kRoleNotAllowed));
  EXPECT_EQ(refusals.dropped(), 50);
  clock.Advance(absl::Seconds(1));
  flood(25);
  EXPECT_EQ(refusals.dropped(), 65);
  clock.Advance(absl::Hours(1));
  flood(101);
  EXPECT_EQ(refusals.dropped(), 66);
  EXPECT_TRUE(
      testing::WaitUntil(absl::Seconds(5), [&] { return strangers == 210 && known == 200; }));
  EXPECT_EQ(refusals.unwritten(), 0);
}

TEST(RefusalsTest, ADropIsToldOnceAMinute) {
  testing::FakeClock clock(absl::FromUnixSeconds(1'711'674'000));
  Refusals refusals([](const CallContext&, const absl::Status&) { return absl::OkStatus(); },
                    &clock);
  const auto warnings_of = [&](int calls) {
    ::testing::internal::CaptureStderr();
    for (int i = 0; i < calls; ++i) refusals.Add(Of(i), Error(kTokenMissing));
    const std::string output = ::testing::internal::GetCapturedStderr();
    int lines = 0;
    for (size_t at = 0; (at = output.find("too many for the audit log", at)) != std::string::npos;
         ++at) {
      ++lines;
    }
    return lines;
  };
  EXPECT_EQ(warnings_of(500), 1);
  clock.Advance(absl::Seconds(30));
  EXPECT_EQ(warnings_of(500), 0);
  clock.Advance(absl::Seconds(31));
  EXPECT_EQ(warnings_of(700), 1);
}

}  // namespace
}  // namespace duban::server
