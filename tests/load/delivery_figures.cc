#include "tests/load/delivery_figures.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/testing/wait_until.h"
#include "duban/notification/v1/subscription_service.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "tests/load/drafts.h"
#include "tests/load/event_figures.h"
#include "tests/load/measure.h"
#include "tests/load/silent_port.h"
#include "tests/load/webhook_receiver.h"

namespace duban::load {
namespace {

using notification::v1::Subscription;
using notification::v1::SubscriptionService;
using testing::LocalStack;

constexpr int kSubscriptions = 100;  // of which the last one falls silent
constexpr int kEventsAtOnce = 200;   // each goes to all of them
constexpr int kTurns = 3;
constexpr int kEventsOfATurn = 50;
constexpr absl::Duration kApart = absl::Milliseconds(200);
constexpr absl::Duration kDeliveryTime = absl::Minutes(5);

void Execute(LocalStack& stack, const std::string& sql, std::initializer_list<db::Value> values) {
  StopUnless(stack.database()
                 .Read(MachineNow() + absl::Seconds(20),
                       [&](db::Session& session) { return session.Execute(sql, values); })
                 .status());
}

std::string Path(int n) { return absl::StrCat("/", n); }

// Subscriptions to all of the plan's reports, as if the receiver had answered the challenge.
void Subscribe(LocalStack& stack, const WebhookReceiver& receiver) {
  const auto subscriptions = SubscriptionService::NewStub(
      grpc::CreateChannel(stack.notification_target(), grpc::InsecureChannelCredentials()));
  for (int n = 0; n < kSubscriptions; ++n) {
    notification::v1::CreateSubscriptionRequest create;
    create.set_subscription_id(absl::StrCat("load-", n));
    Subscription& subscription = *create.mutable_subscription();
    subscription.set_display_name(absl::StrCat("接收方", n));
    subscription.set_url(absl::StrCat("http://127.0.0.1:", receiver.port(), Path(n)));
    subscription.add_event_types("duban.submission.*");
    subscription.add_plans(kLinxiangPlan);
    Must(stack.Call(*subscriptions, &SubscriptionService::Stub::CreateSubscription,
                    {common::v1::ADMIN, ""}, create));
  }
  Execute(stack, "UPDATE subscriptions SET state = ?", {static_cast<int>(Subscription::ACTIVE)});
}

void WaitUntilReceived(const WebhookReceiver& receiver, int64_t deliveries) {
  const bool all =
      testing::WaitUntil(kDeliveryTime, [&] { return receiver.received() >= deliveries; });
  StopUnless(all ? absl::OkStatus() : absl::DeadlineExceededError("deliveries did not come"));
}

double DeliverAtOnce(LocalStack& stack, const WebhookReceiver& receiver) {
  const Publisher publisher(stack);
  const absl::Time begin = MachineNow();
  publisher.Publish(kEventsAtOnce);
  constexpr int kDeliveries = kSubscriptions * kEventsAtOnce;
  WaitUntilReceived(receiver, kDeliveries);
  return kDeliveries / absl::ToDoubleSeconds(MachineNow() - begin);
}

// How long deliveries to all but the last subscription take at a steady pace: the 99th percentile.
absl::Duration DeliverSteadily(LocalStack& stack, const WebhookReceiver& receiver) {
  const Publisher publisher(stack);
  std::vector<std::pair<std::string, absl::Time>> published;
  const int64_t before = receiver.received();
  for (int i = 0; i < kEventsOfATurn; ++i) {
    const absl::Time begin = MachineNow();
    published.emplace_back(publisher.Publish(1).front(), begin);
    absl::Notification().WaitForNotificationWithTimeout(begin + kApart - MachineNow());
  }
  WaitUntilReceived(receiver, before + int64_t{kSubscriptions - 1} * kEventsOfATurn);
  std::vector<absl::Duration> times;
  for (const auto& [id, begin] : published) {
    for (int n = 0; n < kSubscriptions - 1; ++n)
      times.push_back(receiver.ArrivalOf(Path(n), id) - begin);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() * 99 / 100];
}

// The last subscription's deliveries go there; whatever failed before is forgotten.
void SendLastTo(LocalStack& stack, int port) {
  Execute(stack, "UPDATE subscriptions SET url = ? WHERE subscription = ?",
          {absl::StrCat("http://127.0.0.1:", port, Path(kSubscriptions - 1)),
           absl::StrCat("load-", kSubscriptions - 1)});
}

}  // namespace

void PrintDeliveries() {
  LocalStack stack("2025-01-10T09:00:00+08:00", {"--log_level=error"}, {}, {},
                   LocalStack::Replicas::kOne,
                   {"--webhook_plain_http", "--webhook_allowed_ranges=127.0.0.1"});
  const WebhookReceiver receiver;
  Subscribe(stack, receiver);
  Print("webhook_rate", DeliverAtOnce(stack, receiver), "deliveries/s", ">=1000");
  const SilentPort silent;
  std::vector<std::pair<double, std::pair<absl::Duration, absl::Duration>>> rounds;
  for (int round = 0; round < kTurns; ++round) {
    SendLastTo(stack, receiver.port());
    const absl::Duration alive = DeliverSteadily(stack, receiver);
    SendLastTo(stack, silent.port());
    const absl::Duration amid = DeliverSteadily(stack, receiver);
    rounds.push_back({absl::FDivDuration(amid, alive), {alive, amid}});
  }
  std::sort(rounds.begin(), rounds.end());
  const auto& [ratio, times] = rounds[kTurns / 2];
  Print("webhook_p99", absl::ToDoubleMilliseconds(times.first), "ms", "-");
  Print("webhook_p99_beside_silent_endpoint", absl::ToDoubleMilliseconds(times.second), "ms", "-");
  Print("silent_endpoint_costs", ratio, "of_p99", "<=1.1");
}

}  // namespace duban::load
