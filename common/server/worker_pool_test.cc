#include "common/server/worker_pool.h"

#include <atomic>
#include <future>
#include <vector>

#include "common/testing/wait_until.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

TEST(WorkerPoolTest, RefusesWhatItsQueueCannotHold) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::atomic<int> done = 0;
  WorkerPool pool(/*workers=*/1, /*queue_capacity=*/2);
  ASSERT_TRUE(pool.Submit([&] { released.wait(), ++done; }));
  ASSERT_TRUE(testing::WaitUntil(absl::Seconds(5), [&] { return pool.busy() == 1; }));
  EXPECT_TRUE(pool.Submit([&] { ++done; }));
  EXPECT_TRUE(pool.Submit([&] { ++done; }));
  EXPECT_FALSE(pool.Submit([&] { done += 100; }));
  EXPECT_EQ(pool.queued(), 2);
  release.set_value();
  ASSERT_TRUE(testing::WaitUntil(absl::Seconds(5), [&] { return pool.busy() == 0 && done == 3; }));
  EXPECT_EQ(pool.queued(), 0);
  EXPECT_TRUE(pool.Submit([] {}));
}

TEST(WorkerPoolTest, OneWorkerKeepsTheOrder) {
  std::vector<int> order;
  {
    WorkerPool pool(1, 100);
    for (int i = 0; i < 100; ++i) {
      if (!pool.Submit([&order, i] { order.push_back(i); })) order.push_back(-1);
    }
  }  // runs what is queued
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

TEST(WorkerPoolTest, WorkersRunAtTheSameTime) {
  std::promise<void> second_began;
  WorkerPool pool(2, 10);
  std::promise<void> first_ended;
  pool.Submit([&] {
    second_began.get_future().wait();
    first_ended.set_value();
  });
  pool.Submit([&] { second_began.set_value(); });
  EXPECT_EQ(first_ended.get_future().wait_for(std::chrono::seconds(5)), std::future_status::ready);
}

TEST(WorkerPoolTest, AllWorkersComeWhenTasksPileUp) {
  constexpr int kWorkers = 8;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  WorkerPool pool(kWorkers, 100);
  for (int i = 0; i < kWorkers; ++i) ASSERT_TRUE(pool.Submit([&] { released.wait(); }));
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(5), [&] { return pool.busy() == kWorkers; }));
  EXPECT_EQ(pool.queued(), 0);
  release.set_value();
}

TEST(WorkerPoolTest, NothingIsLeftBehind) {
  constexpr int kTasks = 20'000;
  std::atomic<int> done = 0;
  WorkerPool pool(4, kTasks);
  std::vector<std::thread> callers;
  callers.reserve(4);
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int i = 0; i < kTasks / 4; ++i) pool.Submit([&] { ++done; });
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(10), [&] { return done == kTasks; }));
  EXPECT_EQ(pool.queued(), 0);
}

}  // namespace
}  // namespace duban::server
