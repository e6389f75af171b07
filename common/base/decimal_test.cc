#include "common/base/decimal.h"

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using testing::FailsWith;
using testing::IsOk;

Decimal Parsed(const std::string& text) {
  const absl::StatusOr<Decimal> decimal = Decimal::Parse(text);
  EXPECT_THAT(decimal, IsOk()) << text;
  return decimal.ok() ? *decimal : Decimal();
}

TEST(DecimalTest, ParsesAndFormatsInShortestForm) {
  const struct {
    const char* text;
    const char* want;
  } cases[] = {
      {"0", "0"},
      {"-0", "0"},
      {"-0.000000", "0"},
      {"1", "1"},
      {"007", "7"},
      {"1.50", "1.5"},
      {"10", "10"},
      {"100.000000", "100"},
      {"-100", "-100"},
      {"0.000001", "0.000001"},
      {"-0.000001", "-0.000001"},
      {"-12.345", "-12.345"},
      {"1234567890123456789012.123456", "1234567890123456789012.123456"},
      {"9999999999999999999999.999999", "9999999999999999999999.999999"},
      {"-9999999999999999999999.999999", "-9999999999999999999999.999999"},
      {"0000000000000000000001", "1"},
  };
  for (const auto& c : cases) EXPECT_EQ(Parsed(c.text).ToString(), c.want) << c.text;
  EXPECT_EQ(Decimal().ToString(), "0");
}

TEST(DecimalTest, RefusesWhatIsNotPlain) {
  const std::string cases[] = {
      "",
      " ",
      " 1",
      "1 ",
      "1\n",
      "+1",
      "-",
      "--1",
      "- 1",
      "1-",
      ".",
      ".5",
      "-.5",
      "1.",
      "1..2",
      "1.2.3",
      "1e999",
      "1E3",
      "1e-3",
      "NaN",
      "nan",
      "inf",
      "-Infinity",
      "0x10",
      "1,000",
      "1'000",
      "1_000",
      "12345678901234567890123",   // 23 digits
      "-12345678901234567890123",  // also with a sign
      "00000000000000000000001",   // also when they are zeros
      "1.1234567",                 // 7 fraction digits
      "1.0000000",                 // also when they are zeros
      "１２",                      // full-width digits
      "三",
      "1\xff",
      std::string("1\0", 2),
      std::string(100'000, '9'),
  };
  for (const std::string& text : cases) {
    EXPECT_THAT(Decimal::Parse(text),
                FailsWith(absl::StatusCode::kInvalidArgument, "DECIMAL_INVALID"))
        << text.substr(0, 50);
  }
}

TEST(DecimalTest, RefusalQuotesTheTextInBothLanguages) {
  const absl::Status status = Decimal::Parse("1e999").status();
  EXPECT_EQ(GetLocalizedText(status, "zh-CN"),
            "“1e999”不是有效的十进制数(整数部分最多22位,小数最多6位,不用指数)");
  EXPECT_EQ(
      status.message(),
      "\"1e999\" is not a decimal of at most 22 integer and 6 fraction digits without exponent.");
}

TEST(DecimalTest, ComparesByValue) {
  const char* const ascending[] = {"-9999999999999999999999.999999",
                                   "-1.5",
                                   "-1",
                                   "-0.000001",
                                   "0",
                                   "0.000001",
                                   "0.1",
                                   "2",
                                   "10",
                                   "9999999999999999999999.999999"};
  for (size_t i = 0; i < std::size(ascending); ++i) {
    for (size_t j = 0; j < std::size(ascending); ++j) {
      const Decimal a = Parsed(ascending[i]);
      const Decimal b = Parsed(ascending[j]);
      EXPECT_EQ(a < b, i < j) << ascending[i] << " " << ascending[j];
      EXPECT_EQ(a == b, i == j) << ascending[i] << " " << ascending[j];
    }
  }
  EXPECT_EQ(Parsed("1.50"), Parsed("1.5"));
  EXPECT_EQ(Parsed("-0"), Decimal());
}

TEST(DecimalTest, KnowsSignAndWholeness) {
  EXPECT_EQ(Parsed("-0.5").Sign(), -1);
  EXPECT_EQ(Parsed("-0").Sign(), 0);
  EXPECT_EQ(Parsed("0.5").Sign(), 1);
  EXPECT_TRUE(Parsed("-3.000").IsWhole());
  EXPECT_TRUE(Parsed("0").IsWhole());
  EXPECT_FALSE(Parsed("3.000001").IsWhole());
  EXPECT_FALSE(Parsed("-0.5").IsWhole());
}

TEST(DecimalTest, TakesIntegersWhole) {
  EXPECT_EQ(Decimal::FromInt(-42).ToString(), "-42");
  EXPECT_EQ(Decimal::FromInt(INT64_MAX).ToString(), "9223372036854775807");
  EXPECT_EQ(Decimal::FromInt(INT64_MIN).ToString(), "-9223372036854775808");
}

TEST(DecimalTest, AddsUnitsOfMoneyExactly) {
  // 3000 万元 + 0.7 亿元 = 1 亿元
  const Rational yi = Parsed("3000").ToRational() / 10'000 + Parsed("0.7").ToRational();
  const absl::StatusOr<Decimal> sum = Decimal::FromRational(yi);
  ASSERT_THAT(sum, IsOk());
  EXPECT_EQ(sum->ToString(), "1");
}

TEST(DecimalTest, FromRationalTakesOnlyWhatItHoldsExactly) {
  const Rational highest = Parsed("9999999999999999999999.999999").ToRational();
  const Rational smallest(1, 1'000'000);
  for (const Rational& value : {highest, Rational(-highest), smallest, Rational(0)}) {
    const absl::StatusOr<Decimal> decimal = Decimal::FromRational(value);
    ASSERT_THAT(decimal, IsOk());
    EXPECT_EQ(decimal->ToRational(), value);
  }
  const Rational refused[] = {highest + smallest, -highest - smallest, Rational(1, 3),
                              Rational(1, 10'000'000), highest * highest};
  for (const Rational& value : refused) {
    EXPECT_THAT(Decimal::FromRational(value),
                FailsWith(absl::StatusCode::kOutOfRange, "DECIMAL_OUT_OF_RANGE"))
        << value;
  }
}

TEST(DecimalTest, RandomTextsSurviveTheWayThroughRational) {
  std::mt19937_64 random(20240331);
  for (int i = 0; i < 2000; ++i) {
    std::string text = random() % 2 == 0 ? "-" : "";
    text += static_cast<char>('1' + random() % 9);
    for (size_t left = random() % 22; left > 0; --left) {
      text += static_cast<char>('0' + random() % 10);
    }
    if (const size_t places = random() % 7; places > 0) {
      text += '.';
      for (size_t left = places - 1; left > 0; --left) {
        text += static_cast<char>('0' + random() % 10);
      }
      text += static_cast<char>('1' + random() % 9);
    }
    const Decimal decimal = Parsed(text);
    EXPECT_EQ(decimal.ToString(), text);
    const absl::StatusOr<Decimal> back = Decimal::FromRational(decimal.ToRational());
    ASSERT_THAT(back, IsOk());
    EXPECT_EQ(*back, decimal);
  }
}

TEST(FloorTest, GoesDownAlsoBelowZero) {
  const struct {
    Rational value;
    int want;
  } cases[] = {
      {Rational(0), 0},
      {Rational(5), 5},
      {Rational(7, 2), 3},
      {Rational(-7, 2), -4},
      {Rational(-4), -4},
      {Rational(-1, 1000), -1},
      {Rational(999, 1000), 0},
      {Rational(260) * 91 / 366, 64},  // 260 contracts by the 91st day of 2024: 64.64…
      {Rational(260) * 9 / 36, 65},    // by nine dekads of 36
  };
  for (const auto& c : cases) EXPECT_EQ(Floor(c.value), c.want) << c.value;
}

TEST(FormatTest, RoundsHalfAwayFromZero) {
  const struct {
    const char* name;
    Rational value;
    int places;
    const char* rounded;
    const char* shortest;
  } cases[] = {
      {"zero", Rational(0), 4, "0.0000", "0"},
      {"whole", Rational(3), 4, "3.0000", "3"},
      {"no places", Rational(5, 2), 0, "3", "3"},
      {"no places below zero", Rational(-5, 2), 0, "-3", "-3"},
      {"tens keep their zeros", Rational(100), 0, "100", "100"},
      {"just below half", Rational(2'499'999, 1'000'000), 0, "2", "2"},
      {"half goes up", Rational(12345, 100'000), 4, "0.1235", "0.1235"},
      {"also after an even digit", Rational(12425, 100'000), 4, "0.1243", "0.1243"},
      {"half of a negative goes down", Rational(-12345, 100'000), 4, "-0.1235", "-0.1235"},
      {"carries", Rational(99'995, 100'000), 4, "1.0000", "1"},
      {"carries below zero", Rational(-99'995, 100'000), 4, "-1.0000", "-1"},
      {"carries into a new digit", Rational(999'999'995, 10'000'000), 4, "100.0000", "100"},
      {"a third", Rational(1, 3), 4, "0.3333", "0.3333"},
      {"two thirds", Rational(2, 3), 4, "0.6667", "0.6667"},
      {"minus two thirds", Rational(-2, 3), 4, "-0.6667", "-0.6667"},
      {"a negative that rounds to zero has no sign", Rational(-1, 100'000), 4, "0.0000", "0"},
      {"the smallest half below zero", Rational(-1, 20'000), 4, "-0.0001", "-0.0001"},
      {"six places", Rational(1, 7), 6, "0.142857", "0.142857"},
      {"shortest drops zeros inside the places", Rational(1, 2), 4, "0.5000", "0.5"},
      {"one place", Rational(-1, 20), 1, "-0.1", "-0.1"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(FormatRounded(c.value, c.places), c.rounded) << c.name;
    EXPECT_EQ(FormatShortest(c.value, c.places), c.shortest) << c.name;
  }
}

TEST(FormatTest, TakesValuesOfAnySize) {
  const Rational huge = Decimal::Parse("9999999999999999999999.999999")->ToRational();
  EXPECT_EQ(FormatRounded(huge, 4), "10000000000000000000000.0000");
  EXPECT_EQ(FormatRounded(huge * 1000, 6), "9999999999999999999999999.999000");
}

}  // namespace
}  // namespace duban
