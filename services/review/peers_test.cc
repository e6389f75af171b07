// What a peer that does not answer means to our callers, and that the service needs its own
// identity.
#include "services/review/peers.h"

#include "common/base/clock.h"
#include "common/testing/service_harness.h"
#include "common/testing/status_matchers.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "services/review/review.h"

namespace duban::review {
namespace {

using testing::FailsWith;

// Long enough for the retries.
client::CallInfo InTime() { return {.deadline = MachineNow() + absl::Seconds(20)}; }

TEST(PeersTest, NobodyThereIsUnavailable) {
  const Peers peers("127.0.0.1:1", "127.0.0.1:1", &testing::TestSigner(),
                    grpc::InsecureChannelCredentials());
  const auto plans = indicator::v1::PlanService::NewStub(peers.indicator().channel());
  const auto progress = submission::v1::ProgressService::NewStub(peers.submission().channel());
  EXPECT_THAT(peers.AskIndicator(InTime(), *plans, &indicator::v1::PlanService::Stub::GetPlan,
                                 indicator::v1::GetPlanRequest()),
              FailsWith(absl::StatusCode::kUnavailable, "INDICATOR_UNAVAILABLE"));
  EXPECT_THAT(
      peers.AskSubmission(InTime(), *progress, &submission::v1::ProgressService::Stub::GetSnapshot,
                          submission::v1::GetSnapshotRequest()),
      FailsWith(absl::StatusCode::kUnavailable, "SUBMISSION_UNAVAILABLE"));
}

TEST(AssemblyTest, DoesNotStartWithoutAKeyOfItsOwn) {
  EXPECT_THAT(Definition({}).assemble({}),
              FailsWith(absl::StatusCode::kFailedPrecondition, "SERVICE_KEY_MISSING"));
}

}  // namespace
}  // namespace duban::review
