#include "services/review/review.h"

#include <memory>
#include <vector>

#include "common/audit/audit.h"
#include "common/db/request_log.h"
#include "common/outbox/outbox.h"
#include "services/review/action_items.h"
#include "services/review/calendar_service.h"
#include "services/review/peers.h"
#include "services/review/plan_source.h"
#include "services/review/rhythm.h"

namespace duban::review {
namespace {

constexpr std::string_view kName = "review";

class Review : public server::Assembly {
 public:
  Review(const Settings& settings, const server::Environment& environment)
      : peers_(settings.indicator_target, settings.submission_target, environment.signer),
        plans_(&peers_),
        items_(&peers_),
        rhythm_(environment, settings, &peers_, &plans_, &items_),
        calendars_(environment, &peers_, &plans_, rhythm_.planning()) {}

  std::vector<server::RpcService> Services() override { return {calendars_.Rpc(), rhythm_.Rpc()}; }

 private:
  Peers peers_;
  PlanSource plans_;
  ActionItems items_;
  Rhythm rhythm_;
  CalendarService calendars_;
};

}  // namespace

server::ServiceDefinition Definition(const Settings& settings) {
  server::ServiceDefinition definition;
  definition.name = kName;
  definition.migrations = {kReviewMigrations, db::kRequestLogMigrations, kAuditMigrations,
                           kOutboxMigrations};
  definition.assemble = [settings](const server::Environment& environment)
      -> absl::StatusOr<std::unique_ptr<server::Assembly>> {
    if (environment.signer == nullptr) return Error(kServiceKeyMissing).Build();
    return std::make_unique<Review>(settings, environment);
  };
  definition.record_refusal = [](db::Database& database, const server::CallContext& call,
                                 const absl::Status& refusal) {
    return Audit(std::string(kName)).AppendRefusal(database, call, refusal);
  };
  return definition;
}

}  // namespace duban::review
