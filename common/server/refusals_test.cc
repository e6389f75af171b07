#include "common/server/refusals.h"

#include <future>
#include <string>
#include <vector>

#include "common/base/clock.h"
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
  std::vector<std::string> recorded;
  bool in_time = true;
  {
    Refusals refusals([&](const CallContext& call, const absl::Status& refusal) {
      in_time = in_time && call.deadline() > MachineNow();
      recorded.push_back(call.info.request_id + GetReason(refusal));
      return absl::OkStatus();
    });
    for (int i = 0; i < 3; ++i) refusals.Add(Of(i), Error(kNotOwnUnit));
  }  // records what is left
  EXPECT_EQ(recorded,
            (std::vector<std::string>{"0NOT_OWN_UNIT", "1NOT_OWN_UNIT", "2NOT_OWN_UNIT"}));
  EXPECT_TRUE(in_time);
}

TEST(RefusalsTest, FailuresAreCounted) {
  Refusals refusals([](const CallContext&, const absl::Status&) {
    return absl::UnavailableError("no database");
  });
  refusals.Add(Of(1), Error(kNotOwnUnit));
  refusals.Add(Of(2), Error(kNotOwnUnit));
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(5), [&] { return refusals.unwritten() == 2; }));
}

TEST(RefusalsTest, AFloodIsCountedAndBlocksNobody) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::promise<void> began;
  bool first = true;
  Refusals refusals([&](const CallContext&, const absl::Status&) {
    if (std::exchange(first, false)) {
      began.set_value();
      released.wait();
    }
    return absl::OkStatus();
  });
  refusals.Add(Of(0), Error(kNotOwnUnit));
  began.get_future().wait();
  for (int i = 0; i < 1024 + 5; ++i) refusals.Add(Of(i), Error(kNotOwnUnit));
  EXPECT_EQ(refusals.unwritten(), 5);
  release.set_value();
}

}  // namespace
}  // namespace duban::server
