#ifndef DUBAN_COMMON_BASE_DECIMAL_H_
#define DUBAN_COMMON_BASE_DECIMAL_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "boost/multiprecision/cpp_int.hpp"

namespace duban {

// An exact fraction of any size, for arithmetic between decimals. Judge on it, round only to show.
// Without expression templates: they cost every translation unit seconds and these numbers nothing.
using Rational = boost::multiprecision::number<boost::multiprecision::cpp_rational_backend,
                                               boost::multiprecision::et_off>;
using Integer = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>,
                                              boost::multiprecision::et_off>;

// An exact decimal of at most 22 digits before and 6 after the point: what DECIMAL(28,6) holds.
class Decimal {
 public:
  Decimal() = default;  // 0

  // Parses `-?digits[.digits]`. INVALID_ARGUMENT DECIMAL_INVALID for anything else: blanks, signs
  // of plus, exponents, NaN, no digit before or after the point, too many digits.
  static absl::StatusOr<Decimal> Parse(std::string_view text);

  // The rational if it is a decimal of this range exactly; else OUT_OF_RANGE DECIMAL_OUT_OF_RANGE.
  static absl::StatusOr<Decimal> FromRational(const Rational& value);

  static Decimal FromInt(int64_t value);

  // Shortest form: no trailing zeros after the point, no point without digits, "-0" is "0".
  std::string ToString() const;

  Rational ToRational() const;

  bool IsWhole() const;
  int Sign() const;  // -1, 0, 1

  friend bool operator==(const Decimal& a, const Decimal& b) { return a.micros_ == b.micros_; }
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
    const int order = a.micros_.compare(b.micros_);
    return order <=> 0;
  }

 private:
  explicit Decimal(boost::multiprecision::int128_t micros) : micros_(std::move(micros)) {}

  boost::multiprecision::int128_t micros_ = 0;  // value × 10⁶
};

// The largest whole number not above the value.
Integer Floor(const Rational& value);

// The value with exactly `places` decimals (0 or more), rounded half away from zero (四舍五入).
std::string FormatRounded(const Rational& value, int places);

// The value with at most `places` decimals, rounded half away from zero, without trailing zeros.
std::string FormatShortest(const Rational& value, int places);

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_DECIMAL_H_
