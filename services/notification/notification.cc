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
#include "services/notification/event_service.h"

namespace duban::notification {
namespace {

constexpr std::string_view kName = "notification";

class Notification : public server::Assembly {
 public:
  Notification(const Settings& settings, const server::Environment& environment,
               std::optional<SealingKey> secrets, Regions regions)
      : secrets_(std::move(secrets)),
        indicator_(settings.indicator_target, "services/notification", environment.signer),
        events_(environment),
        routing_(environment, settings.routing, std::move(regions), &indicator_,
                 secrets_ ? &*secrets_ : nullptr, nullptr) {}

  std::vector<server::RpcService> Services() override {
    std::vector<server::RpcService> services = {
        events_.Rpc(),
    };
    for (server::RpcService& one : routing_.Services()) services.push_back(std::move(one));
    return services;
  }

 private:
  const std::optional<SealingKey> secrets_;  // nothing: what would need it is refused
  client::Caller indicator_;
  EventService events_;
  Routing routing_;
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
    DUBAN_ASSIGN_OR_RETURN(Regions regions, LoadRegions(settings.routing.calendar_file));
    return std::make_unique<Notification>(settings, environment, std::move(secrets),
                                          std::move(regions));
  };
  definition.record_refusal = [](db::Database& database, const server::CallContext& call,
                                 const absl::Status& refusal) {
    return Audit(std::string(kName)).AppendRefusal(database, call, refusal);
  };
  return definition;
}

}  // namespace duban::notification
