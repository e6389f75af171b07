#ifndef DUBAN_SERVICES_NOTIFICATION_DIRECTORY_H_
#define DUBAN_SERVICES_NOTIFICATION_DIRECTORY_H_

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/client/caller.h"
#include "duban/indicator/v1/directory_service.grpc.pb.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"

namespace duban::notification {

inline constexpr Reason kIndicatorUnavailable{
    "INDICATOR_UNAVAILABLE", absl::StatusCode::kUnavailable, "指标服务暂时不可用，请稍后重试",
    "The indicator service is not available; try again later."};

// Everybody there is, and what units are called.
struct People {
  std::vector<indicator::v1::Member> members;
  std::map<std::string, std::string> display_names;  // of `units/{unit}` and `members/{member}`
};

using PeoplePointer = std::shared_ptr<const People>;
using PlanPointer = std::shared_ptr<const indicator::v1::PlanHistory>;

// The zone in which a plan's dates are read; without one, that of the directory's.
absl::TimeZone ZoneOf(const indicator::v1::PlanHistory* plan);

// Members, units and plans as the indicator service knows them, kept for some seconds: who has left
// is told nothing after at most that long. Thread-safe. Never asked inside a transaction. Whatever
// fails at the other service is UNAVAILABLE INDICATOR_UNAVAILABLE, so that it is tried again.
class Directory {
 public:
  Directory(const client::Caller* indicator, absl::Duration kept);

  absl::StatusOr<PeoplePointer> GetPeople();

  // The plan `plans/{plan}`; null if there is none or it was never published.
  absl::StatusOr<PlanPointer> GetPlan(const std::string& name);

  // What people call the resources, as far as they are known. Those of a plan are known with it.
  static std::map<std::string, std::string> DisplayNames(const std::set<std::string>& resources,
                                                         const People& people,
                                                         const indicator::v1::PlanHistory* plan);

 private:
  struct KeptPlan {
    absl::Time read;
    PlanPointer plan;
  };

  absl::StatusOr<PeoplePointer> ReadPeople();
  absl::StatusOr<PlanPointer> ReadPlan(const std::string& name, const PlanPointer& known);

  const client::Caller* const indicator_;
  const absl::Duration kept_;
  std::unique_ptr<indicator::v1::DirectoryService::Stub> directory_;
  std::unique_ptr<indicator::v1::PlanService::Stub> plans_;
  std::mutex mutex_;
  absl::Time people_read_ = absl::InfinitePast();
  PeoplePointer people_;
  std::map<std::string, KeptPlan> kept_plans_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DIRECTORY_H_
