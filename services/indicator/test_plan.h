#ifndef DUBAN_SERVICES_INDICATOR_TEST_PLAN_H_
#define DUBAN_SERVICES_INDICATOR_TEST_PLAN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "duban/indicator/v1/plan.pb.h"

// Plans for the tests of this service.
namespace duban::indicator {

// The smallest plan that has something of everything and breaks no rule: `plans/small` of 2024 with
// the units science, water, office, statistics and (collective) towns, the member zhang, and in
// this order the indicators contracts (SPLIT 10 + 20), growth (JOINT), spending (SINGLE), opening
// (MILESTONE), energy (LE), technologies (RANGE).
v1::PlanDocument SmallPlan();

inline constexpr char kLinxiang[] = "plans/linxiang-innovation-2024";

// The real plan as it is delivered, from deploy/plans.
v1::PlanDocument LinxiangPlan();

// Every violation of a status as "path REASON".
std::vector<std::string> ViolationsOf(const absl::Status& status);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_TEST_PLAN_H_
