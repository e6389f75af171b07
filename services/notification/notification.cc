#include "services/notification/notification.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/audit/audit.h"
#include "common/base/sealing_key.h"
#include "common/base/status.h"
#include "common/client/caller.h"
#include "common/db/request_log.h"
#include "common/server/recurrence.h"
#include "common/transfer/transfers.h"
#include "services/notification/channels.h"
#include "services/notification/dead_letters.h"
#include "services/notification/delivery_sender.h"
#include "services/notification/delivery_service.h"
#include "services/notification/event_service.h"
#include "services/notification/inbox_service.h"
#include "services/notification/parcel.h"
#include "services/notification/secret_box.h"
#include "services/notification/subscription_fanout.h"
#include "services/notification/subscription_service.h"

namespace duban::notification {
namespace {

constexpr std::string_view kName = "notification";
constexpr absl::Duration kDeadLettersInterval = absl::Seconds(5);

Transfers::Options ToStrangers(const WebhookSettings& settings) {
  return {.may_call = [rules = AddressRules(settings.allowed_ranges)](
                          std::string_view address) { return rules.MayCall(address); },
          .ca_file = settings.ca_file,
          .time_limit = settings.time_limit};
}

class Notification : public server::Assembly {
 public:
  Notification(const Settings& settings, const server::Environment& environment,
               std::optional<SealingKey> secrets, LoadedChannels channels, Regions regions)
      : secrets_(std::move(secrets)),
        channels_(std::move(channels)),
        secret_box_(&secrets_),
        parcels_(&secret_box_, &channels_),
        webhooks_(ToStrangers(settings.webhooks)),
        people_({.ca_file = settings.webhooks.ca_file, .time_limit = settings.webhooks.time_limit}),
        indicator_(settings.indicator_target, "services/notification", environment.signer,
                   environment.peer_credentials),
        events_(environment),
        routing_(environment, settings.routing, std::move(regions), &indicator_,
                 secrets_ ? &*secrets_ : nullptr,
                 [this](db::Transaction& tx, const std::vector<common::v1::Event>& events,
                        const FanoutPlace& from,
                        absl::Time now) { return fanout_.Add(tx, events, from, now); }),
        inbox_(environment, settings.watch),
        subscriptions_(environment, &secret_box_, &webhooks_, settings.webhooks),
        deliveries_(environment, &channels_, settings.retention.events),
        sender_(environment, routing_.directory(), routing_.customs(), &parcels_, &channels_,
                &webhooks_, &people_),
        retention_(environment, settings.retention),
        dead_letters_(environment),
        counting_(kDeadLettersInterval, [this] { dead_letters_.Measure(); }) {}

  std::vector<server::RpcService> Services() override {
    std::vector<server::RpcService> services = {
        events_.Rpc(),
        inbox_.Rpc(),
        subscriptions_.Rpc(),
        deliveries_.Rpc(),
    };
    for (server::RpcService& one : routing_.Services()) services.push_back(std::move(one));
    return services;
  }

 private:
  const std::optional<SealingKey> secrets_;  // nothing: what would need it is refused
  const LoadedChannels channels_;
  const SecretBox secret_box_;
  const ParcelSource parcels_;
  Transfers webhooks_;
  Transfers people_;
  client::Caller indicator_;
  EventService events_;
  SubscriptionFanout fanout_;
  Routing routing_;
  InboxService inbox_;
  SubscriptionService subscriptions_;
  DeliveryService deliveries_;
  DeliverySender sender_;
  Retention retention_;
  DeadLetters dead_letters_;
  server::Recurrence counting_;
};

}  // namespace

server::ServiceDefinition Definition(const Settings& settings) {
  server::ServiceDefinition definition;
  definition.name = kName;
  definition.migrations = {kNotificationMigrations, db::kRequestLogMigrations, kAuditMigrations};
  definition.assemble = [settings](const server::Environment& environment)
      -> absl::StatusOr<std::unique_ptr<server::Assembly>> {
    if (environment.signer == nullptr) return Error(kServiceKeyMissing).Build();
    std::optional<SealingKey> secrets;
    if (!settings.secrets_key_file.empty()) {
      DUBAN_ASSIGN_OR_RETURN(secrets, SealingKey::Load(settings.secrets_key_file));
    }
    DUBAN_ASSIGN_OR_RETURN(LoadedChannels channels, LoadedChannels::Load(settings.channels_file));
    DUBAN_ASSIGN_OR_RETURN(Regions regions, LoadRegions(settings.routing.calendar_file));
    return std::make_unique<Notification>(settings, environment, std::move(secrets),
                                          std::move(channels), std::move(regions));
  };
  definition.record_refusal = [](db::Database& database, const server::CallContext& call,
                                 const absl::Status& refusal) {
    return Audit(std::string(kName)).AppendRefusal(database, call, refusal);
  };
  return definition;
}

}  // namespace duban::notification
