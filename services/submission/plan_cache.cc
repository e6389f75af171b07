#include "services/submission/plan_cache.h"

#include <optional>

#include "common/base/log.h"

namespace duban::submission {
namespace {

using indicator::v1::GetPlanHistoryRequest;
using indicator::v1::Plan;
using indicator::v1::PlanHistory;

constexpr size_t kPlans = 256;

}  // namespace

absl::Status TranslateIndicatorFailure(const absl::Status& status, std::string_view method) {
  if (status.ok() || absl::IsNotFound(status)) return status;
  if (absl::IsDeadlineExceeded(status)) return Error(kCheckDeadline);
  if (absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) {
    return Error(kIndicatorUnavailable);
  }
  LogError("indicator refused a call",
           {{"called", std::string(method)}, {"error", status.ToString()}});
  return absl::InternalError("indicator refused a call");
}

PlanCache::PlanCache(const client::Caller* caller)
    : caller_(caller),
      stub_(indicator::v1::PlanService::NewStub(caller->channel())),
      plans_(kPlans) {}

absl::StatusOr<PlanPointer> PlanCache::Get(const client::CallInfo& call,
                                           const std::string& plan_name) {
  return plans_.Get(plan_name)->Get(
      call.deadline, [&](const std::optional<PlanPointer>& last) -> absl::StatusOr<PlanPointer> {
        return Check(call, plan_name, last.value_or(nullptr));
      });
}

absl::StatusOr<PlanPointer> PlanCache::Check(const client::CallInfo& call,
                                             const std::string& plan_name, PlanPointer last) const {
  GetPlanHistoryRequest request;
  request.set_name(plan_name);
  // A draft can be deleted and made anew with the same revisions; a published plan cannot.
  const bool known = last != nullptr && last->plan().state() != Plan::DRAFT;
  if (known) request.set_known_revision(last->revision());
  grpc::ClientContext context;
  caller_->Prepare(call, &context);
  auto history = std::make_shared<PlanHistory>();
  const absl::Status status =
      client::FromGrpc(stub_->GetPlanHistory(&context, request, history.get()));
  if (!status.ok()) return TranslateIndicatorFailure(status, "GetPlanHistory");
  if (known && !history->has_plan() && history->revision() == last->revision()) return last;
  return PlanPointer(std::move(history));
}

}  // namespace duban::submission
