#ifndef DUBAN_SERVICES_INDICATOR_VOCABULARY_H_
#define DUBAN_SERVICES_INDICATOR_VOCABULARY_H_

#include <map>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "duban/indicator/v1/directory.pb.h"
#include "duban/indicator/v1/plan.pb.h"

// What stores and rules both speak of, though they never see each other.
namespace duban::indicator {

inline constexpr Reason kPlanNotFound{"PLAN_NOT_FOUND", absl::StatusCode::kNotFound,
                                      "没有方案 {plan}", "There is no plan {plan}."};
inline constexpr Reason kPlanExists{"PLAN_EXISTS", absl::StatusCode::kAlreadyExists,
                                    "方案 {plan} 已存在", "Plan {plan} exists already."};
inline constexpr Reason kIndicatorNotFound{"INDICATOR_NOT_FOUND", absl::StatusCode::kNotFound,
                                           "没有指标 {indicator}",
                                           "There is no indicator {indicator}."};
inline constexpr Reason kIndicatorExists{"INDICATOR_EXISTS", absl::StatusCode::kAlreadyExists,
                                         "指标 {indicator} 已存在",
                                         "Indicator {indicator} exists already."};
inline constexpr Reason kAmendmentNotFound{"AMENDMENT_NOT_FOUND", absl::StatusCode::kNotFound,
                                           "没有调整 {amendment}",
                                           "There is no amendment {amendment}."};
inline constexpr Reason kUnitNotFound{"UNIT_NOT_FOUND", absl::StatusCode::kNotFound,
                                      "没有责任单位 {unit}", "There is no unit {unit}."};
inline constexpr Reason kUnitExists{"UNIT_EXISTS", absl::StatusCode::kAlreadyExists,
                                    "责任单位 {unit} 已存在", "Unit {unit} exists already."};
inline constexpr Reason kMemberNotFound{"MEMBER_NOT_FOUND", absl::StatusCode::kNotFound,
                                        "没有人员 {member}", "There is no member {member}."};
inline constexpr Reason kMemberExists{"MEMBER_EXISTS", absl::StatusCode::kAlreadyExists,
                                      "人员 {member} 已存在", "Member {member} exists already."};

// How many indicators one plan has at most.
inline constexpr int kMaxIndicators = 1000;

// Units by name, `units/{unit}`.
using UnitMap = std::map<std::string, v1::Unit>;

// Members by name, `members/{member}`.
using MemberMap = std::map<std::string, v1::Member>;

// What an import's units and members are held against.
struct StoredDirectory {
  UnitMap units;                       // those of the document that exist
  std::vector<v1::Unit> name_holders;  // those that have a name or alias of one of the document's
  MemberMap members;                   // those of the document that exist
};

// The names of all units that the plan and its indicators name, in the order of first mention.
std::vector<std::string> NamedUnits(const v1::PlanDocument& document);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_VOCABULARY_H_
