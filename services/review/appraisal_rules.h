#ifndef DUBAN_SERVICES_REVIEW_APPRAISAL_RULES_H_
#define DUBAN_SERVICES_REVIEW_APPRAISAL_RULES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/indicator/v1/scoring.pb.h"
#include "duban/review/v1/appraisal.pb.h"
#include "duban/submission/v1/progress.pb.h"

// COMPUTED → PUBLISHED. A score follows from the snapshot, what happened in the period, and the
// plan's rules; nothing else, no clock and no order of iteration.
namespace duban::review {

inline constexpr Reason kScoringRulesMissing{
    "SCORING_RULES_MISSING", absl::StatusCode::kFailedPrecondition,
    "方案 {plan} 没有计分规则，不能讲评",
    "The plan {plan} has no scoring rules, so nothing scores."};
inline constexpr Reason kAppraisalMoveNotAllowed{
    "APPRAISAL_MOVE_NOT_ALLOWED", absl::StatusCode::kFailedPrecondition,
    "{appraisal} 处于 {state} 状态，发布后不再更改",
    "{appraisal} is {state}; what is published never changes."};
inline constexpr Reason kAppraisalAltered{
    "APPRAISAL_ALTERED", absl::StatusCode::kDataLoss,
    "{appraisal} 的内容与发布时的摘要不符，可能被改动",
    "The content of {appraisal} no longer has its digest; it was altered."};

// Something that a rule of adjustment counts.
struct Happening {
  std::string unit;  // `units/{unit}`
  indicator::v1::ScoringRules::Adjustment::Kind kind;
  std::string occasion;  // counts once for the unit and kind, such as a report or a month
  std::string subject;   // what is shown for it
};

// What is scored.
struct AppraisalFacts {
  std::string session;  // `plans/{plan}/sessions/{session}`
  std::string period;
  submission::v1::Snapshot snapshot;
  std::map<std::string, std::string> weights;  // by indicator; those without weight may be absent
  std::map<std::string, std::string> unit_names;  // by unit
  std::vector<Happening> happenings;
};

// The appraisal without name, state, version and times. INVALID_ARGUMENT DECIMAL_INVALID if a
// weight or a number of the rules is no decimal.
absl::StatusOr<v1::Appraisal> ComputeAppraisal(const indicator::v1::ScoringRules& rules,
                                               const AppraisalFacts& facts);

// FAILED_PRECONDITION APPRAISAL_MOVE_NOT_ALLOWED (metadata appraisal, state) unless it may still be
// computed again or published.
absl::Status CheckNotPublished(const v1::Appraisal& appraisal);

// The next revision, PUBLISHED. Errors as CheckNotPublished.
absl::StatusOr<v1::Appraisal> PublishedBy(const v1::Appraisal& appraisal,
                                          const std::string& publisher, absl::Time now);

// SHA-256 over session, period, snapshot, rules and scores.
absl::StatusOr<std::string> AppraisalDigest(const v1::Appraisal& appraisal);

// DATA_LOSS APPRAISAL_ALTERED if it is PUBLISHED and no longer has its digest.
absl::Status CheckUnaltered(const v1::Appraisal& appraisal);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_APPRAISAL_RULES_H_
