#ifndef DUBAN_SERVICES_SUBMISSION_REVISION_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_REVISION_RULES_H_

#include <vector>

#include "common/base/error.h"
#include "duban/submission/v1/report.pb.h"

namespace duban::submission {

inline constexpr Reason kRevisionNotFound{"REVISION_NOT_FOUND", absl::StatusCode::kNotFound,
                                          "没有第 {revision} 版",
                                          "There is no revision {revision}."};

// The fields in which two revisions of a report differ, in the order of the contract, down to
// single numbers and texts. Etag and what is output only are left out, but for the state.
std::vector<v1::FieldChange> DiffRevisions(const v1::Report& earlier, const v1::Report& later);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REVISION_RULES_H_
