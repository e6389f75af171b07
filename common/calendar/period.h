#ifndef DUBAN_COMMON_CALENDAR_PERIOD_H_
#define DUBAN_COMMON_CALENDAR_PERIOD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/base/error.h"
#include "duban/common/v1/measurement.pb.h"

namespace duban {

inline constexpr Reason kPeriodInvalid{
    "PERIOD_INVALID", absl::StatusCode::kInvalidArgument,
    "“{value}”不是有效的期别(年 2024、半年 2024-H1、季 2024-Q1、月 2024-03、旬 2024-03-D1)",
    "\"{value}\" is not a period (2024, 2024-H1, 2024-Q1, 2024-03, 2024-03-D1)."};
inline constexpr Reason kDateInvalid{"DATE_INVALID", absl::StatusCode::kInvalidArgument,
                                     "“{value}”不是有效的日期(YYYY-MM-DD)",
                                     "\"{value}\" is not a date (YYYY-MM-DD)."};

// One period of a rhythm, of a year from 1990 to 2100. A value type; always valid.
class Period {
 public:
  using Kind = common::v1::PeriodKind;

  // INVALID_ARGUMENT PERIOD_INVALID unless it is a period as written in domain terms: `2024`,
  // `2024-H1`, `2024-Q1`, `2024-03`, `2024-03-D1`.
  static absl::StatusOr<Period> Parse(std::string_view text);

  // The period of `kind` that contains `day`. The day's year must be 1990–2100.
  static Period Containing(Kind kind, absl::CivilDay day);

  // All periods of `kind` in the year, in order: 1, 2, 4, 12 or 36.
  static std::vector<Period> TilesOf(int year, Kind kind);

  Kind kind() const { return kind_; }
  int year() const { return year_; }
  int ordinal() const { return ordinal_; }  // 1-based within the year
  absl::CivilDay first_day() const;
  absl::CivilDay last_day() const;
  bool Contains(absl::CivilDay day) const;
  std::string ToString() const;

  // The neighbour of the same kind; nothing outside 1990–2100.
  std::optional<Period> Next() const;
  std::optional<Period> Previous() const;

  // The period of the coarser kind that contains this one: DEKAD → MONTH → QUARTER → HALF_YEAR →
  // YEAR; nothing for a year.
  std::optional<Period> Parent() const;

  friend bool operator==(const Period&, const Period&) = default;

 private:
  Period(Kind kind, int year, int ordinal) : kind_(kind), year_(year), ordinal_(ordinal) {}

  Kind kind_;
  int year_;
  int ordinal_;
};

// `YYYY-MM-DD`, an existing day of 1990–2100; else INVALID_ARGUMENT DATE_INVALID naming `field`.
absl::StatusOr<absl::CivilDay> ParseDate(std::string_view text, std::string_view field);
std::string FormatDate(absl::CivilDay day);

}  // namespace duban

#endif  // DUBAN_COMMON_CALENDAR_PERIOD_H_
