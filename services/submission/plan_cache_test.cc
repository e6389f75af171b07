// What callers are told when the indicator service does not answer as it should.
#include "services/submission/plan_cache.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/submission.h"
#include "services/submission/submission_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;

class PlanCacheTest : public SubmissionTest {
 protected:
  static client::CallInfo Within(absl::Duration time) {
    return {.deadline = MachineNow() + time, .request_id = "r", .traceparent = ""};
  }
};

// A port of this machine that is taken; only one that listens accepts connections, which are never
// answered.
class Port {
 public:
  explicit Port(bool listens) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    if (listens) {
      EXPECT_EQ(::listen(socket_, 8), 0);
    }
    socklen_t size = sizeof(address);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    target_ = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  }
  ~Port() { ::close(socket_); }
  const std::string& target() const { return target_; }

 private:
  int socket_;
  std::string target_;
};

TEST_F(PlanCacheTest, AnUnchangedPlanIsTheSameOneInMemory) {
  const client::Caller caller(Services::Get().indicator->target(), "services/submission",
                              &testing::TestSigner());
  PlanCache cache(&caller);
  const auto first = cache.Get(Within(absl::Seconds(10)), plan_);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(*cache.Get(Within(absl::Seconds(10)), plan_), *first);
  Amend("articles", "2024-02-01",
        [](indicator::v1::Indicator* indicator) { indicator->mutable_target()->set_low("24"); });
  const auto amended = cache.Get(Within(absl::Seconds(10)), plan_);
  EXPECT_NE(*amended, *first);
  EXPECT_GT((*amended)->revision(), (*first)->revision());
  EXPECT_EQ((*amended)->indicators_size(), (*first)->indicators_size() + 1);
}

TEST_F(PlanCacheTest, ADraftIsAskedForInFullEachTime) {
  const client::Caller caller(Services::Get().indicator->target(), "services/submission",
                              &testing::TestSigner());
  PlanCache cache(&caller);
  const std::string draft = plan_ + "-draft";
  Import(TestDocument(draft));
  const auto first = cache.Get(Within(absl::Seconds(10)), draft);
  ASSERT_THAT(first, IsOk());
  const auto second = cache.Get(Within(absl::Seconds(10)), draft);
  EXPECT_NE(*second, *first);
  EXPECT_EQ((*second)->plan().state(), indicator::v1::Plan::DRAFT);
}

TEST_F(PlanCacheTest, WithoutTheIndicatorServiceItIsUnavailable) {
  const Port closed(/*listens=*/false);
  const client::Caller caller(closed.target(), "services/submission", &testing::TestSigner());
  PlanCache cache(&caller);
  const auto plan = cache.Get(Within(absl::Seconds(2)), plan_);
  EXPECT_THAT(plan, FailsWith(StatusCode::kUnavailable, "INDICATOR_UNAVAILABLE"));
  EXPECT_NE(GetLocalizedText(plan.status(), "zh-CN"), "");
}

TEST_F(PlanCacheTest, ASilentIndicatorServiceIsNotWaitedForLongerThanTheCall) {
  const Port silent(/*listens=*/true);
  const client::Caller caller(silent.target(), "services/submission", &testing::TestSigner());
  PlanCache cache(&caller);
  EXPECT_THAT(cache.Get(Within(absl::Milliseconds(300)), plan_),
              FailsWith(StatusCode::kDeadlineExceeded, "CHECK_DEADLINE"));
}

TEST_F(PlanCacheTest, ARefusalOfThisServiceIsNotTheCallersFault) {
  // This service's own port knows no PlanService.
  const client::Caller caller(Services::Get().submission->target(), "services/submission",
                              &testing::TestSigner());
  PlanCache cache(&caller);
  EXPECT_EQ(cache.Get(Within(absl::Seconds(10)), plan_).status().code(), StatusCode::kInternal);
}

TEST(SubmissionAssemblyTest, NeedsAnIdentityOfItsOwn) {
  const server::Environment environment = {};
  EXPECT_THAT(Definition({.indicator_target = "127.0.0.1:1"}).assemble(environment),
              FailsWith(StatusCode::kFailedPrecondition, "SERVICE_KEY_MISSING"));
}

}  // namespace
}  // namespace duban::submission
