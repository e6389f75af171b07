#ifndef DUBAN_SERVICES_NOTIFICATION_CHANNEL_FIXTURE_H_
#define DUBAN_SERVICES_NOTIFICATION_CHANNEL_FIXTURE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/client/caller.h"
#include "common/testing/fake_clock.h"
#include "common/testing/service_harness.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "common/transfer/test_receiver.h"
#include "duban/common/v1/event.pb.h"
#include "duban/notification/v1/delivery_service.grpc.pb.h"
#include "duban/notification/v1/subscription_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/notification/notification.h"

namespace duban::notification {

// Where everything is sent to, one a test program.
testing::TestReceiver& ChannelReceiver();

// What the operator allows in these tests; transfers take two seconds at most.
Settings ChannelTestSettings();

// The service with a receiver on loopback, which webhooks may call, mail server and text messages.
class ChannelTest : public ::testing::Test {
 protected:
  using Subscriptions = v1::SubscriptionService::Stub;
  using Deliveries = v1::DeliveryService::Stub;

  static testing::TestReceiver& Receiver() { return ChannelReceiver(); }
  explicit ChannelTest(const Settings& settings = ChannelTestSettings());

  static std::string Admin();
  static std::string System(const std::string& subject = "systems/province",
                            const std::string& unit = "units/water");

  template <typename Stub, typename Request, typename Response>
  static absl::StatusOr<Response> Call(Stub& stub,
                                       grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                                       const std::string& token, const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(MachineNow() + absl::Seconds(10)));
    context.AddMetadata("authorization", "Bearer " + token);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return client::FromGrpc(status);
    return response;
  }

  // Another system that may read everything besides.
  static std::string ReadingSystem();

  static v1::CreateSubscriptionRequest NewSubscription(const std::string& id,
                                                       const std::string& url);
  absl::StatusOr<v1::Subscription> Create(const v1::CreateSubscriptionRequest& request,
                                          const std::string& token = Admin());
  absl::StatusOr<v1::Subscription> GetSubscription(const std::string& id,
                                                   const std::string& token = Admin());
  absl::StatusOr<v1::Subscription> Verify(const std::string& id);

  // A subscription in force that is told at this url: its secret.
  std::string Subscribe(const std::string& id, const std::string& url);

  // Stores an event and puts it on the way to whoever asks for it: its id.
  std::string Tell(const std::string& subject = "plans/p/reports/r");

  // The deliveries of a subscription, newest first.
  std::vector<v1::Delivery> DeliveriesOf(const std::string& parent, const std::string& filter = "");
  // Waits until the newest delivery has been tried so often, or is in that state.
  v1::Delivery AwaitTries(const std::string& parent, int tries);
  v1::Delivery AwaitState(const std::string& parent, v1::Delivery::State state);
  v1::Delivery GetDelivery(const std::string& name);

  // What came to the path so far.
  static std::vector<nlohmann::json> ReceivedAt(const std::string& path);
  // What an independent implementation says of a request that came: `right` or `wrong: …`.
  static std::string CheckSignature(const nlohmann::json& request, const std::string& secret);

  void Execute(const std::string& sql);
  std::vector<std::string> Select(const std::string& sql);

  testing::FakeClock clock_{absl::FromUnixSeconds(1711674000)};
  testing::ServiceHarness harness_;
  std::unique_ptr<Subscriptions> subscriptions_;
  std::unique_ptr<Deliveries> deliveries_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_CHANNEL_FIXTURE_H_
