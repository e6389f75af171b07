#include "common/calendar/period.h"

#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using absl::CivilDay;
using common::v1::DEKAD;
using common::v1::HALF_YEAR;
using common::v1::MONTH;
using common::v1::QUARTER;
using common::v1::YEAR;
using testing::FailsWith;
using testing::IsOk;

constexpr Period::Kind kKinds[] = {YEAR, HALF_YEAR, QUARTER, MONTH, DEKAD};

TEST(PeriodTest, Parses) {
  const struct {
    const char* text;
    Period::Kind kind;
    int year;
    int ordinal;
    CivilDay first;
    CivilDay last;
  } cases[] = {
      {"2024", YEAR, 2024, 1, CivilDay(2024, 1, 1), CivilDay(2024, 12, 31)},
      {"1990", YEAR, 1990, 1, CivilDay(1990, 1, 1), CivilDay(1990, 12, 31)},
      {"2100", YEAR, 2100, 1, CivilDay(2100, 1, 1), CivilDay(2100, 12, 31)},
      {"2024-H1", HALF_YEAR, 2024, 1, CivilDay(2024, 1, 1), CivilDay(2024, 6, 30)},
      {"2024-H2", HALF_YEAR, 2024, 2, CivilDay(2024, 7, 1), CivilDay(2024, 12, 31)},
      {"2024-Q1", QUARTER, 2024, 1, CivilDay(2024, 1, 1), CivilDay(2024, 3, 31)},
      {"2024-Q2", QUARTER, 2024, 2, CivilDay(2024, 4, 1), CivilDay(2024, 6, 30)},
      {"2024-Q3", QUARTER, 2024, 3, CivilDay(2024, 7, 1), CivilDay(2024, 9, 30)},
      {"2024-Q4", QUARTER, 2024, 4, CivilDay(2024, 10, 1), CivilDay(2024, 12, 31)},
      {"2024-03", MONTH, 2024, 3, CivilDay(2024, 3, 1), CivilDay(2024, 3, 31)},
      {"2024-12", MONTH, 2024, 12, CivilDay(2024, 12, 1), CivilDay(2024, 12, 31)},
      {"2024-02", MONTH, 2024, 2, CivilDay(2024, 2, 1), CivilDay(2024, 2, 29)},
      {"2023-02", MONTH, 2023, 2, CivilDay(2023, 2, 1), CivilDay(2023, 2, 28)},
      {"2000-02", MONTH, 2000, 2, CivilDay(2000, 2, 1), CivilDay(2000, 2, 29)},
      {"2100-02", MONTH, 2100, 2, CivilDay(2100, 2, 1), CivilDay(2100, 2, 28)},
      {"2024-01-D1", DEKAD, 2024, 1, CivilDay(2024, 1, 1), CivilDay(2024, 1, 10)},
      {"2024-01-D2", DEKAD, 2024, 2, CivilDay(2024, 1, 11), CivilDay(2024, 1, 20)},
      {"2024-01-D3", DEKAD, 2024, 3, CivilDay(2024, 1, 21), CivilDay(2024, 1, 31)},
      {"2024-02-D3", DEKAD, 2024, 6, CivilDay(2024, 2, 21), CivilDay(2024, 2, 29)},
      {"2023-02-D3", DEKAD, 2023, 6, CivilDay(2023, 2, 21), CivilDay(2023, 2, 28)},
      {"2024-03-D3", DEKAD, 2024, 9, CivilDay(2024, 3, 21), CivilDay(2024, 3, 31)},
      {"2024-04-D3", DEKAD, 2024, 12, CivilDay(2024, 4, 21), CivilDay(2024, 4, 30)},
      {"2024-12-D3", DEKAD, 2024, 36, CivilDay(2024, 12, 21), CivilDay(2024, 12, 31)},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<Period> period = Period::Parse(c.text);
    ASSERT_THAT(period, IsOk()) << c.text;
    EXPECT_EQ(period->kind(), c.kind) << c.text;
    EXPECT_EQ(period->year(), c.year) << c.text;
    EXPECT_EQ(period->ordinal(), c.ordinal) << c.text;
    EXPECT_EQ(period->first_day(), c.first) << c.text;
    EXPECT_EQ(period->last_day(), c.last) << c.text;
    EXPECT_EQ(period->ToString(), c.text);
  }
}

TEST(PeriodTest, RefusesWhatIsNone) {
  const std::string cases[] = {
      "",
      " ",
      "24",
      "202",
      "20245",
      " 2024",
      "2024 ",
      "2024\n",
      "+2024",
      "1989",
      "2101",
      "0000",
      "9999",
      "1989-12",
      "2101-01-D1",
      "2024-",
      "2024-1",
      "2024-3",
      "2024-00",
      "2024-13",
      "2024-99",
      "2024-003",
      "2024- 3",
      "2024-+3",
      "2024-H0",
      "2024-H3",
      "2024-h1",
      "2024-H",
      "2024-H12",
      "2024H1",
      "2024-Q0",
      "2024-Q5",
      "2024-q1",
      "2024-Q",
      "2024-Q1-D1",
      "2024-D1",
      "2024-03-D0",
      "2024-02-D4",
      "2024-03-d1",
      "2024-03-D",
      "2024-03D1",
      "2024-03-D11",
      "2024-00-D1",
      "2024-13-D1",
      "2024-3-D1",
      "2024-03-01",
      "2024-03-1",
      "2024/03",
      "二〇二四",
      "２０２４",
      "2024年3月",
      "2024-W10",
      "2024_03",
      "2024-03-",
      "-2024",
      "2024--3",
      "202a",
      "2024-0a",
      "2024-03-Da",
      "2024-03-D-",
      std::string("2024\0", 5),
      std::string(1'000'000, '2'),
  };
  for (const std::string& text : cases) {
    EXPECT_THAT(Period::Parse(text),
                FailsWith(absl::StatusCode::kInvalidArgument, "PERIOD_INVALID"))
        << text.substr(0, 50);
  }
  EXPECT_EQ(GetLocalizedText(Period::Parse("2024-02-D4").status(), "zh-CN"),
            "“2024-02-D4”不是有效的期别(年 2024、半年 2024-H1、季 2024-Q1、月 2024-03、"
            "旬 2024-03-D1)");
}

TEST(PeriodTest, ThirtySixDekadsTile2024) {
  const std::vector<Period> dekads = Period::TilesOf(2024, DEKAD);
  ASSERT_EQ(dekads.size(), 36u);
  int64_t days = 0;
  for (const Period& dekad : dekads) days += dekad.last_day() - dekad.first_day() + 1;
  EXPECT_EQ(days, 366);
  EXPECT_EQ(dekads[8].ToString(), "2024-03-D3");
}

TEST(PeriodTest, AYearHasSoManyPeriods) {
  const size_t want[] = {1, 2, 4, 12, 36};
  for (size_t i = 0; i < std::size(kKinds); ++i) {
    EXPECT_EQ(Period::TilesOf(2025, kKinds[i]).size(), want[i]);
  }
}

TEST(PeriodTest, EveryKindTilesAllYearsWithoutGapOrOverlap) {
  for (const Period::Kind kind : kKinds) {
    CivilDay expected(1990, 1, 1);
    std::optional<Period> walked = Period::Containing(kind, expected);
    for (int year = 1990; year <= 2100; ++year) {
      for (const Period& tile : Period::TilesOf(year, kind)) {
        ASSERT_TRUE(walked.has_value()) << tile.ToString();
        ASSERT_EQ(*walked, tile);
        ASSERT_EQ(tile.first_day(), expected) << tile.ToString();
        ASSERT_LE(tile.first_day(), tile.last_day()) << tile.ToString();
        ASSERT_EQ(tile.last_day().year(), year) << tile.ToString();
        expected = tile.last_day() + 1;
        walked = tile.Next();
      }
    }
    EXPECT_EQ(expected, CivilDay(2101, 1, 1));
    EXPECT_FALSE(walked.has_value()) << "nothing follows 2100";
    EXPECT_FALSE(Period::TilesOf(1990, kind).front().Previous().has_value());
  }
}

TEST(PeriodTest, EveryDayIsInExactlyThePeriodThatContainsIt) {
  for (const Period::Kind kind : kKinds) {
    for (CivilDay day(1990, 1, 1); day.year() <= 2100; ++day) {
      const Period period = Period::Containing(kind, day);
      ASSERT_TRUE(period.Contains(day)) << period.ToString() << " " << FormatDate(day);
      ASSERT_EQ(period.kind(), kind);
    }
  }
}

TEST(PeriodTest, ContainsNeitherTheDayBeforeNorTheDayAfter) {
  for (const Period::Kind kind : kKinds) {
    for (const Period& tile : Period::TilesOf(2024, kind)) {
      EXPECT_FALSE(tile.Contains(tile.first_day() - 1)) << tile.ToString();
      EXPECT_TRUE(tile.Contains(tile.first_day())) << tile.ToString();
      EXPECT_TRUE(tile.Contains(tile.last_day())) << tile.ToString();
      EXPECT_FALSE(tile.Contains(tile.last_day() + 1)) << tile.ToString();
    }
  }
}

TEST(PeriodTest, NeighboursParentsAndTextsAgree) {
  for (const Period::Kind kind : kKinds) {
    for (int year = 1990; year <= 2100; ++year) {
      for (const Period& tile : Period::TilesOf(year, kind)) {
        if (const auto next = tile.Next()) {
          ASSERT_EQ(next->Previous(), tile);
        }
        if (const auto before = tile.Previous()) {
          ASSERT_EQ(before->Next(), tile);
        }
        const absl::StatusOr<Period> parsed = Period::Parse(tile.ToString());
        ASSERT_THAT(parsed, IsOk()) << tile.ToString();
        ASSERT_EQ(*parsed, tile);
        const std::optional<Period> parent = tile.Parent();
        ASSERT_EQ(parent.has_value(), kind != YEAR) << tile.ToString();
        if (!parent) continue;
        ASSERT_EQ(parent->kind(), kind - 1) << tile.ToString();
        ASSERT_TRUE(parent->Contains(tile.first_day())) << tile.ToString();
        ASSERT_TRUE(parent->Contains(tile.last_day())) << tile.ToString();
      }
    }
  }
}

TEST(PeriodTest, ChainOfParents) {
  std::optional<Period> period = *Period::Parse("2024-08-D2");
  for (const char* want : {"2024-08", "2024-Q3", "2024-H2", "2024"}) {
    period = period->Parent();
    ASSERT_TRUE(period.has_value());
    EXPECT_EQ(period->ToString(), want);
  }
  EXPECT_FALSE(period->Parent().has_value());
}

TEST(PeriodTest, NeighboursCrossTheYear) {
  const struct {
    const char* text;
    const char* next;
  } cases[] = {{"2024", "2025"},       {"2024-H2", "2025-H1"},       {"2024-Q4", "2025-Q1"},
               {"2024-12", "2025-01"}, {"2024-12-D3", "2025-01-D1"}, {"2024-02-D3", "2024-03-D1"}};
  for (const auto& c : cases) {
    EXPECT_EQ(Period::Parse(c.text)->Next()->ToString(), c.next);
    EXPECT_EQ(Period::Parse(c.next)->Previous()->ToString(), c.text);
  }
}

TEST(DateTest, ParsesExistingDays) {
  for (const char* text : {"1990-01-01", "2024-02-29", "2000-02-29", "2024-12-31", "2100-12-31"}) {
    const absl::StatusOr<CivilDay> day = ParseDate(text, "as_of_date");
    ASSERT_THAT(day, IsOk()) << text;
    EXPECT_EQ(FormatDate(*day), text);
  }
  EXPECT_EQ(*ParseDate("2024-03-09", "d"), CivilDay(2024, 3, 9));
}

TEST(DateTest, RefusesAnythingElse) {
  for (const char* text :
       {"",           "2024",       "2024-03",     "2024-3-09",    "2024-03-9",
        "2024-02-30", "2023-02-29", "2100-02-29",  "2024-04-31",   "2024-00-10",
        "2024-13-01", "2024-01-00", "2024-01-32",  "1989-12-31",   "2101-01-01",
        "2024/03/09", "20240309",   " 2024-03-09", "2024-03-09 ",  "2024-03-09T00:00",
        "2024-+3-09", "2024- 3-09", "-024-03-09",  "2024年3月9日", "９９９９-03"}) {
    EXPECT_THAT(ParseDate(text, "as_of_date"),
                FailsWith(absl::StatusCode::kInvalidArgument, "DATE_INVALID", "as_of_date"))
        << text;
  }
}

}  // namespace
}  // namespace duban
