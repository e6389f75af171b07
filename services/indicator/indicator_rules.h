#ifndef DUBAN_SERVICES_INDICATOR_INDICATOR_RULES_H_
#define DUBAN_SERVICES_INDICATOR_INDICATOR_RULES_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "common/base/error.h"
#include "duban/indicator/v1/indicator.pb.h"
#include "duban/indicator/v1/indicator_service.pb.h"
#include "services/indicator/unit_rules.h"
#include "services/indicator/vocabulary.h"

namespace duban::indicator {

inline constexpr Reason kQuotaSumMismatch{"QUOTA_SUM_MISMATCH", absl::StatusCode::kInvalidArgument,
                                          "分解任务合计 {sum}，目标 {target}，{zh}",
                                          "The quotas sum to {sum}, the target is {target}: {en}."};
inline constexpr Reason kDataReporterCount{
    "DATA_REPORTER_COUNT", absl::StatusCode::kInvalidArgument,
    "共同负责的指标须有且只有一个数据报送单位，现有 {count} 个",
    "A JOINT indicator has exactly one DATA_REPORTER, not {count}."};
inline constexpr Reason kResponsibilityInvalid{
    "RESPONSIBILITY_INVALID", absl::StatusCode::kInvalidArgument, "责任分工无效：{zh}",
    "The responsibility is invalid: {en}."};
inline constexpr Reason kTargetInvalid{"TARGET_INVALID", absl::StatusCode::kInvalidArgument,
                                       "目标无效：{zh}", "The target is invalid: {en}."};
inline constexpr Reason kKindInvalid{"KIND_INVALID", absl::StatusCode::kInvalidArgument,
                                     "指标类型与其口径不符：{zh}",
                                     "The indicator does not fit its kind: {en}."};
inline constexpr Reason kPacingInvalid{"PACING_INVALID", absl::StatusCode::kInvalidArgument,
                                       "序时进度无效：{zh}", "The pacing is invalid: {en}."};
inline constexpr Reason kWeightInvalid{"WEIGHT_INVALID", absl::StatusCode::kInvalidArgument,
                                       "权重 {weight} 不能为负", "Weight {weight} is below zero."};
inline constexpr Reason kTaskUnknown{"TASK_UNKNOWN", absl::StatusCode::kInvalidArgument,
                                     "方案没有工作任务 {task}", "The plan has no task {task}."};
inline constexpr Reason kLinkUnknown{"LINK_UNKNOWN", absl::StatusCode::kInvalidArgument,
                                     "方案没有可关联的指标 {indicator}",
                                     "The plan has no other indicator {indicator} to link to."};

inline constexpr Reason kRedefinition{
    "REDEFINITION", absl::StatusCode::kInvalidArgument,
    "{field} 不得以调整更改，否则已报期别会漏计或重复计算；请了结本指标，在新方案中另立指标",
    "{field} does not change by amendment, or what was reported would be counted twice or lost: "
    "close this line, and define a new indicator in a new plan."};

// The rest of the plan, against which one of its indicators is held.
struct PlanScope {
  int year = 0;
  std::string date;                  // `YYYY-MM-DD` on which units must exist
  UnitMap units;                     // every unit that may be named
  std::set<std::string> tasks;       // ids
  std::set<std::string> indicators;  // ids
};

// The form of every field by itself, all that a draft is asked for: FIELD_INVALID, DECIMAL_INVALID,
// DATE_INVALID.
void CheckIndicatorForm(const v1::Indicator& indicator, const std::string& path, Violations& out);

// Everything that a published indicator must be, its form included.
void CheckIndicator(const v1::Indicator& indicator, const PlanScope& scope, const std::string& path,
                    Violations& out);

// PACING_INVALID unless the shape is known and POINTS lie in the plan's year, rise in date, do not
// fall in percent and end at 100.
void CheckPacing(const v1::Pacing& pacing, int year, const std::string& path, Violations& out);

// The form of a pacing: DECIMAL_INVALID, DATE_INVALID.
void CheckPacingForm(const v1::Pacing& pacing, const std::string& path, Violations& out);

// What is wrong with an amendment that makes `after` of `before`: the request's own fields, what
// must not change (REDEFINITION for what says how figures are read and summed, FIELD_INVALID), and
// everything that CheckIndicator finds, under `indicator`.
absl::Status CheckAmendment(const v1::Indicator& before, const v1::Indicator& after,
                            const v1::AmendIndicatorRequest& request, const PlanScope& scope);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_INDICATOR_RULES_H_
