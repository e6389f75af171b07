#include "services/submission/submission.h"

#include <memory>
#include <vector>

#include "common/audit/audit.h"
#include "common/client/caller.h"
#include "common/outbox/outbox.h"
#include "common/outbox/relay_thread.h"
#include "services/submission/article_service.h"
#include "services/submission/check_service.h"
#include "services/submission/evidence_service.h"
#include "services/submission/exchange_service.h"
#include "services/submission/obligation_service.h"
#include "services/submission/plan_cache.h"
#include "services/submission/plan_figures.h"
#include "services/submission/progress_service.h"
#include "services/submission/report_service.h"

namespace duban::submission {
namespace {

constexpr std::string_view kName = "submission";

class Submission : public server::Assembly {
 public:
  Submission(const Settings& settings, const server::Environment& environment)
      : indicator_(settings.indicator_target, "services/submission", environment.signer,
                   environment.peer_credentials),
        plans_(&indicator_),
        articles_(environment, &plans_),
        obligations_(environment, &plans_),
        reports_(environment, &plans_, settings.submits_together),
        progress_(environment, &plans_),
        checks_(environment, &plans_),
        evidence_(environment, &plans_),
        exchange_(environment, &plans_, &indicator_, &progress_),
        figures_(environment, &plans_),
        relay_(environment, std::string(kName)) {
    figures_.Start(settings.figures_interval);
  }

  std::vector<server::RpcService> Services() override {
    return {articles_.Rpc(), obligations_.Rpc(), reports_.Rpc(), progress_.Rpc(),
            checks_.Rpc(),   evidence_.Rpc(),    exchange_.Rpc()};
  }

 private:
  client::Caller indicator_;
  PlanCache plans_;
  ArticleService articles_;
  ObligationService obligations_;
  ReportService reports_;
  ProgressService progress_;
  CheckService checks_;
  EvidenceService evidence_;
  ExchangeService exchange_;
  PlanFigures figures_;
  RelayThread relay_;
};

}  // namespace

server::ServiceDefinition Definition(const Settings& settings) {
  server::ServiceDefinition definition;
  definition.name = kName;
  definition.migrations = {kSubmissionMigrations, db::kRequestLogMigrations, kAuditMigrations,
                           kOutboxMigrations};
  definition.assemble = [settings](const server::Environment& environment)
      -> absl::StatusOr<std::unique_ptr<server::Assembly>> {
    if (environment.signer == nullptr) return Error(kServiceKeyMissing).Build();
    return std::make_unique<Submission>(settings, environment);
  };
  definition.record_refusal = [](db::Database& database, const server::CallContext& call,
                                 const absl::Status& refusal) {
    return Audit(std::string(kName)).AppendRefusal(database, call, refusal);
  };
  return definition;
}

server::ServiceDefinition DefinitionFor(const std::string& indicator_target) {
  return Definition({.indicator_target = indicator_target});
}

}  // namespace duban::submission
