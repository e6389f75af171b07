#ifndef DUBAN_SERVICES_REVIEW_PLAN_SOURCE_H_
#define DUBAN_SERVICES_REVIEW_PLAN_SOURCE_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"
#include "services/review/peers.h"

namespace duban::review {

using PlanPointer = std::shared_ptr<const indicator::v1::PlanHistory>;

// The definitions of plans, kept in memory. Every answer was checked against the indicator service
// after it was asked for; the check costs a few bytes while nothing changed. Thread-safe.
class PlanSource {
 public:
  explicit PlanSource(const Peers* peers);

  // The plan with every revision of its indicators. NOT_FOUND PLAN_NOT_FOUND; UNAVAILABLE
  // INDICATOR_UNAVAILABLE.
  absl::StatusOr<PlanPointer> Get(const client::CallInfo& call, const std::string& plan_name);

  // The same of a plan in force; FAILED_PRECONDITION PLAN_NOT_PUBLISHED of any other.
  absl::StatusOr<PlanPointer> GetPublished(const client::CallInfo& call,
                                           const std::string& plan_name);

 private:
  PlanPointer Kept(const std::string& plan_name);
  void Keep(const std::string& plan_name, PlanPointer plan);

  const Peers* peers_;
  std::unique_ptr<indicator::v1::PlanService::Stub> stub_;
  std::mutex mutex_;
  std::map<std::string, PlanPointer> plans_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_PLAN_SOURCE_H_
