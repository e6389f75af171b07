#include "common/base/decimal.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace duban {
namespace {

using boost::multiprecision::int128_t;

constexpr size_t kIntegerDigits = 22;
constexpr size_t kFractionDigits = 6;

bool AreDigits(std::string_view text, size_t at_most) {
  return !text.empty() && text.size() <= at_most &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); });
}

Integer PowerOfTen(int exponent) {
  return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent));
}

// The digits of `magnitude` / 10^places with all its places, and the minus sign where it has one.
std::string WithPoint(bool negative, const std::string& magnitude, size_t places) {
  std::string digits = magnitude;
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - places, ".");
  const bool zero = digits.find_first_not_of("0.") == std::string::npos;
  return negative && !zero ? absl::StrCat("-", digits) : digits;
}

std::string WithoutTrailingZeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

absl::StatusOr<Decimal> Decimal::Parse(std::string_view text) {
  std::string_view digits = text;
  const bool negative = !digits.empty() && digits.front() == '-';
  if (negative) digits.remove_prefix(1);
  const size_t point = digits.find('.');
  const std::string_view whole = digits.substr(0, point);
  const bool has_point = point != std::string_view::npos;
  const std::string_view fraction = has_point ? digits.substr(point + 1) : std::string_view();
  if (!AreDigits(whole, kIntegerDigits) || (has_point && !AreDigits(fraction, kFractionDigits))) {
    return Error(kDecimalInvalid).With("value", text);
  }
  int128_t micros = 0;
  for (const char c : whole) micros = micros * 10 + (c - '0');
  for (size_t i = 0; i < kFractionDigits; ++i) {
    micros = micros * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  return Decimal(negative ? int128_t(-micros) : micros);
}

absl::StatusOr<Decimal> Decimal::FromRational(const Rational& value) {
  const Rational micros = value * PowerOfTen(kFractionDigits);
  static const Integer kLimit = PowerOfTen(kIntegerDigits + kFractionDigits);
  if (denominator(micros) != 1 || abs(numerator(micros)) >= kLimit) {
    return Error(kDecimalOutOfRange);
  }
  return Decimal(numerator(micros).convert_to<int128_t>());
}

Decimal Decimal::FromInt(int64_t value) { return Decimal(int128_t(value) * 1'000'000); }

std::string Decimal::ToString() const {
  const std::string magnitude = int128_t(abs(micros_)).str();
  return WithoutTrailingZeros(WithPoint(micros_ < 0, magnitude, kFractionDigits));
}

Rational Decimal::ToRational() const {
  return Rational(Integer(micros_), PowerOfTen(kFractionDigits));
}

bool Decimal::IsWhole() const { return micros_ % 1'000'000 == 0; }

int Decimal::Sign() const { return micros_.sign(); }

Integer Floor(const Rational& value) {
  Integer quotient;
  Integer remainder;
  divide_qr(numerator(value), denominator(value), quotient, remainder);
  return remainder < 0 ? Integer(quotient - 1) : quotient;
}

std::string FormatRounded(const Rational& value, int places) {
  const Rational scaled = abs(value) * PowerOfTen(places);
  const Integer doubled = denominator(scaled) * 2;
  const Integer rounded = (numerator(scaled) * 2 + denominator(scaled)) / doubled;
  return WithPoint(value < 0, rounded.str(), static_cast<size_t>(places));
}

std::string FormatShortest(const Rational& value, int places) {
  return WithoutTrailingZeros(FormatRounded(value, places));
}

}  // namespace duban
