#include "services/review/plan_source.h"

#include <utility>

#include "common/base/status.h"
#include "services/review/plan_rules.h"

namespace duban::review {
namespace {

using indicator::v1::PlanHistory;

constexpr size_t kMaxKept = 64;

}  // namespace

PlanSource::PlanSource(const Peers* peers)
    : peers_(peers), stub_(indicator::v1::PlanService::NewStub(peers->indicator().channel())) {}

absl::StatusOr<PlanPointer> PlanSource::Get(const client::CallInfo& call,
                                            const std::string& plan_name) {
  const PlanPointer kept = Kept(plan_name);
  indicator::v1::GetPlanHistoryRequest request;
  request.set_name(plan_name);
  if (kept != nullptr) request.set_known_revision(kept->revision());
  DUBAN_ASSIGN_OR_RETURN(
      PlanHistory answer,
      peers_->AskIndicator(call, *stub_, &indicator::v1::PlanService::Stub::GetPlanHistory,
                           request));
  if (!answer.has_plan() && kept != nullptr) return kept;
  auto plan = std::make_shared<const PlanHistory>(std::move(answer));
  Keep(plan_name, plan);
  return plan;
}

absl::StatusOr<PlanPointer> PlanSource::GetPublished(const client::CallInfo& call,
                                                     const std::string& plan_name) {
  DUBAN_ASSIGN_OR_RETURN(PlanPointer plan, Get(call, plan_name));
  DUBAN_RETURN_IF_ERROR(CheckInForce(plan->plan()));
  return plan;
}

PlanPointer PlanSource::Kept(const std::string& plan_name) {
  const std::lock_guard lock(mutex_);
  const auto found = plans_.find(plan_name);
  return found == plans_.end() ? nullptr : found->second;
}

void PlanSource::Keep(const std::string& plan_name, PlanPointer plan) {
  const std::lock_guard lock(mutex_);
  if (plans_.size() >= kMaxKept) plans_.clear();
  PlanPointer& kept = plans_[plan_name];
  // An answer that was overtaken is not kept.
  if (kept == nullptr || kept->revision() <= plan->revision()) kept = std::move(plan);
}

}  // namespace duban::review
