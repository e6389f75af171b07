// Other systems subscribe, prove that they want to be told, and change their secrets.
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "common/base/id.h"
#include "common/base/timestamp.h"
#include "services/notification/channel_fixture.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::kDenied;
using v1::Subscription;

class SubscriptionServiceTest : public ChannelTest {
 protected:
  static std::string Hook() { return Receiver().Http("/hook"); }

  absl::StatusOr<Subscription> Pause(const std::string& id, const std::string& etag = "") {
    v1::PauseSubscriptionRequest request;
    request.set_name("subscriptions/" + id);
    request.set_reason("维护");
    request.set_etag(etag);
    return Call(*subscriptions_, &Subscriptions::PauseSubscription, Admin(), request);
  }

  absl::StatusOr<Subscription> Rotate(const std::string& id, const std::string& request_id = "") {
    v1::RotateSecretRequest request;
    request.set_name("subscriptions/" + id);
    request.set_request_id(request_id);
    return Call(*subscriptions_, &Subscriptions::RotateSecret, Admin(), request);
  }
};

TEST_F(SubscriptionServiceTest, ASubscriptionIsPendingUntilItsAddressAnswers) {
  const auto created = Create(NewSubscription("province", Hook()), System());
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->state(), Subscription::PENDING);
  EXPECT_EQ(created->owner(), "systems/province");
  ASSERT_EQ(created->secrets_size(), 1);
  EXPECT_TRUE(absl::StartsWith(created->secrets(0).value(), "whsec_"));
  const auto seen = GetSubscription("province", System());
  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->secrets(0).value(), "");
  const auto verified = Verify("province");
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->state(), Subscription::ACTIVE);
  const auto challenges = ReceivedAt("/hook");
  EXPECT_EQ(CheckSignature(challenges.back(), created->secrets(0).value()), "right");
}

TEST_F(SubscriptionServiceTest, ARepeatGetsTheSameSecretAndNobodyElseDoes) {
  auto request = NewSubscription("province", Hook());
  request.set_request_id(NewUuid7(MachineNow()));
  const auto first = Create(request);
  const auto again = Create(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  request.set_request_id(NewUuid7(MachineNow()));
  EXPECT_THAT(Create(request), FailsWith(absl::StatusCode::kAlreadyExists, "SUBSCRIPTION_EXISTS"));
  // Nor does it stand in the database, be it among the replies kept for repeats or in the audit
  // log.
  const std::string secret = first->secrets(0).value();
  for (const char* sql :
       {"SELECT secret_sealed FROM subscription_secrets", "SELECT HEX(reply) FROM request_log",
        "SELECT COALESCE(after_json, '') FROM audit_entries"}) {
    for (const std::string& text : Select(sql)) {
      EXPECT_FALSE(absl::StrContains(text, secret)) << sql;
      EXPECT_FALSE(absl::StrContains(text, "77687365635F")) << sql;  // `whsec_` in hexadecimal
    }
  }
}

// Though the address is another one by now, and what was asked for is over.
TEST_F(SubscriptionServiceTest, ARepeatGetsTheFirstAnswerLaterOn) {
  ASSERT_THAT(Create(NewSubscription("province", Hook())), IsOk());
  v1::VerifySubscriptionRequest verify;
  verify.set_name("subscriptions/province");
  verify.set_request_id(NewUuid7(MachineNow()));
  const auto verified = Call(*subscriptions_, &Subscriptions::VerifySubscription, Admin(), verify);
  ASSERT_THAT(verified, IsOk());
  v1::RotateSecretRequest rotate;
  rotate.set_name("subscriptions/province");
  *rotate.mutable_expire_time() = ToTimestamp(clock_.Now() + absl::Hours(1));
  rotate.set_request_id(NewUuid7(MachineNow()));
  const auto rotated = Call(*subscriptions_, &Subscriptions::RotateSecret, Admin(), rotate);
  ASSERT_THAT(rotated, IsOk());
  v1::UpdateSubscriptionRequest update;
  update.mutable_subscription()->set_name("subscriptions/province");
  update.mutable_subscription()->set_url(Receiver().Http("/ok"));
  update.mutable_update_mask()->add_paths("url");
  ASSERT_THAT(Call(*subscriptions_, &Subscriptions::UpdateSubscription, Admin(), update), IsOk());
  clock_.Advance(absl::Hours(2));
  const auto verified_again =
      Call(*subscriptions_, &Subscriptions::VerifySubscription, Admin(), verify);
  ASSERT_THAT(verified_again, IsOk());
  EXPECT_EQ(verified_again->SerializeAsString(), verified->SerializeAsString());
  const auto rotated_again = Call(*subscriptions_, &Subscriptions::RotateSecret, Admin(), rotate);
  ASSERT_THAT(rotated_again, IsOk());
  EXPECT_EQ(rotated_again->SerializeAsString(), rotated->SerializeAsString());
}

struct RefusedSubscription {
  const char* name;
  std::string url;
  const char* unit;
  bool without_plans;
  absl::StatusCode code;
  const char* reason;
  const char* field;
};

TEST_F(SubscriptionServiceTest, RefusesWhatIsNotTheCallersToAskFor) {
  const RefusedSubscription cases[] = {
      {"another unit", Hook(), "units/housing", false, absl::StatusCode::kPermissionDenied,
       "NOT_OWN_UNIT", "subscription.units"},
      {"all units", Hook(), "", false, absl::StatusCode::kInvalidArgument, "FIELD_INVALID",
       "subscription.units"},
      {"all plans", Hook(), "units/water", true, absl::StatusCode::kInvalidArgument,
       "FIELD_INVALID", "subscription.plans"},
      {"a metadata service", "http://169.254.169.254/latest", "units/water", false,
       absl::StatusCode::kInvalidArgument, "URL_REFUSED", "subscription.url"},
      {"another protocol", "ftp://example.gov.cn/", "units/water", false,
       absl::StatusCode::kInvalidArgument, "URL_REFUSED", "subscription.url"},
  };
  for (const RefusedSubscription& test : cases) {
    auto request = NewSubscription("province", test.url);
    request.mutable_subscription()->clear_units();
    if (*test.unit != '\0') request.mutable_subscription()->add_units(test.unit);
    if (test.without_plans) request.mutable_subscription()->clear_plans();
    EXPECT_THAT(Create(request, System()), FailsWith(test.code, test.reason, test.field))
        << test.name;
  }
  auto request = NewSubscription("No slug", Hook());
  EXPECT_THAT(Create(request),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "subscription_id"));
}

TEST_F(SubscriptionServiceTest, ASystemSeesItsOwnOnly) {
  ASSERT_THAT(Create(NewSubscription("province", Hook()), System()), IsOk());
  EXPECT_THAT(GetSubscription("province", System("systems/other")),
              FailsWith(absl::StatusCode::kNotFound, "SUBSCRIPTION_NOT_FOUND"));
  v1::ListSubscriptionsRequest list;
  const auto all = Call(*subscriptions_, &Subscriptions::ListSubscriptions, Admin(), list);
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(all->subscriptions_size(), 1);
  const auto others =
      Call(*subscriptions_, &Subscriptions::ListSubscriptions, System("systems/other"), list);
  ASSERT_THAT(others, IsOk());
  EXPECT_EQ(others->subscriptions_size(), 0);
  list.set_filter("state = GONE");
  EXPECT_THAT(Call(*subscriptions_, &Subscriptions::ListSubscriptions, Admin(), list),
              FailsWith(absl::StatusCode::kInvalidArgument, "FILTER_INVALID"));
}

TEST_F(SubscriptionServiceTest, WhoMayReadEverythingChangesItsOwnOnly) {
  ASSERT_THAT(Create(NewSubscription("province", Hook()), System()), IsOk());
  EXPECT_THAT(GetSubscription("province", ReadingSystem()), IsOk());
  v1::RotateSecretRequest rotate;
  rotate.set_name("subscriptions/province");
  EXPECT_THAT(Call(*subscriptions_, &Subscriptions::RotateSecret, ReadingSystem(), rotate),
              FailsWith(kDenied, "ROLE_NOT_ALLOWED"));
  v1::VerifySubscriptionRequest verify;
  verify.set_name("subscriptions/province");
  EXPECT_THAT(Call(*subscriptions_, &Subscriptions::VerifySubscription, ReadingSystem(), verify),
              FailsWith(kDenied, "ROLE_NOT_ALLOWED"));
  v1::DeleteSubscriptionRequest remove;
  remove.set_name("subscriptions/province");
  EXPECT_THAT(Call(*subscriptions_, &Subscriptions::DeleteSubscription, ReadingSystem(), remove),
              FailsWith(kDenied, "ROLE_NOT_ALLOWED"));
  ASSERT_THAT(Create(NewSubscription("reading", Hook()), ReadingSystem()), IsOk());
  rotate.set_name("subscriptions/reading");
  EXPECT_THAT(Call(*subscriptions_, &Subscriptions::RotateSecret, ReadingSystem(), rotate), IsOk());
}

TEST_F(SubscriptionServiceTest, AnAddressThatAnswersSomethingElseIsNotVerified) {
  const std::pair<const char*, const char*> cases[] = {
      {"/ok", "HTTP 200"}, {"/redirect", "HTTP 302"}, {"/hang", "timeout"}};
  int number = 0;
  for (const auto& [path, what] : cases) {
    const std::string id = "s" + std::to_string(++number);
    ASSERT_THAT(Create(NewSubscription(id, Receiver().Http(path))), IsOk());
    const auto verified = Verify(id);
    EXPECT_THAT(verified, FailsWith(absl::StatusCode::kFailedPrecondition, "VERIFICATION_FAILED"))
        << path;
    EXPECT_THAT(verified.status().message(), HasSubstr(what));
  }
}

TEST_F(SubscriptionServiceTest, MovesAsItsTableSays) {
  ASSERT_THAT(Create(NewSubscription("province", Hook())), IsOk());
  EXPECT_THAT(Pause("province"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "SUBSCRIPTION_MOVE_NOT_ALLOWED"));
  ASSERT_THAT(Verify("province"), IsOk());
  EXPECT_THAT(Pause("province", "v1"), FailsWith(absl::StatusCode::kAborted, "STALE_ETAG"));
  const auto paused = Pause("province");
  ASSERT_THAT(paused, IsOk());
  EXPECT_EQ(paused->reason(), "维护");
  v1::UpdateSubscriptionRequest update;
  update.mutable_subscription()->set_name("subscriptions/province");
  update.mutable_subscription()->set_url(Receiver().Http("/hook/new"));
  update.mutable_update_mask()->add_paths("url");
  const auto moved = Call(*subscriptions_, &Subscriptions::UpdateSubscription, Admin(), update);
  ASSERT_THAT(moved, IsOk());
  EXPECT_EQ(moved->state(), Subscription::PENDING);
  v1::DeleteSubscriptionRequest remove;
  remove.set_name("subscriptions/province");
  EXPECT_THAT(Call(*subscriptions_, &Subscriptions::DeleteSubscription, Admin(), remove), IsOk());
  EXPECT_THAT(GetSubscription("province"),
              FailsWith(absl::StatusCode::kNotFound, "SUBSCRIPTION_NOT_FOUND"));
}

TEST_F(SubscriptionServiceTest, ThreeSecretsAreInForceAtATime) {
  const auto created = Create(NewSubscription("province", Hook()));
  ASSERT_THAT(created, IsOk());
  const std::string request_id = NewUuid7(MachineNow());
  const auto second = Rotate("province", request_id);
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->secrets_size(), 2);
  EXPECT_EQ(second->secrets(0).number(), 2);
  EXPECT_NE(second->secrets(0).value(), created->secrets(0).value());
  EXPECT_EQ(FromTimestamp(second->secrets(1).expire_time()), clock_.Now() + absl::Hours(24));
  ASSERT_THAT(Rotate("province"), IsOk());
  EXPECT_THAT(Rotate("province"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "TOO_MANY_SECRETS"));
  EXPECT_EQ(Rotate("province", request_id)->secrets(0).value(), second->secrets(0).value());
  clock_.Advance(absl::Hours(24));
  EXPECT_EQ(GetSubscription("province")->secrets_size(), 1);
  EXPECT_THAT(Rotate("province"), IsOk());
}

// A name is judged by what it stands for when the connection is opened, so that it cannot change in
// between.
class StrictSubscriptionTest : public ChannelTest {
 protected:
  static Settings Strict() {
    Settings settings = ChannelTestSettings();
    settings.webhooks.allowed_ranges.clear();
    return settings;
  }
  StrictSubscriptionTest() : ChannelTest(Strict()) {}
};

TEST_F(StrictSubscriptionTest, ANameThatStandsForThisMachineIsNotCalled) {
  std::string url = Receiver().Http("/hook/strict");
  url.replace(url.find("127.0.0.1"), 9, "localhost");
  ASSERT_THAT(Create(NewSubscription("province", url)), IsOk());
  const auto verified = Verify("province");
  EXPECT_THAT(verified, FailsWith(absl::StatusCode::kFailedPrecondition, "VERIFICATION_FAILED"));
  EXPECT_THAT(verified.status().message(), HasSubstr("address"));
  EXPECT_TRUE(ReceivedAt("/hook/strict").empty());
}

class KeylessSubscriptionTest : public ChannelTest {
 protected:
  KeylessSubscriptionTest() : ChannelTest({.indicator_target = "127.0.0.1:1"}) {}
};

TEST_F(KeylessSubscriptionTest, WithoutAKeyNoSecretIsMade) {
  EXPECT_THAT(Create(NewSubscription("province", "https://example.gov.cn/")),
              FailsWith(absl::StatusCode::kFailedPrecondition, "SECRETS_KEY_MISSING"));
}

}  // namespace
}  // namespace duban::notification
