#include "services/indicator/vocabulary.h"

#include <set>

namespace duban::indicator {

std::vector<std::string> NamedUnits(const v1::PlanDocument& document) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && seen.insert(name).second) names.push_back(name);
  };
  const v1::WorkGroup& group = document.plan().work_group();
  add(group.convener().unit());
  for (const auto& deputy : group.deputy_conveners()) add(deputy.unit());
  for (const std::string& unit : group.members()) add(unit);
  add(group.office());
  add(group.recusal_reviewer());
  for (const v1::Task& task : document.plan().tasks()) {
    for (const std::string& unit : task.leads()) add(unit);
    for (const std::string& unit : task.supports()) add(unit);
  }
  for (const v1::Indicator& indicator : document.indicators()) {
    for (const auto& line : indicator.responsibility().lines()) add(line.unit());
  }
  for (const v1::Member& member : document.members()) {
    for (const auto& post : member.posts()) add(post.unit());
  }
  return names;
}

}  // namespace duban::indicator
