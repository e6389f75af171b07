#ifndef DUBAN_SERVICES_SUBMISSION_MEASUREMENT_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_MEASUREMENT_RULES_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/base/decimal.h"
#include "common/base/error.h"
#include "common/base/unit_of_measure.h"
#include "duban/common/v1/measurement.pb.h"
#include "duban/indicator/v1/indicator.pb.h"

namespace duban::submission {

inline constexpr Reason kUnitOfMeasureMismatch{
    "UNIT_OF_MEASURE_MISMATCH", absl::StatusCode::kInvalidArgument,
    "计量单位“{given}”与要求的“{expected}”不能换算",
    "The unit of measure \"{given}\" does not convert into \"{expected}\"."};
inline constexpr Reason kMeasurementIncomplete{
    "MEASUREMENT_INCOMPLETE", absl::StatusCode::kInvalidArgument, "填报数据不完整,缺少:{missing}",
    "The figures are incomplete; missing: {missing}."};
inline constexpr Reason kMeasurementInvalid{"MEASUREMENT_INVALID",
                                            absl::StatusCode::kInvalidArgument, "填报数据无效:{zh}",
                                            "The figures are invalid: {en}."};

// The entered figures in the family's smallest unit, exact. Errors name fields below
// `report.measurement`: INVALID_ARGUMENT DECIMAL_INVALID, UNIT_OF_MEASURE_MISMATCH (metadata
// expected, given), MEASUREMENT_INCOMPLETE (every number or unit that the kind needs and that is
// missing), MEASUREMENT_INVALID (a number that the kind does not use; COUNT not whole or below
// zero; AMOUNT, a denominator or a base below zero; MILESTONE other than 0 and 1; more than 22
// integer digits after conversion). A denominator or base of zero is a figure.
absl::StatusOr<common::v1::Measurement> Canonicalize(const indicator::v1::Indicator& indicator,
                                                     const common::v1::Measurement& entered);

// The result of canonical figures in the indicator's unit_of_measure, ratios in percent or
// percentage points. Nothing if a base or denominator is zero or missing, or if an amount is not of
// the family of unit_of_measure: not computable.
std::optional<Rational> ComputeResult(const indicator::v1::Indicator& indicator,
                                      const common::v1::Measurement& canonical);

// The sum of two canonical measurements of one family, number by number.
// OUT_OF_RANGE DECIMAL_OUT_OF_RANGE above 22 integer digits.
absl::StatusOr<common::v1::Measurement> Sum(const common::v1::Measurement& a,
                                            const common::v1::Measurement& b);

// The first of two canonical measurements of one family less the second, number by number.
// OUT_OF_RANGE DECIMAL_OUT_OF_RANGE above 22 integer digits.
absl::StatusOr<common::v1::Measurement> Difference(const common::v1::Measurement& a,
                                                   const common::v1::Measurement& b);

// Figures of zero as a unit would enter them: every number that the kind needs, in the unit of
// measure that the indicator sets; where it sets none, in `unit_of_measure`.
common::v1::Measurement ZeroFigures(const indicator::v1::Indicator& indicator,
                                    const std::string& unit_of_measure);

// True for the kinds whose result is a ratio.
bool IsRatio(indicator::v1::Indicator::Kind kind);

// The value of a decimal that a check has passed before; 0 for an empty text.
Rational ToRational(std::string_view decimal);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_MEASUREMENT_RULES_H_
