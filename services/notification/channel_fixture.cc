#include "services/notification/channel_fixture.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/timestamp.h"
#include "common/transfer/transfers.h"
#include "services/notification/event_store.h"
#include "services/notification/subscription_fanout.h"

namespace duban::notification {

using testing::IsOk;
using v1::Delivery;
using v1::Subscription;

testing::TestReceiver& ChannelReceiver() {
  static testing::TestReceiver receiver;
  return receiver;
}

Settings ChannelTestSettings() {
  testing::TestReceiver& receiver = ChannelReceiver();
  const std::string folder = receiver.folder().string();
  std::ofstream(folder + "/secrets.key") << std::string(64, '7');
  std::ofstream(folder + "/password") << "right\n";
  std::ofstream(folder + "/receipts") << "receipt-key\n";
  const nlohmann::json channels = {
      {"email",
       {{"url", receiver.Smtp()},
        {"from", "duban@example.gov.cn"},
        {"from_name", "督办"},
        {"user", "duban"},
        {"password_file", folder + "/password"},
        {"rate_per_second", 100}}},
      {"providers",
       {{{"name", "sms-gateway"},
         {"channel", "SMS"},
         {"url", receiver.Http("/ok/sms")},
         {"headers", {{"content-type", "application/json"}, {"x-key", "{secret}"}}},
         {"body", R"({"to": "{address}", "text": "{text}", "id": "{id}"})"},
         {"success_pointer", "/code"},
         {"success_value", "0"},
         {"message_pointer", "/id"},
         {"secret_file", folder + "/password"},
         {"receipt_secret_file", folder + "/receipts"}}}}};
  std::ofstream(folder + "/channels.json") << channels.dump();
  return {.indicator_target = "127.0.0.1:1",
          .secrets_key_file = folder + "/secrets.key",
          .channels_file = folder + "/channels.json",
          .webhooks = {.allowed_ranges = *ParseAddressRanges("127.0.0.1", ""),
                       .plain_allowed = true,
                       .ca_file = receiver.ca_file(),
                       .time_limit = absl::Seconds(2)}};
}

ChannelTest::ChannelTest(const Settings& settings)
    : harness_(Definition(settings), &clock_),
      subscriptions_(v1::SubscriptionService::NewStub(harness_.channel())),
      deliveries_(v1::DeliveryService::NewStub(harness_.channel())) {}

std::string ChannelTest::Admin() {
  return testing::TestSigner().Sign({.subject = "members/admin", .roles = {common::v1::ADMIN}},
                                    MachineNow());
}

std::string ChannelTest::ReadingSystem() {
  return testing::TestSigner().Sign({.subject = "systems/reading",
                                     .units = {"units/water"},
                                     .roles = {common::v1::SYSTEM, common::v1::AUDITOR}},
                                    MachineNow());
}

std::string ChannelTest::System(const std::string& subject, const std::string& unit) {
  return testing::TestSigner().Sign(
      {.subject = subject, .units = {unit}, .roles = {common::v1::SYSTEM}}, MachineNow());
}

v1::CreateSubscriptionRequest ChannelTest::NewSubscription(const std::string& id,
                                                           const std::string& url) {
  v1::CreateSubscriptionRequest request;
  request.set_subscription_id(id);
  Subscription& subscription = *request.mutable_subscription();
  subscription.set_display_name("省平台");
  subscription.set_url(url);
  subscription.add_event_types("duban.submission.*");
  subscription.add_plans("plans/p");
  subscription.add_units("units/water");
  return request;
}

absl::StatusOr<Subscription> ChannelTest::Create(const v1::CreateSubscriptionRequest& request,
                                                 const std::string& token) {
  return Call(*subscriptions_, &Subscriptions::CreateSubscription, token, request);
}

absl::StatusOr<Subscription> ChannelTest::GetSubscription(const std::string& id,
                                                          const std::string& token) {
  v1::GetSubscriptionRequest request;
  request.set_name("subscriptions/" + id);
  return Call(*subscriptions_, &Subscriptions::GetSubscription, token, request);
}

absl::StatusOr<Subscription> ChannelTest::Verify(const std::string& id) {
  v1::VerifySubscriptionRequest request;
  request.set_name("subscriptions/" + id);
  return Call(*subscriptions_, &Subscriptions::VerifySubscription, Admin(), request);
}

// Verified where the receiver answers that; then it is sent to `url`, without the owner's doing.
std::string ChannelTest::Subscribe(const std::string& id, const std::string& url) {
  const auto created = Create(NewSubscription(id, Receiver().Http("/hook")));
  EXPECT_THAT(created, IsOk());
  EXPECT_THAT(Verify(id), IsOk());
  Execute(
      absl::StrCat("UPDATE subscriptions SET url = '", url, "' WHERE subscription = '", id, "'"));
  return created.ok() ? created->secrets(0).value() : "";
}

std::string ChannelTest::Tell(const std::string& subject) {
  common::v1::Event event;
  event.set_id(NewUuid7(MachineNow()));
  event.set_type("duban.submission.report.accepted");
  event.set_source("submission");
  event.set_subject(subject);
  event.set_plan("plans/p");
  event.set_unit("units/water");
  event.set_sequence(3);
  event.mutable_data()->set_type_url("type.googleapis.com/duban.submission.v1.ReportAccepted");
  *event.mutable_time() = ToTimestamp(clock_.Now());
  EXPECT_THAT(harness_.database().RunInTransaction(
                  MachineNow() + absl::Seconds(10),
                  [&](db::Transaction& tx) {
                    const absl::Status stored = EventStore().Insert(tx, {&event}, clock_.Now());
                    if (!stored.ok()) return stored;
                    // Dispatched here and now, and by nobody else.
                    const absl::Status dispatched =
                        tx.Execute("UPDATE notification_events SET state = 2 WHERE event = ?",
                                   {event.id()})
                            .status();
                    if (!dispatched.ok()) return dispatched;
                    return SubscriptionFanout().Add(tx, {event}, {}, clock_.Now()).status();
                  }),
              IsOk());
  return event.id();
}

std::vector<Delivery> ChannelTest::DeliveriesOf(const std::string& parent,
                                                const std::string& filter) {
  v1::ListDeliveriesRequest request;
  request.set_parent(parent);
  request.set_filter(filter);
  const auto response = Call(*deliveries_, &Deliveries::ListDeliveries, Admin(), request);
  EXPECT_THAT(response, IsOk());
  if (!response.ok()) return {};
  return {response->deliveries().begin(), response->deliveries().end()};
}

Delivery ChannelTest::AwaitTries(const std::string& parent, int tries) {
  Delivery delivery;
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(30), [&] {
    const auto found = DeliveriesOf(parent);
    if (!found.empty()) delivery = found.front();
    return delivery.attempt_count() >= tries;
  })) << delivery.DebugString();
  return delivery;
}

Delivery ChannelTest::AwaitState(const std::string& parent, Delivery::State state) {
  Delivery delivery;
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(30), [&] {
    const auto found = DeliveriesOf(parent);
    if (!found.empty()) delivery = found.front();
    return delivery.state() == state;
  })) << delivery.DebugString();
  return delivery;
}

Delivery ChannelTest::GetDelivery(const std::string& name) {
  v1::GetDeliveryRequest request;
  request.set_name(name);
  const auto delivery = Call(*deliveries_, &Deliveries::GetDelivery, Admin(), request);
  EXPECT_THAT(delivery, IsOk());
  return delivery.value_or(Delivery());
}

std::vector<nlohmann::json> ChannelTest::ReceivedAt(const std::string& path) {
  std::vector<nlohmann::json> requests;
  for (nlohmann::json& request : Receiver().Received()) {
    if (request.value("path", "") == path) requests.push_back(std::move(request));
  }
  return requests;
}

std::string ChannelTest::CheckSignature(const nlohmann::json& request, const std::string& secret) {
  Transfers transfers({});
  const nlohmann::json check = {
      {"secret", secret}, {"headers", request.at("headers")}, {"body", request.at("body")}};
  return transfers.Run({.url = Receiver().Http("/check"), .body = check.dump()}).body;
}

void ChannelTest::Execute(const std::string& sql) {
  EXPECT_THAT(harness_.database().Read(MachineNow() + absl::Seconds(10),
                                       [&](db::Session& session) { return session.Execute(sql); }),
              IsOk());
}

std::vector<std::string> ChannelTest::Select(const std::string& sql) {
  const auto rows = harness_.database().Read(
      MachineNow() + absl::Seconds(10), [&](db::Session& session) { return session.Query(sql); });
  EXPECT_THAT(rows, IsOk());
  std::vector<std::string> texts;
  for (const db::Row& row : *rows) texts.push_back(row.GetString(0));
  return texts;
}

}  // namespace duban::notification
