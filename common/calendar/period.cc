#include "common/calendar/period.h"

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"

namespace duban {
namespace {

using common::v1::DEKAD;
using common::v1::HALF_YEAR;
using common::v1::MONTH;
using common::v1::QUARTER;
using common::v1::YEAR;

constexpr int kFirstYear = 1990;
constexpr int kLastYear = 2100;
constexpr int kDekadsPerMonth = 3;
constexpr int kDaysPerDekad = 10;

int PeriodsPerYear(Period::Kind kind) {
  switch (kind) {
    case YEAR:
      return 1;
    case HALF_YEAR:
      return 2;
    case QUARTER:
      return 4;
    case MONTH:
      return 12;
    case DEKAD:
      return 36;
    default:
      std::abort();  // no rhythm: refused where the kind came in
  }
}

std::optional<int> Number(std::string_view digits) {
  int number = 0;
  for (const char c : digits) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

// The number if it is one and lies within the range; digits are few, so it cannot overflow.
std::optional<int> NumberWithin(std::string_view digits, int low, int high) {
  const std::optional<int> number = Number(digits);
  if (!number || *number < low || *number > high) return std::nullopt;
  return number;
}

struct Place {
  Period::Kind kind;
  int ordinal;
};

std::optional<Place> ParsePlace(std::string_view text) {
  if (text.empty()) return Place{YEAR, 1};
  if (text.front() != '-') return std::nullopt;
  if (text.size() == 3 && text[1] == 'H') {
    const auto half = NumberWithin(text.substr(2), 1, 2);
    if (half) return Place{HALF_YEAR, *half};
  } else if (text.size() == 3 && text[1] == 'Q') {
    const auto quarter = NumberWithin(text.substr(2), 1, 4);
    if (quarter) return Place{QUARTER, *quarter};
  } else if (text.size() == 3) {
    const auto month = NumberWithin(text.substr(1), 1, 12);
    if (month) return Place{MONTH, *month};
  } else if (text.size() == 6 && text.substr(3, 2) == "-D") {
    const auto month = NumberWithin(text.substr(1, 2), 1, 12);
    const auto dekad = NumberWithin(text.substr(5), 1, kDekadsPerMonth);
    if (month && dekad) return Place{DEKAD, (*month - 1) * kDekadsPerMonth + *dekad};
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<Period> Period::Parse(std::string_view text) {
  if (text.size() >= 4) {
    const auto year = NumberWithin(text.substr(0, 4), kFirstYear, kLastYear);
    const auto place = ParsePlace(text.substr(4));
    if (year && place) return Period(place->kind, *year, place->ordinal);
  }
  return Error(kPeriodInvalid).With("value", text);
}

Period Period::Containing(Kind kind, absl::CivilDay day) {
  const int year = static_cast<int>(day.year());
  const int month = day.month();
  if (kind == DEKAD) {
    // The 31st belongs to the third dekad.
    const int dekad = day.day() > 2 * kDaysPerDekad ? 3 : (day.day() + 9) / kDaysPerDekad;
    return Period(kind, year, (month - 1) * kDekadsPerMonth + dekad);
  }
  const int months = 12 / PeriodsPerYear(kind);
  return Period(kind, year, (month - 1) / months + 1);
}

std::vector<Period> Period::TilesOf(int year, Kind kind) {
  std::vector<Period> tiles;
  for (int ordinal = 1; ordinal <= PeriodsPerYear(kind); ++ordinal) {
    tiles.push_back(Period(kind, year, ordinal));
  }
  return tiles;
}

absl::CivilDay Period::first_day() const {
  if (kind_ == DEKAD) {
    return absl::CivilDay(year_, (ordinal_ - 1) / kDekadsPerMonth + 1,
                          (ordinal_ - 1) % kDekadsPerMonth * kDaysPerDekad + 1);
  }
  return absl::CivilDay(year_, (ordinal_ - 1) * (12 / PeriodsPerYear(kind_)) + 1, 1);
}

absl::CivilDay Period::last_day() const {
  const absl::CivilDay first = first_day();
  if (kind_ == DEKAD && ordinal_ % kDekadsPerMonth != 0) return first + (kDaysPerDekad - 1);
  const int months = kind_ == DEKAD ? 1 : 12 / PeriodsPerYear(kind_);
  return absl::CivilDay(absl::CivilMonth(first) + months) - 1;
}

bool Period::Contains(absl::CivilDay day) const { return first_day() <= day && day <= last_day(); }

std::string Period::ToString() const {
  switch (kind_) {
    case HALF_YEAR:
      return absl::StrFormat("%04d-H%d", year_, ordinal_);
    case QUARTER:
      return absl::StrFormat("%04d-Q%d", year_, ordinal_);
    case MONTH:
      return absl::StrFormat("%04d-%02d", year_, ordinal_);
    case DEKAD:
      return absl::StrFormat("%04d-%02d-D%d", year_, (ordinal_ - 1) / kDekadsPerMonth + 1,
                             (ordinal_ - 1) % kDekadsPerMonth + 1);
    default:
      return absl::StrFormat("%04d", year_);
  }
}

std::optional<Period> Period::Next() const {
  if (ordinal_ < PeriodsPerYear(kind_)) return Period(kind_, year_, ordinal_ + 1);
  if (year_ == kLastYear) return std::nullopt;
  return Period(kind_, year_ + 1, 1);
}

std::optional<Period> Period::Previous() const {
  if (ordinal_ > 1) return Period(kind_, year_, ordinal_ - 1);
  if (year_ == kFirstYear) return std::nullopt;
  return Period(kind_, year_ - 1, PeriodsPerYear(kind_));
}

std::optional<Period> Period::Parent() const {
  switch (kind_) {
    case DEKAD:
      return Containing(MONTH, first_day());
    case MONTH:
      return Containing(QUARTER, first_day());
    case QUARTER:
      return Containing(HALF_YEAR, first_day());
    case HALF_YEAR:
      return Containing(YEAR, first_day());
    default:
      return std::nullopt;
  }
}

absl::StatusOr<absl::CivilDay> ParseDate(std::string_view text, std::string_view field) {
  if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
    const auto year = NumberWithin(text.substr(0, 4), kFirstYear, kLastYear);
    const auto month = NumberWithin(text.substr(5, 2), 1, 12);
    const auto day = NumberWithin(text.substr(8), 1, 31);
    if (year && month && day) {
      const absl::CivilDay date(*year, *month, *day);
      // CivilDay reads 30 February as 1 or 2 March.
      if (date.month() == *month) return date;
    }
  }
  return Error(kDateInvalid).With("value", text).Field(field);
}

std::string FormatDate(absl::CivilDay day) { return absl::FormatCivilTime(day); }

}  // namespace duban
