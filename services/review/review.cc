#include "services/review/review.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "common/audit/audit.h"
#include "common/base/log.h"
#include "common/db/request_log.h"
#include "common/outbox/outbox.h"
#include "services/review/action_item_service.h"
#include "services/review/action_items.h"
#include "services/review/appraisal_service.h"
#include "services/review/calendar_service.h"
#include "services/review/escalator.h"
#include "services/review/peers.h"
#include "services/review/plan_source.h"
#include "services/review/recurrence.h"
#include "services/review/rhythm.h"

namespace duban::review {
namespace {

constexpr std::string_view kName = "review";

// How the steps of orders are taken: so many in a look that the rate holds.
Escalator::Options EscalatorOptions(const Settings& settings) {
  const double steps = settings.scheduler_rate * absl::ToDoubleSeconds(settings.scheduler_interval);
  return {.lease = settings.scheduler_lease,
          .at_once = static_cast<int>(std::clamp(steps, 1.0, 1e6))};
}

// One look of the escalator.
void Press(Escalator* escalator) {
  const absl::StatusOr<int> taken = escalator->TakeDue();
  if (!taken.ok()) LogWarning("orders not pressed", {{"cause", taken.status().ToString()}});
}

class Review : public server::Assembly {
 public:
  Review(const Settings& settings, const server::Environment& environment)
      : peers_(settings.indicator_target, settings.submission_target, environment.signer),
        plans_(&peers_),
        items_(&peers_),
        rhythm_(environment, settings, &peers_, &plans_, &items_),
        calendars_(environment, &peers_, &plans_, rhythm_.planning()),
        action_items_(environment, &peers_, &plans_, &items_),
        appraisals_(environment, &peers_, &plans_),
        escalator_(environment, &plans_, &items_, EscalatorOptions(settings)) {
    if (settings.scheduler_interval == absl::InfiniteDuration()) return;
    escalations_.emplace(settings.scheduler_interval, [this] { Press(&escalator_); });
  }

  std::vector<server::RpcService> Services() override {
    return {calendars_.Rpc(), rhythm_.Rpc(), action_items_.Rpc(), appraisals_.Rpc()};
  }

 private:
  Peers peers_;
  PlanSource plans_;
  ActionItems items_;
  Rhythm rhythm_;
  CalendarService calendars_;
  ActionItemService action_items_;
  AppraisalService appraisals_;
  Escalator escalator_;
  std::optional<Recurrence> escalations_;
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
