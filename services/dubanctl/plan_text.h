#ifndef DUBAN_SERVICES_DUBANCTL_PLAN_TEXT_H_
#define DUBAN_SERVICES_DUBANCTL_PLAN_TEXT_H_

#include <map>
#include <string>
#include <vector>

#include "duban/indicator/v1/indicator.pb.h"
#include "duban/indicator/v1/plan.pb.h"

namespace duban::ctl {

// 草稿, 已发布 or 已结束.
std::string StateText(indicator::v1::Plan::State state);

// A plan as text: heading, work group, tasks, and a table of its indicators. `unit_names` gives
// what to call `units/{unit}`; a unit that is not in it is shown by its id.
std::string RenderPlan(const indicator::v1::Plan& plan,
                       const std::vector<indicator::v1::Indicator>& indicators,
                       const std::map<std::string, std::string>& unit_names);

}  // namespace duban::ctl

#endif  // DUBAN_SERVICES_DUBANCTL_PLAN_TEXT_H_
