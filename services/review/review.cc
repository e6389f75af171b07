#include "services/review/review.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/audit/audit.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/db/request_log.h"
#include "common/identity/statement_keys.h"
#include "common/outbox/outbox.h"
#include "common/outbox/relay_thread.h"
#include "common/server/recurrence.h"
#include "services/review/action_item_service.h"
#include "services/review/action_items.h"
#include "services/review/appraisal_service.h"
#include "services/review/audit_sealer.h"
#include "services/review/audit_service.h"
#include "services/review/bulletin_service.h"
#include "services/review/calendar_service.h"
#include "services/review/escalator.h"
#include "services/review/peers.h"
#include "services/review/plan_source.h"
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
  Review(const Settings& settings, const server::Environment& environment,
         std::unique_ptr<StatementKeys> statements)
      : statements_(std::move(statements)),
        peers_(settings.indicator_target, settings.submission_target, environment.signer,
               environment.peer_credentials),
        plans_(&peers_),
        items_(&peers_),
        rhythm_(environment, settings, &peers_, &plans_, &items_),
        calendars_(environment, &peers_, &plans_, rhythm_.planning()),
        bulletins_(environment, &peers_, &plans_, settings.printer),
        action_items_(environment, &peers_, &plans_, &items_),
        appraisals_(environment, &peers_, &plans_),
        escalator_(environment, &plans_, &items_, EscalatorOptions(settings)),
        audit_(environment, &peers_, statements_.get()),
        relay_(environment, std::string(kName)) {
    if (settings.scheduler_interval != absl::InfiniteDuration()) {
      escalations_.emplace(settings.scheduler_interval, [this] { Press(&escalator_); });
    }
    if (settings.audit_seal_interval != absl::ZeroDuration()) {
      sealer_.emplace(environment.database, statements_.get(), SealingOf(settings),
                      settings.audit_seal_interval, environment.metrics);
    }
  }

  std::vector<server::RpcService> Services() override {
    return {calendars_.Rpc(),    rhythm_.Rpc(),     bulletins_.Rpc(),
            action_items_.Rpc(), appraisals_.Rpc(), audit_.Rpc()};
  }

 private:
  static SealingSettings SealingOf(const Settings& settings) {
    SealingSettings sealing;
    sealing.algorithm = settings.audit_hash == HashFunction::kSm3 ? v1::SM3 : v1::SHA256;
    return sealing;
  }

  std::unique_ptr<StatementKeys> statements_;  // null: digests are neither signed nor verified
  Peers peers_;
  PlanSource plans_;
  ActionItems items_;
  Rhythm rhythm_;
  CalendarService calendars_;
  BulletinService bulletins_;
  ActionItemService action_items_;
  AppraisalService appraisals_;
  Escalator escalator_;
  AuditService audit_;
  RelayThread relay_;
  std::optional<server::Recurrence> escalations_;
  std::optional<AuditSealer> sealer_;
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
    std::unique_ptr<StatementKeys> statements;
    if (!settings.statement_key_file.empty()) {
      DUBAN_ASSIGN_OR_RETURN(statements, StatementKeys::Load(settings.statement_key_file,
                                                             settings.statement_issuers_file));
    }
    return std::make_unique<Review>(settings, environment, std::move(statements));
  };
  definition.record_refusal = [](db::Database& database, const server::CallContext& call,
                                 const absl::Status& refusal) {
    return Audit(std::string(kName)).AppendRefusal(database, call, refusal);
  };
  return definition;
}

}  // namespace duban::review
