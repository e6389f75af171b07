#include "services/review/bulletin_content_rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/review/bulletin_ranking_rules.h"
#include "services/review/bulletin_text_rules.h"

namespace duban::review {
namespace {

using submission::v1::ObligationCounts;
using submission::v1::Scoreboard;
using v1::BulletinContent;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

const std::map<std::string, std::string> kNames = {
    {"units/a", "甲局"}, {"units/b", "乙局"}, {"units/c", "丙局"}, {"units/d", "丁局"}};

std::string LineText(const std::string& indicator, const std::string& unit,
                     const std::string& completion, const std::string& light,
                     const std::string& more = "") {
  return absl::StrCat("lines { indicator: 'plans/p/indicators/", indicator,
                      "' indicator_display_name: '", indicator, "' unit: '",
                      unit.empty() ? "" : absl::StrCat("units/", unit), "' completion_percent: '",
                      completion, "' light: ", light, " ", more, " } ");
}

// `1 甲局 50.0000 2 +1, …`
std::string Text(const Places& places) {
  return absl::StrJoin(places, ", ", [](std::string* out, const BulletinContent::Place& place) {
    absl::StrAppend(out, place.rank(), " ", place.unit_name(), " ", place.percent(), " ",
                    place.count(), " ", place.change());
  });
}

TEST(BulletinRankingTest, CompletionIsTheMeanCappedAndTiesShareThePlace) {
  const auto board = Parse<Scoreboard>(absl::StrCat(
      LineText("x", "", "500", "GREEN"),                      // the whole plan is no unit
      LineText("x", "a", "150", "GREEN"),                     // capped: 100
      LineText("y", "a", "20", "RED"),                        // a: 60
      LineText("x", "b", "60", "GREEN"),                      // b: 60, no red
      LineText("x", "c", "", "GREY", "grey_cause: NO_DATA"),  // c: 50
      LineText("y", "c", "100", "GREEN"), LineText("z", "c", "", "GREY", "grey_cause: NOT_DUE"),
      LineText("z", "d", "", "GREY", "grey_cause: NOT_COMPUTABLE")));  // d: none
  EXPECT_EQ(Text(RankCompletion(board, kNames, {})),
            "1 乙局 60.0000 1 0, 1 甲局 60.0000 2 0, 3 丙局 50.0000 2 0");
}

TEST(BulletinRankingTest, WhatLooksEqualRoundedIsNoTie) {
  // The mean of 33.3333 and 0 is 16.66665, which is shown as 16.6667.
  const auto board = Parse<Scoreboard>(absl::StrCat(LineText("x", "a", "33.3333", "RED"),
                                                    LineText("y", "a", "0", "RED"),
                                                    LineText("x", "b", "16.6667", "RED")));
  EXPECT_EQ(Text(RankCompletion(board, kNames, {})), "1 乙局 16.6667 1 0, 2 甲局 16.6667 2 0");
}

TEST(BulletinRankingTest, TimelinessIsTheShareOnTime) {
  const std::map<std::string, ObligationCounts> counts = {
      {"units/a", Parse<ObligationCounts>("expected: 3 on_time: 2")},
      {"units/b", Parse<ObligationCounts>("expected: 4 on_time: 4")},
      {"units/c", Parse<ObligationCounts>("expected: 1 on_time: 1")},
      {"units/d", Parse<ObligationCounts>("expected: 0 waived: 2 total: 2")}};
  Places before;
  before.Add()->set_unit("units/a");
  before.rbegin()->set_rank(1);
  EXPECT_EQ(Text(RankTimeliness(counts, kNames, before)),
            "1 乙局 100.0000 4 0, 1 丙局 100.0000 1 0, 3 甲局 66.6667 3 -2");
}

DocumentFacts FactsOf(const std::string& lines) {
  DocumentFacts facts;
  facts.plan = Parse<indicator::v1::Plan>(R"pb(
    name: "plans/p"
    title: "方案"
    time_zone: "Asia/Shanghai"
    work_group { members: "units/b" members: "units/a" office: "units/a" }
  )pb");
  facts.period = *Period::Parse("2024-03");
  facts.unit_names = kNames;
  facts.snapshot.set_name("plans/p/snapshots/s");
  *facts.snapshot.mutable_scoreboard() = Parse<Scoreboard>(lines);
  return facts;
}

TEST(BulletinContentTest, CountsLightsAndObligations) {
  DocumentFacts facts = FactsOf(absl::StrCat(
      LineText("x", "", "50", "GREEN", "target: '45' unit_of_measure: '家' result: '9'"),
      LineText("x", "a", "10", "RED", "gap_points: '-14.9999'"), LineText("y", "", "", "GREY"),
      LineText("z", "", "10", "YELLOW"), LineText("w", "", "1", "RED")));
  facts.by_unit["units/a"] = Parse<ObligationCounts>("expected: 3 on_time: 1 late: 1 missing: 1");
  facts.by_unit["units/b"] = Parse<ObligationCounts>("expected: 2 on_time: 2");
  const BulletinContent content = ContentOf(facts);
  EXPECT_EQ(content.overview().ShortDebugString(),
            "green: 1 yellow: 1 red: 1 grey: 1 expected: 5 on_time: 3 late: 1 missing: 1");
  EXPECT_EQ(content.lines(0).target(), "45家");
  EXPECT_EQ(content.lines(0).result(), "9家");
  EXPECT_EQ(content.lines(1).result(), "");
  EXPECT_EQ(content.lines(1).unit_name(), "甲局");
  EXPECT_EQ(content.style().issuing_organ(), "甲局");
  EXPECT_EQ(content.style().number_prefix(), "方案");
  EXPECT_EQ(content.tie_rule(), kTieRule);
  EXPECT_EQ(ContentOf(facts).SerializeAsString(), content.SerializeAsString());
}

TEST(BulletinContentTest, ChangesOfLightAreTheWorstFirst) {
  DocumentFacts facts =
      FactsOf(absl::StrCat(LineText("better", "", "1", "GREEN"), LineText("same", "", "1", "RED"),
                           LineText("worse", "", "1", "YELLOW"), LineText("worst", "a", "1", "RED"),
                           LineText("new", "", "1", "RED"), LineText("due", "", "1", "YELLOW")));
  EXPECT_EQ(ContentOf(facts).light_changes_size(), 0);
  facts.previous = Parse<v1::Bulletin>(R"pb(
    name: "plans/p/bulletins/bulletin-2024-02"
    content {
      lines { indicator: "plans/p/indicators/better" light: RED }
      lines { indicator: "plans/p/indicators/same" light: RED }
      lines { indicator: "plans/p/indicators/worse" light: GREEN }
      lines { indicator: "plans/p/indicators/worst" unit: "units/a" light: GREEN }
      lines { indicator: "plans/p/indicators/due" light: GREY }
    }
  )pb");
  const BulletinContent content = ContentOf(facts);
  std::vector<std::string> names;
  for (const auto& change : content.light_changes()) names.push_back(change.display_name());
  EXPECT_EQ(absl::StrJoin(names, " "), "worst worse due better");
  EXPECT_EQ(content.previous(), "plans/p/bulletins/bulletin-2024-02");
}

TEST(BulletinContentTest, NewsIsAddedUpByMember) {
  DocumentFacts facts = FactsOf("");
  facts.news = Parse<submission::v1::ArticleTally>(R"pb(
    lines { unit: "units/a" period: "2024-01" owed: 1 missing: 1 }
    lines { unit: "units/a" period: "2024-02" owed: 1 counted: 3 }
    lines { unit: "units/c" period: "2024-02" counted: 1 }
  )pb");
  const BulletinContent content = ContentOf(facts);
  ASSERT_EQ(content.news_size(), 2);
  EXPECT_EQ(content.news(0).ShortDebugString(),
            Parse<BulletinContent::News>(
                "unit: 'units/a' unit_name: '甲局' owed: 2 counted: 3 missing: 1")
                .ShortDebugString());
  EXPECT_EQ(content.news(1).unit_name(), "丙局");
}

TEST(BulletinContentTest, PraiseAndCriticismSayWhy) {
  DocumentFacts facts =
      FactsOf(absl::StrCat(LineText("x", "a", "90", "GREEN"), LineText("y", "a", "90", "GREEN"),
                           LineText("x", "b", "10", "RED", "gap_points: '-15'"),
                           LineText("x", "c", "80", "GREEN"), LineText("x", "d", "95", "GREEN")));
  facts.by_unit["units/c"] = Parse<ObligationCounts>("expected: 2 on_time: 1 missing: 1");
  facts.by_unit["units/d"] = Parse<ObligationCounts>("expected: 2 on_time: 1 late: 1");
  facts.previous = Parse<v1::Bulletin>(
      "content { lines { indicator: 'plans/p/indicators/x' unit: 'units/b' light: RED } }");
  facts.previous->set_name("plans/p/bulletins/bulletin-2024-02");
  const BulletinContent content = ContentOf(facts);
  ASSERT_EQ(content.praise_size(), 1) << content.DebugString();
  EXPECT_EQ(content.praise(0).unit_name(), "甲局");
  EXPECT_EQ(absl::StrJoin(content.praise(0).reasons(), "|"),
            "完成率排名第2|应评价的2项指标全部绿灯");
  ASSERT_EQ(content.criticism_size(), 2);
  EXPECT_EQ(content.criticism(0).unit_name(), "丙局");
  EXPECT_EQ(content.criticism(0).reasons(0), "应报2次（含新闻报道），缺报1次");
  EXPECT_EQ(content.criticism(1).unit_name(), "乙局");
  EXPECT_EQ(content.criticism(1).reasons(0), "x连续两期红灯（与序时进度相差-15.00个百分点）");
}

TEST(BulletinContentTest, OrdersStandThereWhileOpenAndInTheMonthTheyAreClosed) {
  DocumentFacts facts = FactsOf("");
  const absl::TimeZone zone = absl::FixedTimeZone(8 * 3600);
  const auto at = [&](int month, int day) {
    return absl::ToUnixSeconds(absl::FromCivil(absl::CivilHour(2024, month, day, 12), zone));
  };
  facts.now = absl::FromUnixSeconds(at(4, 8));
  const auto add = [&](const std::string& title, const std::string& state, int64_t due,
                       int64_t closed) {
    facts.items.push_back(Parse<v1::ActionItem>(absl::StrCat(
        "title: '", title, "' unit: 'units/a' state: ", state, " due_time { seconds: ", due,
        " } decision { time { seconds: ", closed, " } }")));
  };
  add("open", "IN_PROGRESS", at(4, 9), 0);
  add("overdue", "ASSIGNED", at(4, 7), 0);
  add("closed", "CLOSED", at(3, 31), at(3, 30));
  add("closed late", "CLOSED", at(3, 1), at(3, 2));
  add("closed before", "CLOSED", at(3, 1), at(2, 29));
  std::vector<std::string> items;
  const BulletinContent content = ContentOf(facts);
  for (const auto& item : content.action_items()) {
    items.push_back(absl::StrCat(item.title(), " ", item.due_date(), " ", item.state_text(),
                                 item.overdue() ? "!" : ""));
  }
  EXPECT_EQ(absl::StrJoin(items, ", "),
            "open 2024-04-09 办理中, overdue 2024-04-07 待签收!, closed 2024-03-31 已销号, "
            "closed late 2024-03-01 已销号!");
}

TEST(BulletinContentTest, TrendsShowTheEndsOfMonths) {
  DocumentFacts facts = FactsOf("");
  facts.period = *Period::Parse("2024-Q1");
  facts.trends.push_back(Parse<submission::v1::Trend>(R"pb(
    indicator: "plans/p/indicators/x"
    indicator_display_name: "x"
    points { period: "2024-01-D2" period_end: "2024-01-20" completion_percent: "1" }
    points { period: "2024-01-D3" period_end: "2024-01-31" completion_percent: "2" }
    points { period: "2024-03-D3" period_end: "2024-03-31" completion_percent: "3" }
    points { period: "2024-04-D3" period_end: "2024-04-30" expected_percent: "9" }
  )pb"));
  facts.trends.push_back(Parse<submission::v1::Trend>(
      "points { period: '2024-H1' period_end: '2024-06-30' completion_percent: '4' }"));
  const BulletinContent content = ContentOf(facts);
  ASSERT_EQ(content.trends_size(), 1);
  ASSERT_EQ(content.trends(0).points_size(), 2);
  EXPECT_EQ(content.trends(0).points(0).period(), "2024-01");
  EXPECT_EQ(content.trends(0).points(1).completion_percent(), "3");
}

TEST(BulletinTextTest, PeriodsAndDatesInWords) {
  const std::pair<const char*, const char*> cases[] = {
      {"2024", "2024年"},          {"2024-H1", "2024年上半年"},
      {"2024-H2", "2024年下半年"}, {"2024-Q3", "2024年第三季度"},
      {"2024-03", "2024年3月"},    {"2024-12-D2", "2024年12月中旬"}};
  for (const auto& [period, text] : cases) EXPECT_EQ(PeriodText(*Period::Parse(period)), text);
  EXPECT_EQ(DateText("2024-04-08"), "2024年4月8日");
  EXPECT_EQ(DateText(""), "");
}

TEST(BulletinTextTest, ADraftHasASectionForWhatThereIs) {
  v1::Bulletin bulletin;
  bulletin.set_kind(indicator::v1::CadenceRule::BULLETIN);
  bulletin.set_period("2024-03");
  bulletin.mutable_content()->set_plan_title("方案");
  bulletin.mutable_content()->set_as_of_date("2024-03-31");
  DraftText(&bulletin);
  EXPECT_EQ(bulletin.title(), "关于2024年3月《方案》推进情况的通报");
  std::vector<std::string> headings;
  for (const auto& section : bulletin.sections()) headings.push_back(section.heading());
  EXPECT_EQ(absl::StrJoin(headings, " "), "总体情况 完成率排名 亮灯情况");
  bulletin.clear_sections();
  bulletin.set_kind(indicator::v1::CadenceRule::SUMMARY);
  bulletin.mutable_content()->mutable_overview()->set_expected(3);
  bulletin.mutable_content()->mutable_overview()->set_on_time(2);
  bulletin.mutable_content()->add_errata();
  bulletin.mutable_content()->add_criticism();
  DraftText(&bulletin);
  EXPECT_EQ(bulletin.title(), "关于2024年3月《方案》推进情况的总结");
  EXPECT_NE(bulletin.sections(0).text().find("按时报送率66.67%"), std::string::npos);
  EXPECT_EQ(bulletin.sections().rbegin()->kind(), v1::BulletinSection::ERRATA);
  EXPECT_EQ(bulletin.sections(3).kind(), v1::BulletinSection::CRITICISM);
}

}  // namespace
}  // namespace duban::review
