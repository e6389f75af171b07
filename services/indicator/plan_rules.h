#ifndef DUBAN_SERVICES_INDICATOR_PLAN_RULES_H_
#define DUBAN_SERVICES_INDICATOR_PLAN_RULES_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "duban/indicator/v1/plan.pb.h"
#include "services/indicator/indicator_rules.h"
#include "services/indicator/vocabulary.h"

namespace duban::indicator {

inline constexpr Reason kPlanNotDraft{
    "PLAN_NOT_DRAFT", absl::StatusCode::kFailedPrecondition,
    "方案 {plan} 的状态是 {state}，已不是草案；现在可以：{allowed}",
    "Plan {plan} is {state} and no draft any more; allowed moves: {allowed}."};
inline constexpr Reason kPlanNotPublished{
    "PLAN_NOT_PUBLISHED", absl::StatusCode::kFailedPrecondition,
    "方案 {plan} 的状态是 {state}，不在执行中；现在可以：{allowed}",
    "Plan {plan} is {state} and not in force; allowed moves: {allowed}."};
inline constexpr Reason kPlanInvalid{"PLAN_INVALID", absl::StatusCode::kInvalidArgument,
                                     "方案有 {violations} 处不符合要求",
                                     "The plan has {violations} violations."};
inline constexpr Reason kLightBandsInvalid{"LIGHT_BANDS_INVALID",
                                           absl::StatusCode::kInvalidArgument, "亮灯区间无效：{zh}",
                                           "The light bands are invalid: {en}."};
inline constexpr Reason kCadenceInvalid{"CADENCE_INVALID", absl::StatusCode::kInvalidArgument,
                                        "调度周期规则无效：{zh}",
                                        "The cadence rules are invalid: {en}."};
inline constexpr Reason kArticleQuotaInvalid{
    "ARTICLE_QUOTA_INVALID", absl::StatusCode::kInvalidArgument, "报道任务无效：{zh}",
    "The article quota is invalid: {en}."};
inline constexpr Reason kRecusalReviewerInvalid{
    "RECUSAL_REVIEWER_INVALID", absl::StatusCode::kInvalidArgument, "回避审核单位无效：{zh}",
    "The recusal reviewer is invalid: {en}."};

// DRAFT → PUBLISHED → CLOSED. A draft is edited and deleted, a published plan is amended.
enum class PlanMove { kEdit, kDelete, kPublish, kAmend, kClose };

// The plan's state after the move; FAILED_PRECONDITION PLAN_NOT_DRAFT or PLAN_NOT_PUBLISHED with
// metadata plan, state and allowed (the moves of this state, or `none`).
absl::StatusOr<v1::Plan::State> StateAfter(const v1::Plan& plan, PlanMove move);

// The form of every field by itself, all that a draft is asked for: FIELD_INVALID, DECIMAL_INVALID,
// DATE_INVALID.
void CheckPlanForm(const v1::Plan& plan, const std::string& path, Violations& out);

// Everything that a published plan's own fields must be, their form included.
void CheckPlan(const v1::Plan& plan, const PlanScope& scope, const std::string& path,
               Violations& out);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_PLAN_RULES_H_
