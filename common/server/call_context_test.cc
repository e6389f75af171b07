#include "common/server/call_context.h"

#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using testing::FailsWith;
using testing::IsOk;
using testing::kDenied;

CallContext Reporter(bool bound) {
  CallContext call;
  call.identity.unit = "units/water";
  call.identity.roles = {common::v1::REPORTER};
  call.bound_to_unit = bound;
  return call;
}

TEST(CallContextTest, BoundCallersSeeTheirUnitOnly) {
  EXPECT_THAT(Reporter(true).CheckUnit("units/water"), IsOk());
  EXPECT_THAT(Reporter(true).CheckUnit("units/forest"), FailsWith(kDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Reporter(true).CheckUnit(""), FailsWith(kDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Reporter(false).CheckUnit("units/forest"), IsOk());
}

TEST(CallContextTest, AUnitlessCallerOwnsNothing) {
  CallContext call = Reporter(true);
  call.identity.unit.clear();
  EXPECT_THAT(call.CheckUnit(""), FailsWith(kDenied, "NOT_OWN_UNIT"));
}

TEST(CallContextTest, ExistenceIsHiddenFromBoundCallersOnly) {
  const absl::Status missing = absl::NotFoundError("no report");
  EXPECT_THAT(Reporter(true).HideExistence(missing), FailsWith(kDenied, "NOT_OWN_UNIT"));
  EXPECT_EQ(Reporter(false).HideExistence(missing), missing);
  const absl::Status aborted = absl::AbortedError("stale");
  EXPECT_EQ(Reporter(true).HideExistence(aborted), aborted);
  EXPECT_THAT(Reporter(true).HideExistence(absl::OkStatus()), IsOk());
}

TEST(CallContextTest, NowIsTheBusinessClocks) {
  const testing::FakeClock clock(absl::FromUnixSeconds(1711674000));
  CallContext call;
  call.clock = &clock;
  EXPECT_EQ(call.now(), absl::FromUnixSeconds(1711674000));
}

}  // namespace
}  // namespace duban::server
