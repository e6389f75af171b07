#ifndef DUBAN_SERVICES_SUBMISSION_PLAN_CACHE_H_
#define DUBAN_SERVICES_SUBMISSION_PLAN_CACHE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "common/client/caller.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"
#include "services/submission/fresh_value.h"
#include "services/submission/recent.h"

namespace duban::submission {

inline constexpr Reason kIndicatorUnavailable{
    "INDICATOR_UNAVAILABLE", absl::StatusCode::kUnavailable, "指标服务暂时不可用,请稍后重试",
    "The indicator service is not available; try again later."};

// What a failed call to the indicator service means to our caller, who knows nothing of it:
// NOT_FOUND stays, else UNAVAILABLE INDICATOR_UNAVAILABLE, DEADLINE_EXCEEDED CHECK_DEADLINE or
// INTERNAL.
absl::Status TranslateIndicatorFailure(const absl::Status& status, std::string_view method);

using PlanPointer = std::shared_ptr<const indicator::v1::PlanHistory>;

// The definitions of plans, kept in memory. Every answer was checked against the indicator service
// after it was asked for, so a change acknowledged before the call is in; the check costs a few
// bytes while nothing changed, and many calls share one. Thread-safe.
class PlanCache {
 public:
  explicit PlanCache(const client::Caller* caller);

  // The plan with every revision of its indicators. NOT_FOUND PLAN_NOT_FOUND; UNAVAILABLE
  // INDICATOR_UNAVAILABLE; DEADLINE_EXCEEDED CHECK_DEADLINE.
  absl::StatusOr<PlanPointer> Get(const client::CallInfo& call, const std::string& plan_name);

 private:
  absl::StatusOr<PlanPointer> Check(const client::CallInfo& call, const std::string& plan_name,
                                    PlanPointer last) const;

  const client::Caller* caller_;
  std::unique_ptr<indicator::v1::PlanService::Stub> stub_;
  Recent<FreshValue<PlanPointer>> plans_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_PLAN_CACHE_H_
