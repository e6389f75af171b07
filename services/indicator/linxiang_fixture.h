#ifndef DUBAN_SERVICES_INDICATOR_LINXIANG_FIXTURE_H_
#define DUBAN_SERVICES_INDICATOR_LINXIANG_FIXTURE_H_

#include <map>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "services/indicator/test_plan.h"

namespace duban::indicator {

// The delivered plan of Linxiang, to be held against the document it was written from.
class LinxiangFixture : public ::testing::Test {
 protected:
  std::string DisplayName(const std::string& unit) const {
    for (const v1::Unit& candidate : document_.units()) {
      if (candidate.name() == unit) return candidate.display_name();
    }
    return "";
  }

  const v1::Indicator& Find(const std::string& id) const {
    for (const v1::Indicator& indicator : document_.indicators()) {
      if (indicator.name() == document_.plan().name() + "/indicators/" + id) return indicator;
    }
    ADD_FAILURE() << "no indicator " << id;
    return v1::Indicator::default_instance();
  }

  // How many lines each unit of the table has, by display name.
  std::map<std::string, int> LinesByUnit() const {
    std::map<std::string, int> lines;
    for (const v1::Indicator& indicator : document_.indicators()) {
      for (const auto& line : indicator.responsibility().lines()) ++lines[DisplayName(line.unit())];
    }
    return lines;
  }

  std::set<std::string> MemberUnits() const {
    std::set<std::string> members;
    for (const std::string& unit : document_.plan().work_group().members()) {
      members.insert(DisplayName(unit));
    }
    return members;
  }

  const v1::PlanDocument document_ = LinxiangPlan();
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_LINXIANG_FIXTURE_H_
