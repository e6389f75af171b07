#include "services/notification/directory.h"

#include <utility>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "grpcpp/client_context.h"

namespace duban::notification {
namespace {

using indicator::v1::DirectoryService;
using indicator::v1::PlanHistory;
using indicator::v1::PlanService;

constexpr absl::Duration kCallLimit = absl::Seconds(5);
constexpr int kPageSize = 1000;
constexpr const char* kUsualZone = "Asia/Shanghai";
constexpr size_t kMostKeptPlans = 64;

// Calls `method` of one of the indicator service's stubs; its own status as it is.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> AskIndicator(const client::Caller& caller, Stub& stub,
                                      grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                   const Request&, Response*),
                                      const Request& request) {
  grpc::ClientContext context;
  caller.Prepare({.deadline = MachineNow() + kCallLimit, .request_id = "", .traceparent = ""},
                 &context);
  Response response;
  const absl::Status status = client::FromGrpc((stub.*method)(&context, request, &response));
  if (!status.ok()) return status;
  return response;
}

absl::Status Unavailable(const absl::Status& cause) {
  LogWarning("the indicator service does not answer", {{"cause", cause.ToString()}});
  return Error(kIndicatorUnavailable).Build();
}

}  // namespace

absl::TimeZone ZoneOf(const PlanHistory* plan) {
  absl::TimeZone zone;
  const bool known = plan != nullptr && absl::LoadTimeZone(plan->plan().time_zone(), &zone);
  if (!known) absl::LoadTimeZone(kUsualZone, &zone);
  return zone;
}

Directory::Directory(const client::Caller* indicator, absl::Duration kept)
    : indicator_(indicator),
      kept_(kept),
      directory_(DirectoryService::NewStub(indicator->channel())),
      plans_(PlanService::NewStub(indicator->channel())) {}

absl::StatusOr<PeoplePointer> Directory::GetPeople() {
  {
    const std::lock_guard lock(mutex_);
    if (people_ != nullptr && MachineNow() - people_read_ < kept_) return people_;
  }
  const absl::Time asked = MachineNow();
  DUBAN_ASSIGN_OR_RETURN(PeoplePointer people, ReadPeople());
  const std::lock_guard lock(mutex_);
  people_ = people;
  people_read_ = asked;
  return people;
}

absl::StatusOr<PeoplePointer> Directory::ReadPeople() {
  auto people = std::make_shared<People>();
  indicator::v1::ListMembersRequest members;
  members.set_page_size(kPageSize);
  do {
    const auto page =
        AskIndicator(*indicator_, *directory_, &DirectoryService::Stub::ListMembers, members);
    if (!page.ok()) return Unavailable(page.status());
    for (const auto& member : page->members()) {
      people->display_names[member.name()] = member.display_name();
      people->members.push_back(member);
    }
    members.set_page_token(page->next_page_token());
  } while (!members.page_token().empty());
  indicator::v1::ListUnitsRequest units;
  units.set_page_size(kPageSize);
  do {
    const auto page =
        AskIndicator(*indicator_, *directory_, &DirectoryService::Stub::ListUnits, units);
    if (!page.ok()) return Unavailable(page.status());
    for (const auto& unit : page->units()) people->display_names[unit.name()] = unit.display_name();
    units.set_page_token(page->next_page_token());
  } while (!units.page_token().empty());
  return PeoplePointer(std::move(people));
}

absl::StatusOr<PlanPointer> Directory::GetPlan(const std::string& name) {
  PlanPointer known;
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_plans_.find(name);
    if (found != kept_plans_.end()) {
      if (MachineNow() - found->second.read < kept_) return found->second.plan;
      known = found->second.plan;
    }
  }
  const absl::Time asked = MachineNow();
  DUBAN_ASSIGN_OR_RETURN(PlanPointer plan, ReadPlan(name, known));
  const std::lock_guard lock(mutex_);
  if (kept_plans_.size() >= kMostKeptPlans) kept_plans_.clear();
  kept_plans_[name] = {asked, plan};
  return plan;
}

absl::StatusOr<PlanPointer> Directory::ReadPlan(const std::string& name, const PlanPointer& known) {
  indicator::v1::GetPlanHistoryRequest request;
  request.set_name(name);
  if (known != nullptr) request.set_known_revision(known->revision());
  absl::StatusOr<PlanHistory> answer =
      AskIndicator(*indicator_, *plans_, &PlanService::Stub::GetPlanHistory, request);
  if (absl::IsNotFound(answer.status())) return PlanPointer();
  if (!answer.ok()) return Unavailable(answer.status());
  if (!answer->has_plan() && known != nullptr) return known;
  return std::make_shared<const PlanHistory>(*std::move(answer));
}

std::map<std::string, std::string> Directory::DisplayNames(const std::set<std::string>& resources,
                                                           const People& people,
                                                           const PlanHistory* plan) {
  std::map<std::string, std::string> names;
  for (const std::string& resource : resources) {
    const auto found = people.display_names.find(resource);
    if (found != people.display_names.end()) names[resource] = found->second;
    if (plan == nullptr) continue;
    if (resource == plan->plan().name()) names[resource] = plan->plan().title();
    // Later revisions come later.
    for (const auto& definition : plan->indicators()) {
      if (definition.name() == resource) names[resource] = definition.display_name();
    }
  }
  return names;
}

}  // namespace duban::notification
