#include "services/review/agenda_rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/timestamp.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"

namespace duban::review {
namespace {

using submission::v1::Obligation;
using submission::v1::Report;
using submission::v1::Scoreboard;
using ::testing::ElementsAre;
using v1::Agenda;

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

const absl::Time kNow = absl::FromUnixSeconds(1000);

TEST(AgendaTest, LaggingLinesStandWorstFirstWithTheirChange) {
  const auto board = FromText<Scoreboard>(R"(
    lines { indicator: "i1" gap_points: "-1.0000" light: YELLOW }
    lines { indicator: "i2" gap_points: "-12.5000" light: RED report_as_of_date: "2024-03-10" }
    lines { indicator: "i3" gap_points: "0.0000" light: GREEN }
    lines { indicator: "i4" light: GREY }
    lines { indicator: "i2" unit: "units/a" gap_points: "-1.0000" light: YELLOW })");
  const auto before = FromText<Scoreboard>(R"(
    lines { indicator: "i2" gap_points: "-2.2500" light: YELLOW }
    lines { indicator: "i1" light: GREY })");
  Agenda agenda;
  AddLagging(board, before, &agenda);
  std::vector<std::string> lines;
  for (const auto& line : agenda.lagging()) {
    lines.push_back(absl::StrCat(line.indicator(), line.unit(), " ", line.light_before(), " ",
                                 line.gap_change_points()));
  }
  EXPECT_THAT(lines, ElementsAre("i2 2 -10.2500", "i1 4 ", "i2units/a 0 "));
  EXPECT_EQ(agenda.lagging(0).as_of_date(), "2024-03-10");
}

TEST(AgendaTest, OverdueIsWhatMayStillComeAndWhatThisSessionMissed) {
  const auto obligation = [](const char* name, Obligation::State state, const char* session,
                             int due) {
    Obligation one;
    one.set_name(name);
    one.set_state(state);
    one.set_session(session);
    *one.mutable_due_time() = ToTimestamp(absl::FromUnixSeconds(due));
    return one;
  };
  Agenda agenda;
  AddOverdue({obligation("late", Obligation::OPEN, "s1", 900),
              obligation("missed", Obligation::MISSED, "s", 800),
              obligation("long ago", Obligation::MISSED, "s1", 100),
              obligation("of the year", Obligation::MISSED, "year", 850),
              obligation("to come", Obligation::OPEN, "s", 1001),
              obligation("met", Obligation::MET, "s", 700),
              obligation("waived", Obligation::WAIVED, "s", 700)},
             {{"s", "2024-H2"}, {"year", "2024"}}, kNow, &agenda);
  std::vector<std::string> names;
  for (const auto& one : agenda.overdue()) names.push_back(one.obligation());
  EXPECT_THAT(names, ElementsAre("missed", "of the year", "late"));
}

TEST(AgendaTest, ReturnedReportsStandOldestFirst) {
  Agenda agenda;
  AddReturned({FromText<Report>("name: 'b' decision { time { seconds: 2 } reason: 'y' }"),
               FromText<Report>("name: 'a' decision { time { seconds: 1 } reason: 'x' }")},
              &agenda);
  ASSERT_EQ(agenda.returned_size(), 2);
  EXPECT_EQ(agenda.returned(0).report(), "a");
  EXPECT_EQ(agenda.returned(0).reason(), "x");
}

TEST(AgendaTest, MissingNewsStandsMostFirst) {
  Agenda agenda;
  AddMissingNews(FromText<submission::v1::ArticleTally>(R"(
      lines { unit: "a" missing: 1 } lines { unit: "b" missing: 1 } lines { unit: "b" missing: 1 }
      lines { unit: "c" })"),
                 &agenda);
  ASSERT_EQ(agenda.missing_news_size(), 2);
  EXPECT_EQ(agenda.missing_news(0).unit(), "b");
  EXPECT_EQ(agenda.missing_news(0).missing(), 2);
}

TEST(AgendaTest, OpenItemsStandByDueTime) {
  Agenda agenda;
  AddOpenItems({FromText<v1::ActionItem>("name: 'b' state: ASSIGNED due_time { seconds: 2000 }"),
                FromText<v1::ActionItem>("name: 'c' state: CLOSED due_time { seconds: 1 }"),
                FromText<v1::ActionItem>("name: 'a' state: REOPENED due_time { seconds: 1000 }")},
               kNow, &agenda);
  ASSERT_EQ(agenda.open_items_size(), 2);
  EXPECT_EQ(agenda.open_items(0).action_item(), "a");
  EXPECT_TRUE(agenda.open_items(0).overdue());
  EXPECT_FALSE(agenda.open_items(1).overdue());
  EXPECT_EQ(StateText(FromText<v1::ActionItem>("state: CLOSED")), "已销号");
}

TEST(AgendaTest, MembersAndHoldersOfQuotasAttend) {
  const auto plan =
      FromText<indicator::v1::Plan>("work_group { members: 'units/b' members: 'units/a' }");
  google::protobuf::RepeatedPtrField<indicator::v1::Indicator> indicators;
  *indicators.Add() = FromText<indicator::v1::Indicator>(
      "name: 'i' responsibility { lines { unit: 'units/gone' role: ACCOUNTABLE } }");
  *indicators.Add() = FromText<indicator::v1::Indicator>(
      "name: 'i' responsibility { lines { unit: 'units/c' } lines { unit: 'units/a' }"
      " lines { unit: 'units/d' role: SUPPORT } } effective_date: '2024-03-01'");
  *indicators.Add() = FromText<indicator::v1::Indicator>(
      "name: 'i' responsibility { lines { unit: 'units/next' } } effective_date: '2024-10-01'");
  EXPECT_THAT(AttendanceOf(plan, indicators, absl::CivilDay(2024, 6, 10)),
              ElementsAre("units/a", "units/b", "units/c"));
}

}  // namespace
}  // namespace duban::review
