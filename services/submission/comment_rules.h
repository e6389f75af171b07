#ifndef DUBAN_SERVICES_SUBMISSION_COMMENT_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_COMMENT_RULES_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/report_move_rules.h"

namespace duban::submission {

inline constexpr Reason kCommentNotFound{"COMMENT_NOT_FOUND", absl::StatusCode::kNotFound,
                                         "没有批注 {comment}", "There is no comment {comment}."};
inline constexpr Reason kCommentNotOpen{"COMMENT_NOT_OPEN", absl::StatusCode::kFailedPrecondition,
                                        "该批注不需跟进,或已办结",
                                        "The comment asks for no follow-up, or has had it."};
inline constexpr Reason kCommentNotAddressed{
    "COMMENT_NOT_ADDRESSED", absl::StatusCode::kPermissionDenied, "该批注应由对方办结",
    "The comment is addressed to the other side, which resolves it."};

// The side on which the actor speaks about a report.
v1::ReportComment::Side SideOf(const v1::Report& report, const Actor& actor);

// The comment that the actor makes. INVALID_ARGUMENT FIELD_INVALID (comment.text).
absl::StatusOr<v1::ReportComment> NewComment(const v1::ReportComment& given,
                                             const v1::Report& report, std::string_view name,
                                             const Actor& actor, absl::Time now);

// The comment resolved. FAILED_PRECONDITION COMMENT_NOT_OPEN; PERMISSION_DENIED
// COMMENT_NOT_ADDRESSED.
absl::StatusOr<v1::ReportComment> Resolve(const v1::ReportComment& comment,
                                          const v1::Report& report, const Actor& actor,
                                          absl::Time now);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_COMMENT_RULES_H_
