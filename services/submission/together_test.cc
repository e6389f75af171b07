#include "services/submission/together.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/testing/wait_until.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::submission {
namespace {

using ::testing::ElementsAre;

std::vector<int> Doubled(const std::vector<int>& items) {
  std::vector<int> answers;
  answers.reserve(items.size());
  for (const int item : items) answers.push_back(2 * item);
  return answers;
}

TEST(TogetherTest, ALoneCallerIsServedAlone) {
  std::vector<size_t> sizes;
  Together<int, int> together(8, 1, [&](const std::vector<int>& items) {
    sizes.push_back(items.size());
    return Doubled(items);
  });
  EXPECT_EQ(together.Do(1), 2);
  EXPECT_EQ(together.Do(2), 4);
  EXPECT_THAT(sizes, ElementsAre(1, 1));
}

TEST(TogetherTest, WhoComesMeanwhileIsServedTogetherInTheOrderOfComing) {
  absl::Notification begun;
  absl::Notification go_on;
  std::vector<std::vector<int>> groups;
  Together<int, int> together(2, 1, [&](const std::vector<int>& items) {
    groups.push_back(items);
    if (groups.size() == 1) {
      begun.Notify();
      go_on.WaitForNotification();
    }
    return Doubled(items);
  });
  std::vector<std::thread> callers;
  std::vector<int> answers(4);
  const auto call = [&](int n) { callers.emplace_back([&, n] { answers[n] = together.Do(n); }); };
  call(0);
  begun.WaitForNotification();
  for (int n = 1; n < 4; ++n) {
    call(n);
    ASSERT_TRUE(testing::WaitUntil(absl::Seconds(20),
                                   [&] { return together.waiting() == static_cast<size_t>(n); }));
  }
  go_on.Notify();
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(answers, ElementsAre(0, 2, 4, 6));
  EXPECT_THAT(groups, ElementsAre(ElementsAre(0), ElementsAre(1, 2), ElementsAre(3)));
}

size_t Even(size_t waiting) { return waiting == 1 ? 1 : waiting - waiting % 2; }

TEST(TogetherTest, AGroupIsAsLargeAsFits) {
  absl::Notification begun;
  absl::Notification go_on;
  std::vector<size_t> sizes;
  Together<int, int, Even> together(8, 1, [&](const std::vector<int>& items) {
    sizes.push_back(items.size());
    if (sizes.size() == 1) {
      begun.Notify();
      go_on.WaitForNotification();
    }
    return Doubled(items);
  });
  std::vector<std::thread> callers;
  callers.emplace_back([&] { EXPECT_EQ(together.Do(0), 0); });
  begun.WaitForNotification();
  for (int n = 1; n < 6; ++n) callers.emplace_back([&, n] { EXPECT_EQ(together.Do(n), 2 * n); });
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] { return together.waiting() == 5; }));
  go_on.Notify();
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(sizes, ElementsAre(1, 4, 1));
}

TEST(TogetherTest, AnotherGroupBeginsOnceItIsAsLargeAsWhatRuns) {
  std::vector<absl::Notification> go_on(4);  // of each group
  std::atomic<size_t> begun = 0;
  std::vector<size_t> sizes(go_on.size());
  Together<int, int> together(8, 2, [&](const std::vector<int>& items) {
    const size_t group = begun++;
    sizes[group] = items.size();
    go_on[group].WaitForNotification();
    return Doubled(items);
  });
  std::vector<std::thread> callers;
  const auto call = [&](int n) {
    callers.emplace_back([&, n] { EXPECT_EQ(together.Do(n), 2 * n); });
  };
  const auto settles = [&](size_t groups, size_t waiting) {
    return testing::WaitUntil(absl::Seconds(20),
                              [&] { return begun == groups && together.waiting() == waiting; });
  };
  call(0);
  EXPECT_TRUE(settles(1, 0));
  call(1);
  EXPECT_TRUE(settles(2, 0));
  for (int n = 2; n < 6; ++n) call(n);
  EXPECT_TRUE(settles(2, 4));
  go_on[0].Notify();
  EXPECT_TRUE(settles(3, 0));
  go_on[1].Notify();
  callers[1].join();
  // Beside the four that run, three wait and the fourth lets them begin.
  for (int n = 6; n < 9; ++n) call(n);
  EXPECT_TRUE(settles(3, 3));
  call(9);
  EXPECT_TRUE(settles(4, 0));
  go_on[2].Notify();
  go_on[3].Notify();
  for (std::thread& caller : callers) {
    if (caller.joinable()) caller.join();
  }
  EXPECT_THAT(sizes, ElementsAre(1, 1, 4, 4));
}

TEST(TogetherTest, EachOfManyGetsTheAnswerToItsOwnItem) {
  constexpr int kCallers = 16;
  constexpr int kCalls = 200;
  std::atomic<int> running = 0;
  std::atomic<int> most_running = 0;
  std::atomic<int> groups = 0;
  Together<int, int> together(8, 2, [&](const std::vector<int>& items) {
    const int now = ++running;
    int most = most_running;
    while (now > most && !most_running.compare_exchange_weak(most, now)) {
    }
    ++groups;
    EXPECT_LE(items.size(), 8u);
    std::this_thread::yield();
    --running;
    return Doubled(items);
  });
  std::vector<std::thread> callers;
  callers.reserve(kCallers);
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      for (int call = 0; call < kCalls; ++call) {
        const int item = caller * kCalls + call;
        ASSERT_EQ(together.Do(item), 2 * item);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_LE(most_running, 2);
  EXPECT_LE(groups, kCallers * kCalls);
}

}  // namespace
}  // namespace duban::submission
