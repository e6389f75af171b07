#ifndef DUBAN_SERVICES_SUBMISSION_ROW_ERROR_H_
#define DUBAN_SERVICES_SUBMISSION_ROW_ERROR_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "common/base/error.h"
#include "duban/submission/v1/report_service.pb.h"

// Refusals of single rows where a call carries many.
namespace duban::submission {

inline constexpr Reason kBatchRefused{"BATCH_REFUSED", absl::StatusCode::kInvalidArgument,
                                      "整批未提交:{violations} 处未通过检查",
                                      "Nothing was submitted: {violations} checks failed."};
inline constexpr Reason kDuplicateInBatch{"DUPLICATE_IN_BATCH", absl::StatusCode::kInvalidArgument,
                                          "与第 {first} 行(从0起)是同一指标、单位和期别",
                                          "Row {first} (from 0) has the same line and period."};

// The refusal of a row, fields as paths in its report.
v1::RowError RowErrorOf(const absl::Status& refusal);

// One refusal of all rows; `refusals` has a status for each, OK where there is nothing to say. OK
// if all are. Fields are `reports[{index}]` and the path in the report. The code is the rows' if
// they have one in common, else INVALID_ARGUMENT; likewise the reason, else BATCH_REFUSED.
absl::Status RefusalOfAll(const std::vector<absl::Status>& refusals);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_ROW_ERROR_H_
