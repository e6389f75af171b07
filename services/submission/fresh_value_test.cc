#include "services/submission/fresh_value.h"

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/recent.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::testing::ElementsAre;

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

TEST(FreshValueTest, EachLoneCallChecks) {
  FreshValue<int> value;
  int truth = 1;
  std::vector<int> lasts;
  const auto check = [&](const std::optional<int>& last) -> absl::StatusOr<int> {
    lasts.push_back(last.value_or(0));
    return truth;
  };
  EXPECT_EQ(*value.Get(Soon(), check), 1);
  truth = 2;
  EXPECT_EQ(*value.Get(Soon(), check), 2);
  EXPECT_THAT(lasts, ElementsAre(0, 1));
}

TEST(FreshValueTest, AFailureIsAnsweredAndTheLastValueStays) {
  FreshValue<int> value;
  EXPECT_EQ(*value.Get(Soon(), [](const auto&) { return absl::StatusOr<int>(1); }), 1);
  EXPECT_EQ(
      value
          .Get(Soon(),
               [](const auto&) { return absl::StatusOr<int>(absl::UnavailableError("down")); })
          .status()
          .code(),
      StatusCode::kUnavailable);
  std::optional<int> seen;
  EXPECT_EQ(*value.Get(Soon(),
                       [&](const std::optional<int>& last) {
                         seen = last;
                         return absl::StatusOr<int>(2);
                       }),
            2);
  EXPECT_EQ(seen, 1);
}

// Checks that wait to be let go, one after the other.
class Gate {
 public:
  absl::StatusOr<int> Pass(absl::StatusOr<int> result) {
    absl::MutexLock lock(&mutex_);
    const int number = ++arrived_;
    const auto may_go = [this, number]()
                            ABSL_NO_THREAD_SAFETY_ANALYSIS { return let_go_ >= number; };
    mutex_.Await(absl::Condition(&may_go));
    return result;
  }
  void AwaitArrival(int number) {
    absl::MutexLock lock(&mutex_);
    const auto arrived = [this, number]()
                             ABSL_NO_THREAD_SAFETY_ANALYSIS { return arrived_ >= number; };
    mutex_.Await(absl::Condition(&arrived));
  }
  void LetGo(int number) {
    absl::MutexLock lock(&mutex_);
    let_go_ = number;
  }
  int arrived() {
    absl::MutexLock lock(&mutex_);
    return arrived_;
  }

 private:
  absl::Mutex mutex_;
  int arrived_ = 0;
  int let_go_ = 0;
};

TEST(FreshValueTest, ACheckThatThrowsFailsAndTheNextOneRuns) {
  FreshValue<int> value;
  const auto thrown = value.Get(
      Soon(), [](const auto&) -> absl::StatusOr<int> { throw std::runtime_error("no memory"); });
  EXPECT_EQ(thrown.status().code(), StatusCode::kInternal);
  EXPECT_EQ(*value.Get(Soon(), [](const auto&) { return absl::StatusOr<int>(3); }), 3);
}

TEST(FreshValueTest, WhoComesDuringACheckIsServedByTheNextOne) {
  FreshValue<int> value;
  Gate gate;
  std::atomic<int> truth = 1;
  const auto check = [&](const auto&) { return gate.Pass(truth.load()); };
  std::thread first([&] { EXPECT_EQ(*value.Get(Soon(), check), 1); });
  gate.AwaitArrival(1);

  truth = 2;  // the first check has read 1 already; whoever asks from now on must see 2
  std::vector<std::thread> callers;
  callers.reserve(16);
  std::atomic<int> started = 0;
  for (int i = 0; i < 16; ++i) {
    callers.emplace_back([&] {
      ++started;
      EXPECT_EQ(*value.Get(Soon(), check), 2);
    });
  }
  while (started < 16) std::this_thread::yield();
  gate.LetGo(1);
  first.join();
  gate.AwaitArrival(2);
  gate.LetGo(100);
  for (std::thread& caller : callers) caller.join();
  // One check for all, unless some thread was late and needed one more.
  EXPECT_LE(gate.arrived(), 18);
  EXPECT_GE(gate.arrived(), 2);
}

TEST(FreshValueTest, ManyCallersShareFewChecks) {
  FreshValue<int64_t> value;
  std::atomic<int64_t> truth = 0;
  std::atomic<int64_t> checks = 0;
  std::vector<std::thread> callers;
  callers.reserve(16);
  for (int i = 0; i < 16; ++i) {
    callers.emplace_back([&] {
      for (int n = 0; n < 500; ++n) {
        const int64_t written = ++truth;
        const auto seen = value.Get(Soon(), [&](const auto&) {
          ++checks;
          const int64_t now = truth.load();
          std::this_thread::yield();
          return absl::StatusOr<int64_t>(now);
        });
        EXPECT_GE(*seen, written);  // never older than a write before the question
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_LT(checks, 16 * 500);
}

TEST(FreshValueTest, WaitingEndsAtTheDeadline) {
  FreshValue<int> value;
  Gate gate;
  std::thread first(
      [&] { EXPECT_EQ(*value.Get(Soon(), [&](const auto&) { return gate.Pass(1); }), 1); });
  gate.AwaitArrival(1);
  EXPECT_THAT(value.Get(absl::Now() + absl::Milliseconds(20),
                        [](const auto&) { return absl::StatusOr<int>(2); }),
              FailsWith(StatusCode::kDeadlineExceeded, "CHECK_DEADLINE"));
  gate.LetGo(1);
  first.join();
}

TEST(FreshValueTest, AnotherCallersTimeIsNotOurs) {
  FreshValue<int> value;
  Gate gate;
  std::thread first(
      [&] { EXPECT_EQ(*value.Get(Soon(), [&](const auto&) { return gate.Pass(1); }), 1); });
  gate.AwaitArrival(1);
  // Two wait for the next check. Whichever of them runs it first runs out of time; the other's
  // question is answered all the same.
  std::atomic<int> runs = 0;
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  callers.reserve(2);
  for (int i = 0; i < 2; ++i) {
    callers.emplace_back([&] {
      const auto result = value.Get(Soon(), [&](const auto&) -> absl::StatusOr<int> {
        if (++runs == 1) return absl::DeadlineExceededError("the first one's");
        return 2;
      });
      if (result.ok()) ++answered;
    });
  }
  gate.LetGo(1);
  first.join();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(answered, 1);
}

TEST(RecentTest, TheOneNotAskedForLongestMakesRoom) {
  Recent<std::string> recent(2);
  *recent.Get("a") = "1";
  *recent.Get("b") = "2";
  EXPECT_EQ(*recent.Get("a"), "1");
  *recent.Get("c") = "3";
  EXPECT_EQ(*recent.Get("a"), "1");
  EXPECT_EQ(*recent.Get("c"), "3");
  EXPECT_EQ(*recent.Get("b"), "");
}

}  // namespace
}  // namespace duban::submission
