#include "common/client/service_token.h"

#include "common/client/signing_folder.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::client {
namespace {

using duban::testing::IsOk;
using ::testing::ElementsAre;

const absl::Time kStart = absl::FromUnixSeconds(1'710'000'000);

TEST(ServiceTokenTest, SpeaksForTheService) {
  const SigningFolder keys;
  ServiceToken token("services/submission", keys.signer());
  const auto identity = keys.verifier().Verify(token.Get(kStart), kStart);
  ASSERT_THAT(identity, IsOk());
  EXPECT_EQ(identity->subject, "services/submission");
  EXPECT_THAT(identity->roles, ElementsAre(common::v1::SERVICE));
}

TEST(ServiceTokenTest, IsKeptUntilAMinuteBeforeItsEnd) {
  const SigningFolder keys;
  ServiceToken token("services/submission", keys.signer());
  const std::string first = token.Get(kStart);
  const absl::Time last_use = kStart + absl::Minutes(4) - absl::Seconds(1);
  EXPECT_EQ(token.Get(last_use), first);
  const absl::Time renewal = kStart + absl::Minutes(4);
  const std::string second = token.Get(renewal);
  EXPECT_NE(second, first);
  EXPECT_EQ(token.Get(renewal + absl::Seconds(1)), second);
  EXPECT_THAT(keys.verifier().Verify(second, renewal + absl::Minutes(4)), IsOk());
}

TEST(ServiceTokenTest, IsMadeAnewWhenTheClockIsSetBack) {
  const SigningFolder keys;
  ServiceToken token("services/submission", keys.signer());
  const std::string first = token.Get(kStart);
  const absl::Time earlier = kStart - absl::Hours(1);
  EXPECT_THAT(keys.verifier().Verify(token.Get(earlier), earlier), IsOk());
}

}  // namespace
}  // namespace duban::client
