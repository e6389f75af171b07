// Numbers, dates and places of cells.
#include "common/workbook/cell_text.h"

#include <string>

#include "gtest/gtest.h"

namespace duban::workbook {
namespace {

struct TextCase {
  std::string in;
  std::string want;  // empty: nothing
};

void PrintTo(const TextCase& c, std::ostream* out) { *out << c.in; }

class PlainDecimalTest : public ::testing::TestWithParam<TextCase> {};

TEST_P(PlainDecimalTest, IsTheDecimalThatWasMeant) {
  EXPECT_EQ(PlainDecimal(GetParam().in).value_or(""), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Numbers, PlainDecimalTest,
    ::testing::Values(TextCase{"0", "0"}, TextCase{"-0", "0"}, TextCase{"260", "260"},
                      TextCase{"-12.5", "-12.5"}, TextCase{"0.1", "0.1"},
                      TextCase{"0.10000000000000001", "0.1"}, TextCase{"1.1000000000000001", "1.1"},
                      TextCase{"0.29999999999999999", "0.3"}, TextCase{"1E-2", "0.01"},
                      TextCase{"1.5E+3", "1500"}, TextCase{"9.9999999999999995E-7", "0.000001"},
                      TextCase{"0.0000001", "0.0000001"}, TextCase{"1e5", "100000"},
                      TextCase{"123456789012345", "123456789012345"},
                      TextCase{"999999999999999", "999999999999999"},
                      TextCase{"1000000000000000", ""}, TextCase{"12345678901234567", ""},
                      TextCase{"1e999", ""}, TextCase{"NaN", ""}, TextCase{"inf", ""},
                      TextCase{"1,000", ""}, TextCase{"", ""}, TextCase{" 1", ""},
                      TextCase{"1x", ""}));

struct DateCase {
  std::string serial;
  bool from_1904;
  std::string want;
};

void PrintTo(const DateCase& c, std::ostream* out) { *out << c.serial << " " << c.from_1904; }

class DateTextTest : public ::testing::TestWithParam<DateCase> {};

TEST_P(DateTextTest, IsTheDayThatIsShown) {
  EXPECT_EQ(DateText(GetParam().serial, GetParam().from_1904).value_or(""), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Days, DateTextTest,
    ::testing::Values(DateCase{"45382", false, "2024-03-31"}, DateCase{"43920", true, "2024-03-31"},
                      DateCase{"45382.5", false, "2024-03-31T12:00:00"},
                      DateCase{"1", false, "1900-01-01"}, DateCase{"59", false, "1900-02-28"},
                      DateCase{"60", false, ""}, DateCase{"61", false, "1900-03-01"},
                      DateCase{"0", true, "1904-01-01"}, DateCase{"0", false, ""},
                      DateCase{"2958465", false, "9999-12-31"}, DateCase{"2958466", false, ""},
                      DateCase{"2958000", true, ""}, DateCase{"-1", false, ""},
                      DateCase{"x", false, ""}));

TEST(IsDateFormatTest, LooksAtWhatIsShown) {
  for (const char* format :
       {"yyyy-mm-dd", "yyyy\"年\"m\"月\"d\"日\"", "[$-804]M/D/YY", "h:mm", "mm:ss.0", "0\" \"h"}) {
    EXPECT_TRUE(IsDateFormat(format)) << format;
  }
  for (const char* format : {"General", "0.00", "#,##0\"days\"", "[Red]0", "0\\d", "\"y\"0", "@",
                             "", "0;[Red]-0;d", "\"open"}) {
    EXPECT_FALSE(IsDateFormat(format)) << format;
  }
  for (const int id : {14, 22, 27, 36, 45, 47, 50, 58}) EXPECT_TRUE(IsDateFormat(id)) << id;
  for (const int id : {0, 13, 23, 26, 37, 44, 48, 49, 59, 164})
    EXPECT_FALSE(IsDateFormat(id)) << id;
}

TEST(CellNameTest, GoesBothWays) {
  const std::pair<std::pair<int, int>, std::string> kPlaces[] = {{{1, 1}, "A1"},
                                                                 {{5, 5}, "E5"},
                                                                 {{9, 26}, "Z9"},
                                                                 {{9, 27}, "AA9"},
                                                                 {{100, 702}, "ZZ100"},
                                                                 {{1, 703}, "AAA1"},
                                                                 {{1048576, 16384}, "XFD1048576"}};
  for (const auto& [place, name] : kPlaces) {
    EXPECT_EQ(CellName(place.first, place.second), name);
    EXPECT_EQ(ParseCellName(name), place);
  }
  for (const char* name : {"", "A", "1", "A0", "a1", "A-1", "A1B", "XFE1", "A1048577", "A1.0",
                           "AAAAAAAAAAAAAAAAAAAA1", "A99999999999"}) {
    EXPECT_FALSE(ParseCellName(name)) << name;
  }
}

}  // namespace
}  // namespace duban::workbook
