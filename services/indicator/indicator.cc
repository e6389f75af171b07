#include "services/indicator/indicator.h"

#include <memory>
#include <vector>

#include "common/audit/audit.h"
#include "common/db/request_log.h"
#include "common/outbox/outbox.h"
#include "common/outbox/relay_thread.h"
#include "services/indicator/amendment_service.h"
#include "services/indicator/document_service.h"
#include "services/indicator/indicator_service.h"
#include "services/indicator/member_service.h"
#include "services/indicator/plan_service.h"
#include "services/indicator/unit_service.h"

namespace duban::indicator {
namespace {

class IndicatorAssembly : public server::Assembly {
 public:
  explicit IndicatorAssembly(const server::Environment& environment)
      : plans_(environment),
        documents_(environment),
        indicators_(environment),
        amendments_(environment),
        units_(environment),
        members_(environment),
        relay_(environment, "indicator") {}

  std::vector<server::RpcService> Services() override {
    return {server::RpcService("duban.indicator.v1.PlanService")
                .Add("CreatePlan", &plans_, &PlanService::CreatePlan)
                .Add("GetPlan", &plans_, &PlanService::GetPlan)
                .Add("ListPlans", &plans_, &PlanService::ListPlans)
                .Add("UpdatePlan", &plans_, &PlanService::UpdatePlan)
                .Add("DeletePlan", &plans_, &PlanService::DeletePlan)
                .Add("ImportPlan", &documents_, &DocumentService::ImportPlan)
                .Add("ExportPlan", &documents_, &DocumentService::ExportPlan)
                .Add("PublishPlan", &plans_, &PlanService::PublishPlan)
                .Add("ClosePlan", &plans_, &PlanService::ClosePlan)
                .Add("AmendCadences", &amendments_, &AmendmentService::AmendCadences)
                .Add("GetPlanHistory", &plans_, &PlanService::GetPlanHistory),
            server::RpcService("duban.indicator.v1.DirectoryService")
                .Add("CreateUnit", &units_, &UnitService::CreateUnit)
                .Add("GetUnit", &units_, &UnitService::GetUnit)
                .Add("ListUnits", &units_, &UnitService::ListUnits)
                .Add("UpdateUnit", &units_, &UnitService::UpdateUnit)
                .Add("CloseUnit", &units_, &UnitService::CloseUnit)
                .Add("ResolveUnit", &units_, &UnitService::ResolveUnit)
                .Add("CreateMember", &members_, &MemberService::CreateMember)
                .Add("GetMember", &members_, &MemberService::GetMember)
                .Add("ListMembers", &members_, &MemberService::ListMembers)
                .Add("UpdateMember", &members_, &MemberService::UpdateMember)
                .Add("DeactivateMember", &members_, &MemberService::DeactivateMember),
            server::RpcService("duban.indicator.v1.IndicatorService")
                .Add("CreateIndicator", &indicators_, &IndicatorService::CreateIndicator)
                .Add("GetIndicator", &indicators_, &IndicatorService::GetIndicator)
                .Add("ListIndicators", &indicators_, &IndicatorService::ListIndicators)
                .Add("UpdateIndicator", &indicators_, &IndicatorService::UpdateIndicator)
                .Add("DeleteIndicator", &indicators_, &IndicatorService::DeleteIndicator)
                .Add("AmendIndicator", &amendments_, &AmendmentService::AmendIndicator)
                .Add("GetAmendment", &amendments_, &AmendmentService::GetAmendment)
                .Add("ListAmendments", &amendments_, &AmendmentService::ListAmendments)};
  }

 private:
  PlanService plans_;
  DocumentService documents_;
  IndicatorService indicators_;
  AmendmentService amendments_;
  UnitService units_;
  MemberService members_;
  RelayThread relay_;
};

}  // namespace

const server::ServiceDefinition& IndicatorDefinition() {
  static const auto* definition = new server::ServiceDefinition{
      "indicator",
      {kIndicatorMigrations, db::kRequestLogMigrations, kAuditMigrations, kOutboxMigrations},
      [](const server::Environment& environment)
          -> absl::StatusOr<std::unique_ptr<server::Assembly>> {
        return std::make_unique<IndicatorAssembly>(environment);
      },
      [](db::Database& database, const server::CallContext& call, const absl::Status& refusal) {
        return Audit("indicator").AppendRefusal(database, call, refusal);
      }};
  return *definition;
}

}  // namespace duban::indicator
