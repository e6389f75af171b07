// Events on their way to other systems, which fail in every way.
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "services/notification/channel_fixture.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using v1::Delivery;
using v1::Subscription;

constexpr char kProvince[] = "subscriptions/province";

class WebhookDeliveryTest : public ChannelTest {
 protected:
  absl::StatusOr<Delivery> Redeliver(const std::string& name, const std::string& token = Admin()) {
    v1::RedeliverRequest request;
    request.set_name(name);
    request.set_reason("重发");
    return Call(*deliveries_, &Deliveries::Redeliver, token, request);
  }

  absl::StatusOr<v1::ReplayDeliveriesResponse> Replay(const std::string& parent,
                                                      const std::string& cursor = "",
                                                      const std::string& token = Admin()) {
    v1::ReplayDeliveriesRequest request;
    request.set_parent(parent);
    *request.mutable_from_time() = ToTimestamp(clock_.Now() - absl::Hours(1));
    *request.mutable_to_time() = ToTimestamp(clock_.Now() + absl::Hours(1));
    request.set_cursor(cursor);
    request.set_reason("补发");
    return Call(*deliveries_, &Deliveries::ReplayDeliveries, token, request);
  }

  void Pause(const std::string& id) {
    v1::PauseSubscriptionRequest request;
    request.set_name("subscriptions/" + id);
    request.set_reason("维护");
    EXPECT_THAT(Call(*subscriptions_, &Subscriptions::PauseSubscription, Admin(), request), IsOk());
  }

  void Resume(const std::string& id) {
    v1::ResumeSubscriptionRequest request;
    request.set_name("subscriptions/" + id);
    EXPECT_THAT(Call(*subscriptions_, &Subscriptions::ResumeSubscription, Admin(), request),
                IsOk());
  }
};

TEST_F(WebhookDeliveryTest, AnotherImplementationFindsTheSignatureRight) {
  const std::string secret = Subscribe("province", Receiver().Https("/status/204/signed"));
  v1::RotateSecretRequest rotate;
  rotate.set_name(kProvince);
  const auto rotated = Call(*subscriptions_, &Subscriptions::RotateSecret, Admin(), rotate);
  ASSERT_THAT(rotated, IsOk());
  const std::string event = Tell();
  const Delivery delivery = AwaitState(kProvince, Delivery::SENT);
  EXPECT_EQ(delivery.event(), "events/" + event);
  EXPECT_EQ(delivery.attempt_count(), 1);
  const auto requests = ReceivedAt("/status/204/signed");
  ASSERT_EQ(requests.size(), 1);
  EXPECT_EQ(requests[0].at("headers").at("webhook-id"), event);
  EXPECT_EQ(CheckSignature(requests[0], secret), "right");
  EXPECT_EQ(CheckSignature(requests[0], rotated->secrets(0).value()), "right");
  nlohmann::json altered = requests[0];
  altered["body"] = altered.at("body").get<std::string>() + " ";
  EXPECT_THAT(CheckSignature(altered, secret), HasSubstr("wrong"));
  altered = requests[0];
  altered["headers"]["webhook-id"] = "another";
  EXPECT_THAT(CheckSignature(altered, secret), HasSubstr("wrong"));
  const auto body = nlohmann::json::parse(requests[0].at("body").get<std::string>());
  EXPECT_EQ(body.at("subject"), "plans/p/reports/r");
  EXPECT_EQ(body.at("data").at("version"), 3);
}

TEST_F(WebhookDeliveryTest, OldSecretsEnd) {
  const std::string secret = Subscribe("province", Receiver().Http("/status/204/rotated"));
  v1::RotateSecretRequest rotate;
  rotate.set_name(kProvince);
  *rotate.mutable_expire_time() = ToTimestamp(clock_.Now() + absl::Hours(1));
  const auto rotated = Call(*subscriptions_, &Subscriptions::RotateSecret, Admin(), rotate);
  ASSERT_THAT(rotated, IsOk());
  clock_.Advance(absl::Hours(1));
  Tell();
  AwaitState(kProvince, Delivery::SENT);
  const auto requests = ReceivedAt("/status/204/rotated");
  ASSERT_EQ(requests.size(), 1);
  EXPECT_THAT(CheckSignature(requests[0], secret), HasSubstr("wrong"));
  EXPECT_EQ(CheckSignature(requests[0], rotated->secrets(0).value()), "right");
}

struct FailingAddress {
  std::string url;
  const char* error;
  absl::Duration wait;
};

TEST_F(WebhookDeliveryTest, EveryFailureIsTriedAgainByTheTable) {
  const FailingAddress cases[] = {
      {Receiver().Http("/status/500"), "answered 500", absl::Seconds(5)},
      {Receiver().Http("/status/404"), "answered 404", absl::Seconds(5)},
      {Receiver().Http("/redirect"), "answered 302", absl::Seconds(5)},
      {Receiver().Http("/after/429/7200"), "answered 429", absl::Seconds(7200)},
      {Receiver().Http("/after/503/1"), "answered 503", absl::Seconds(5)},
      {Receiver().Http("/reset"), "broken", absl::Seconds(5)},
      {Receiver().Http("/hang"), "timeout", absl::Seconds(5)},
      {Receiver().Http("/drip"), "timeout", absl::Seconds(5)},
      {"http://127.0.0.1:1/", "connect", absl::Seconds(5)},
      {"http://127.0.0.2:1/", "address", absl::Seconds(5)},
      {"https://nowhere.invalid/", "resolve", absl::Seconds(5)},
  };
  int number = 0;
  for (const FailingAddress& test : cases) Subscribe(absl::StrCat("s", ++number), test.url);
  Tell();
  number = 0;
  for (const FailingAddress& test : cases) {
    const Delivery delivery = AwaitTries(absl::StrCat("subscriptions/s", ++number), 1);
    EXPECT_EQ(delivery.state(), Delivery::DUE) << test.url;
    EXPECT_THAT(delivery.last_error(), HasSubstr(test.error)) << test.url;
    const absl::Duration wait = FromTimestamp(delivery.due_time()) - clock_.Now();
    EXPECT_GE(wait, test.wait) << test.url;
    EXPECT_LE(wait, test.wait * 1.1) << test.url;
    EXPECT_TRUE(GetSubscription(absl::StrCat("s", number))->has_failing_since()) << test.url;
  }
}

TEST_F(WebhookDeliveryTest, ARetryIsTheSameMessage) {
  Subscribe("province", Receiver().Http("/flaky/1/once"));
  Tell();
  AwaitTries(kProvince, 1);
  clock_.Advance(absl::Seconds(6));
  const Delivery sent = AwaitState(kProvince, Delivery::SENT);
  const auto requests = ReceivedAt("/flaky/1/once");
  ASSERT_EQ(requests.size(), 2);
  EXPECT_EQ(requests[0].at("headers").at("webhook-id"), requests[1].at("headers").at("webhook-id"));
  EXPECT_EQ(requests[0].at("body"), requests[1].at("body"));
  EXPECT_FALSE(GetSubscription("province")->has_failing_since());
  const Delivery whole = GetDelivery(sent.name());
  ASSERT_EQ(whole.attempts_size(), 2);
  EXPECT_EQ(whole.attempts(0).status(), 200);
  EXPECT_EQ(whole.attempts(1).status(), 500);
  EXPECT_EQ(whole.attempts(1).error(), "answered 500");
}

TEST_F(WebhookDeliveryTest, AfterTheTenthTryItIsDeadUntilSomebodyRedelivers) {
  Subscribe("province", Receiver().Http("/status/500/dead"));
  Tell();
  Delivery delivery;
  for (int tries = 1; tries <= 10; ++tries) {
    delivery = AwaitTries(kProvince, tries);
    EXPECT_EQ(delivery.state(), tries < 10 ? Delivery::DUE : Delivery::DEAD) << tries;
    // Later than its due time, for its breaker may be open then.
    clock_.Set(FromTimestamp(delivery.due_time()) + absl::Minutes(11));
  }
  EXPECT_EQ(ReceivedAt("/status/500/dead").size(), 10);
  EXPECT_EQ(DeliveriesOf(kProvince, "state = DEAD").size(), 1);
  Execute("UPDATE subscriptions SET url = '" + Receiver().Http("/status/204/alive") + "'");
  ASSERT_THAT(Redeliver(delivery.name()), IsOk());
  EXPECT_EQ(AwaitState(kProvince, Delivery::SENT).attempt_count(), 1);
  EXPECT_EQ(ReceivedAt("/status/204/alive")[0].at("headers").at("webhook-id"),
            ReceivedAt("/status/500/dead")[0].at("headers").at("webhook-id"));
  EXPECT_EQ(Select("SELECT COUNT(*) FROM audit_entries WHERE method LIKE '%/Redeliver'"),
            std::vector<std::string>{"1"});
}

TEST_F(WebhookDeliveryTest, AnAddressThatIsGoneIsToldNothingAnyMore) {
  Subscribe("province", Receiver().Http("/status/410/gone"));
  Tell();
  AwaitState(kProvince, Delivery::DEAD);
  const auto disabled = GetSubscription("province");
  ASSERT_THAT(disabled, IsOk());
  EXPECT_EQ(disabled->state(), Subscription::DISABLED);
  EXPECT_THAT(disabled->reason(), HasSubstr("410"));
  Tell();
  EXPECT_EQ(DeliveriesOf(kProvince).size(), 1);
  EXPECT_THAT(Redeliver(DeliveriesOf(kProvince)[0].name()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "SUBSCRIPTION_NOT_ACTIVE"));
  EXPECT_THAT(Replay(kProvince),
              FailsWith(absl::StatusCode::kFailedPrecondition, "SUBSCRIPTION_NOT_ACTIVE"));
}

TEST_F(WebhookDeliveryTest, FiveDaysOfFailureDisableIt) {
  Subscribe("province", Receiver().Http("/status/500/days"));
  Tell();
  AwaitTries(kProvince, 1);
  clock_.Advance(absl::Hours(119));
  // Each later than its breaker may be open.
  for (int tries = 2; tries <= 9; ++tries) {
    AwaitTries(kProvince, tries);
    Execute("UPDATE deliveries SET due_time = create_time");
    clock_.Advance(absl::Minutes(7));
  }
  Tell();
  EXPECT_EQ(GetSubscription("province")->state(), Subscription::ACTIVE);
  clock_.Advance(absl::Hours(1));
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(10), [&] {
    return GetSubscription("province")->state() == Subscription::DISABLED;
  }));
  clock_.Advance(absl::Hours(3));
  EXPECT_THAT(AwaitState(kProvince, Delivery::DEAD).last_error(), HasSubstr("disabled"));
}

// Five days of which only two tries are known.
TEST_F(WebhookDeliveryTest, TwoFailuresFiveDaysApartDoNotDisableIt) {
  Subscribe("province", Receiver().Http("/status/500/rare"));
  Tell();
  AwaitTries(kProvince, 1);
  clock_.Advance(absl::Hours(121));
  AwaitTries(kProvince, 2);
  EXPECT_EQ(GetSubscription("province")->state(), Subscription::ACTIVE);
  EXPECT_EQ(Select("SELECT failures FROM subscriptions"), std::vector<std::string>{"2"});
  // What goes well between is a new beginning.
  Execute("UPDATE subscriptions SET url = '" + Receiver().Http("/status/204/rare") + "'");
  clock_.Advance(absl::Hours(1));
  AwaitState(kProvince, Delivery::SENT);
  EXPECT_FALSE(GetSubscription("province")->has_failing_since());
  EXPECT_EQ(Select("SELECT failures FROM subscriptions"), std::vector<std::string>{"0"});
}

TEST_F(WebhookDeliveryTest, WhatItDoesNotAskForAnyMoreIsNotSent) {
  Subscribe("province", Receiver().Http("/flaky/1/narrowed"));
  Tell();
  AwaitTries(kProvince, 1);
  Execute("UPDATE subscriptions SET units = 'units/education'");
  clock_.Advance(absl::Seconds(6));
  EXPECT_THAT(AwaitState(kProvince, Delivery::CANCELLED).last_error(), HasSubstr("ask for"));
  EXPECT_EQ(ReceivedAt("/flaky/1/narrowed").size(), 1);
}

TEST_F(WebhookDeliveryTest, ASystemIsNotToldOfAUnitThatItsTokenNamesNoMore) {
  Subscribe("province", Receiver().Http("/status/204/granted"));
  Execute("UPDATE subscriptions SET owner = 'systems/province'");
  EXPECT_THAT(GetSubscription("province", System()), IsOk());
  Tell();
  AwaitState(kProvince, Delivery::SENT);
  EXPECT_THAT(GetSubscription("province", System("systems/province", "units/education")), IsOk());
  Tell();
  EXPECT_THAT(AwaitState(kProvince, Delivery::CANCELLED).last_error(), HasSubstr("act for"));
  EXPECT_EQ(ReceivedAt("/status/204/granted").size(), 1);
  // A replay brings it, once its token names the unit again.
  EXPECT_THAT(GetSubscription("province", System()), IsOk());
  EXPECT_THAT(Replay(kProvince), IsOk());
  AwaitState(kProvince, Delivery::SENT);
}

TEST_F(WebhookDeliveryTest, WhatHappensDuringAPauseWaits) {
  Subscribe("province", Receiver().Http("/status/204/paused"));
  Pause("province");
  Tell();
  EXPECT_EQ(DeliveriesOf(kProvince)[0].state(), Delivery::WAITING);
  Resume("province");
  AwaitState(kProvince, Delivery::SENT);
}

TEST_F(WebhookDeliveryTest, WhatIsOnTheWayWhenItPausesWaitsToo) {
  Subscribe("province", Receiver().Http("/flaky/1/paused"));
  Tell();
  AwaitTries(kProvince, 1);
  Pause("province");
  clock_.Advance(absl::Seconds(6));
  AwaitState(kProvince, Delivery::WAITING);
  EXPECT_EQ(ReceivedAt("/flaky/1/paused").size(), 1);
  Resume("province");
  AwaitState(kProvince, Delivery::SENT);
}

TEST_F(WebhookDeliveryTest, WhatWaitsForADeletedOneIsCancelled) {
  Subscribe("province", Receiver().Http("/status/204/deleted"));
  Pause("province");
  Tell();
  v1::DeleteSubscriptionRequest request;
  request.set_name(kProvince);
  ASSERT_THAT(Call(*subscriptions_, &Subscriptions::DeleteSubscription, Admin(), request), IsOk());
  AwaitState("subscriptions/-", Delivery::CANCELLED);
  EXPECT_TRUE(ReceivedAt("/status/204/deleted").empty());
}

// As if the service had died after it had sent and before it had recorded.
TEST_F(WebhookDeliveryTest, WhatWasSentButNotRecordedIsSentAgainUnderTheSameId) {
  Subscribe("province", Receiver().Http("/status/204/crash"));
  const std::string event = Tell();
  AwaitState(kProvince, Delivery::SENT);
  Execute(
      "UPDATE deliveries SET state = 2, attempts = 0, lease_owner = 'another',"
      " lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
  AwaitState(kProvince, Delivery::SENT);
  const auto requests = ReceivedAt("/status/204/crash");
  ASSERT_EQ(requests.size(), 2);
  EXPECT_EQ(requests[1].at("headers").at("webhook-id"), event);
}

TEST_F(WebhookDeliveryTest, ADeadNeighbourDoesNotStandInTheWay) {
  Subscribe("dead", Receiver().Http("/hang/dead"));
  for (int i = 0; i < 300; ++i) Tell();
  Subscribe("alive", Receiver().Http("/status/204/neighbour"));
  Tell();
  const absl::Time begin = MachineNow();
  AwaitState("subscriptions/alive", Delivery::SENT);
  EXPECT_LT(MachineNow() - begin, absl::Seconds(8));
  // As many as there is room for, and what took the places of those that failed before the fifth.
  EXPECT_LE(ReceivedAt("/hang/dead").size(), 20);
}

TEST_F(WebhookDeliveryTest, AReplayBringsWhatWasThereBeforeAndAgain) {
  const std::string before = Tell();
  Subscribe("province", Receiver().Http("/status/204/replay"));
  const std::string after = Tell();
  AwaitState(kProvince, Delivery::SENT);
  const auto replayed = Replay(kProvince);
  ASSERT_THAT(replayed, IsOk());
  EXPECT_EQ(replayed->replayed(), 2);
  EXPECT_EQ(replayed->next_cursor(), "");
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20),
                                 [] { return ReceivedAt("/status/204/replay").size() == 3; }));
  std::map<std::string, int> times;
  for (const auto& request : ReceivedAt("/status/204/replay")) {
    ++times[request.at("headers").at("webhook-id")];
  }
  EXPECT_EQ(times, (std::map<std::string, int>{{before, 1}, {after, 2}}));
  EXPECT_EQ(Select("SELECT COUNT(*) FROM audit_entries WHERE method LIKE '%/ReplayDeliveries'"),
            std::vector<std::string>{"1"});
}

TEST_F(WebhookDeliveryTest, WhatIsNotKeptIsNotReplayed) {
  Subscribe("province", Receiver().Http("/status/204/kept"));
  v1::ReplayDeliveriesRequest request;
  request.set_parent(kProvince);
  *request.mutable_from_time() = ToTimestamp(clock_.Now() - absl::Hours(8785));
  request.set_reason("补发");
  EXPECT_THAT(Call(*deliveries_, &Deliveries::ReplayDeliveries, Admin(), request),
              FailsWith(absl::StatusCode::kFailedPrecondition, "REPLAY_TOO_OLD", "from_time"));
  *request.mutable_from_time() = ToTimestamp(clock_.Now() - absl::Hours(8784));
  EXPECT_THAT(Call(*deliveries_, &Deliveries::ReplayDeliveries, Admin(), request), IsOk());
}

TEST_F(WebhookDeliveryTest, WhoseEventIsGoneIsDeadWithThatReason) {
  Subscribe("province", Receiver().Http("/status/204/forgotten"));
  Tell();
  const Delivery sent = AwaitState(kProvince, Delivery::SENT);
  Execute("DELETE FROM notification_events");
  ASSERT_THAT(Redeliver(sent.name()), IsOk());
  EXPECT_THAT(AwaitState(kProvince, Delivery::DEAD).last_error(), HasSubstr("not on record"));
}

TEST_F(WebhookDeliveryTest, SystemsReachTheirOwnDeliveriesOnly) {
  Subscribe("province", Receiver().Http("/status/204/own"));
  Tell();
  const Delivery delivery = AwaitState(kProvince, Delivery::SENT);
  EXPECT_THAT(Redeliver(delivery.name(), System()),
              FailsWith(absl::StatusCode::kNotFound, "DELIVERY_NOT_FOUND"));
  EXPECT_THAT(Replay(kProvince, "", System()),
              FailsWith(absl::StatusCode::kNotFound, "SUBSCRIPTION_NOT_FOUND"));
  EXPECT_THAT(Redeliver(delivery.name(), ReadingSystem()),
              FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Replay(kProvince, "", ReadingSystem()),
              FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  v1::ListDeliveriesRequest list;
  list.set_parent("subscriptions/-");
  EXPECT_THAT(Call(*deliveries_, &Deliveries::ListDeliveries, System(), list),
              FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  list.set_parent(kProvince);
  EXPECT_THAT(Call(*deliveries_, &Deliveries::ListDeliveries, System(), list),
              FailsWith(absl::StatusCode::kNotFound, "SUBSCRIPTION_NOT_FOUND"));
  list.set_filter("state = LOST");
  EXPECT_THAT(Call(*deliveries_, &Deliveries::ListDeliveries, Admin(), list),
              FailsWith(absl::StatusCode::kInvalidArgument, "FILTER_INVALID"));
  EXPECT_THAT(Replay(kProvince, "bm9uc2Vuc2U="),
              FailsWith(absl::StatusCode::kInvalidArgument, "REPLAY_CURSOR_INVALID"));
  EXPECT_THAT(Redeliver("subscriptions/province/deliveries/none"),
              FailsWith(absl::StatusCode::kNotFound, "DELIVERY_NOT_FOUND"));
}

TEST_F(WebhookDeliveryTest, WhatIsOnTheWayCannotBeRedelivered) {
  Subscribe("province", Receiver().Http("/status/500/due"));
  Tell();
  const Delivery delivery = AwaitTries(kProvince, 1);
  EXPECT_THAT(Redeliver(delivery.name()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "DELIVERY_MOVE_NOT_ALLOWED"));
}

}  // namespace
}  // namespace duban::notification
