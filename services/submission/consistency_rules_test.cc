// How figures of several indicators are held against each other.
#include "services/submission/consistency_rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/standing_rules.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::PlanHistory;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;
using v1::Finding;
using v1::Report;
using v1::Standing;

constexpr char kBoth[] = R"(responsibility { mode: SPLIT
    lines { unit: "units/a" role: ACCOUNTABLE quota: "60" }
    lines { unit: "units/b" role: ACCOUNTABLE quota: "40" }
    lines { unit: "units/c" role: SUPPORT } })";

Indicator Named(const std::string& id, const std::string& fields) {
  return TestIndicator(
      absl::StrCat(R"(name: "plans/p/indicators/)", id, R"(" display_name: ")", id, "\" ", fields));
}

// turnover and count of units a and b by dekad, orders (increments of a by dekad), stock (of a by
// month), and a share in money, which a reports by half-year; with the rule in text form.
PlanHistory PlanWith(const std::string& rule) {
  PlanHistory history = TestPlan({
      Named("turnover", absl::StrCat(R"(kind: AMOUNT unit_of_measure: "亿元" )", kBoth)),
      Named("count", absl::StrCat(R"(unit_of_measure: "项" )", kBoth)),
      Named("orders", R"(unit_of_measure: "项" accumulation: INCREMENT)"),
      Named("stock", R"(unit_of_measure: "项" accumulation: LEVEL collection: MONTH)"),
      Named("share", R"(kind: SHARE unit_of_measure: "%" reported_unit: "亿元" accumulation: LEVEL
                        collection: HALF_YEAR)"),
      Named("output", R"(kind: AMOUNT unit_of_measure: "万元" collection: QUARTER)"),
  });
  *history.mutable_plan()->add_consistency_rules() = Parse<indicator::v1::ConsistencyRule>(
      absl::StrCat(R"(id: "rule" display_text: "勾稽" severity: WARNING )", rule));
  return history;
}

// Figures of one report: `value` or `value/denominator`, canonical.
Report Given(const std::string& id, const std::string& unit, const std::string& period,
             const std::string& figures, const std::string& family) {
  Report report;
  report.set_name("plans/p/reports/r");
  report.set_indicator("plans/p/indicators/" + id);
  report.set_unit("units/" + unit);
  report.set_period(period);
  const size_t slash = figures.find('/');
  report.mutable_canonical()->set_value(figures.substr(0, slash));
  if (slash != std::string::npos) {
    report.mutable_canonical()->set_denominator(figures.substr(slash + 1));
  }
  report.mutable_canonical()->set_unit_of_measure(family);
  return report;
}

struct Case {
  std::string name;
  std::string rule;
  Report report;
  std::vector<Report> held;
  std::vector<std::string> want;  // codes
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

std::vector<Finding> Compare(const Case& c) {
  std::vector<Standing> held;
  for (const Report& report : c.held) held.push_back(StandingOf(report));
  std::vector<Finding> findings;
  CheckConsistency(PlanWith(c.rule), c.report, held, absl::CivilDay(2024, 12, 31), &findings);
  return findings;
}

class ConsistencyTest : public ::testing::TestWithParam<Case> {};

TEST_P(ConsistencyTest, FindsWhatIsBroken) {
  std::vector<std::string> codes;
  for (const Finding& finding : Compare(GetParam())) {
    EXPECT_EQ(finding.severity(), Finding::WARNING);
    EXPECT_EQ(finding.rule(), "rule");
    EXPECT_EQ(finding.indicators(0), GetParam().report.indicator());
    EXPECT_GT(finding.indicators_size(), 1);
    codes.push_back(finding.code());
  }
  EXPECT_THAT(codes, ElementsAreArray(GetParam().want));
}

constexpr char kEachRate[] =
    R"(scope: EACH_UNIT rate_band { amount: "turnover" count: "count" low: "100" high: "200.5"
       unit_of_measure: "万元" })";
constexpr char kWholeRate[] =
    R"(scope: WHOLE_PLAN rate_band { amount: "turnover" count: "count" high: "0.02" })";
constexpr char kSubset[] = R"(scope: EACH_UNIT subset { part: "orders" whole: "count" })";
constexpr char kShare[] = R"(scope: WHOLE_PLAN share_of { share: "share" numerator: "output"
    denominator: "turnover" tolerance_percent: "0.5" })";
constexpr char kStock[] = R"(scope: WHOLE_PLAN stock_flow { stock: "stock" added: "orders"
    openings { value: "65" } })";
constexpr char kStockAndRemoved[] = R"(scope: EACH_UNIT stock_flow { stock: "stock" added: "orders"
    removed: "count" openings { unit: "units/b" value: "1" }
    openings { unit: "units/a" value: "65" } })";

Report Turnover(const std::string& unit, const std::string& value,
                const std::string& period = "2024-01-D3") {
  return Given("turnover", unit, period, value, "元");
}
Report Count(const std::string& unit, const std::string& value,
             const std::string& period = "2024-01-D3") {
  return Given("count", unit, period, value, "项");
}
Report Orders(const std::string& value, const std::string& period = "2024-01-D3") {
  return Given("orders", "a", period, value, "项");
}
Report Stock(const std::string& value) { return Given("stock", "a", "2024-01", value, "项"); }
Report Share(const std::string& figures) { return Given("share", "a", "2024-H1", figures, "元"); }
Report Output(const std::string& value) { return Given("output", "a", "2024-Q2", value, "元"); }

// 10 contracts, at 100 to 200.5 万元 each.
const Case kRates[] = {
    {"on the lower end", kEachRate, Turnover("a", "10000000"), {Count("a", "10")}, {}},
    {"on the upper end", kEachRate, Count("a", "10"), {Turnover("a", "20050000")}, {}},
    {"below", kEachRate, Turnover("a", "9999999"), {Count("a", "10")}, {"RATE_OUTSIDE_BAND"}},
    {"above", kEachRate, Count("a", "10"), {Turnover("a", "20050001")}, {"RATE_OUTSIDE_BAND"}},
    {"money for nothing", kEachRate, Turnover("a", "1"), {Count("a", "0")}, {"RATE_OUTSIDE_BAND"}},
    {"nothing for nothing", kEachRate, Turnover("a", "0"), {Count("a", "0")}, {}},
    {"the other is missing", kEachRate, Turnover("a", "1"), {}, {}},
    {"the other of the day before",
     kEachRate,
     Turnover("a", "1"),
     {Count("a", "10", "2024-01-D2")},
     {}},
    {"the other unit's", kEachRate, Turnover("a", "1"), {Count("b", "10")}, {}},
    {"of another family",
     kEachRate,
     Given("turnover", "a", "2024-01-D3", "1", "吨"),
     {Count("a", "10")},
     {}},
    // (15 + 25) 百万元 / (10 + 10) = 200 万元 = 0.02 亿元
    {"the whole plan, on the end",
     kWholeRate,
     Turnover("a", "15000000"),
     {Turnover("b", "25000000"), Count("a", "10"), Count("b", "10")},
     {}},
    {"the whole plan, above",
     kWholeRate,
     Turnover("a", "15000001"),
     {Turnover("b", "25000000"), Count("a", "10"), Count("b", "10")},
     {"RATE_OUTSIDE_BAND"}},
    {"the whole plan, one unit missing",
     kWholeRate,
     Turnover("a", "99000000"),
     {Count("a", "10"), Count("b", "10")},
     {}},
    {"what stood there before counts no more",
     kEachRate,
     Turnover("a", "15000000"),
     {Turnover("a", "1"), Count("a", "10")},
     {}},
};

const Case kOthers[] = {
    // increments are summed: 3 + 4 + 5 against 12
    {"as much as the whole",
     kSubset,
     Count("a", "12"),
     {Orders("3", "2024-01-D1"), Orders("4", "2024-01-D2"), Orders("5")},
     {}},
    {"more than the whole",
     kSubset,
     Orders("6"),
     {Orders("3", "2024-01-D1"), Orders("4", "2024-01-D2"), Count("a", "12")},
     {"PART_ABOVE_WHOLE"}},
    {"increments after the day do not count",
     kSubset,
     Count("a", "12"),
     {Orders("12"), Orders("9", "2024-02-D1")},
     {}},
    {"no increment of the day", kSubset, Count("a", "1"), {Orders("3", "2024-01-D2")}, {}},
    // 0.5 % of 1 亿元 is 500,000
    {"within the tolerance", kShare, Share("100500000/400000000"), {Output("100000000")}, {}},
    {"beyond it, above",
     kShare,
     Share("100500001/400000000"),
     {Output("100000000")},
     {"SHARE_DIFFERS"}},
    {"beyond it, below",
     kShare,
     Output("100000000"),
     {Share("99499999/400000000")},
     {"SHARE_DIFFERS"}},
    {"the denominator",
     kShare,
     Share("100000000/400000000"),
     {Output("100000000"), Turnover("a", "300000000", "2024-06-D3"),
      Turnover("b", "97999999", "2024-06-D3")},
     {"SHARE_DIFFERS"}},
    {"both as they should be",
     kShare,
     Share("100000000/400000000"),
     {Output("100000000"), Turnover("a", "300000000", "2024-06-D3"),
      Turnover("b", "100000000", "2024-06-D3")},
     {}},
    {"a share of nothing", kShare, Share("1/400000000"), {Output("0")}, {"SHARE_DIFFERS"}},
    // 65 + 3 + 4 = 72
    {"a stock that follows", kStock, Stock("72"), {Orders("3", "2024-01-D1"), Orders("4")}, {}},
    {"a stock that does not",
     kStock,
     Orders("4"),
     {Orders("3", "2024-01-D1"), Stock("73")},
     {"STOCK_DIFFERS"}},
    {"no month ends on that day", kStock, Orders("4", "2024-01-D2"), {Stock("1")}, {}},
    // 65 + 7 − 2 = 70
    {"with what went", kStockAndRemoved, Stock("70"), {Orders("7"), Count("a", "2")}, {}},
    {"without what went",
     kStockAndRemoved,
     Stock("72"),
     {Orders("7"), Count("a", "2")},
     {"STOCK_DIFFERS"}},
    {"what went is not known", kStockAndRemoved, Stock("1"), {Orders("7")}, {}},
    {"a rule about others", kSubset, Turnover("a", "1"), {Orders("9"), Count("a", "1")}, {}},
};

INSTANTIATE_TEST_SUITE_P(Rates, ConsistencyTest, ::testing::ValuesIn(kRates));
INSTANTIATE_TEST_SUITE_P(Others, ConsistencyTest, ::testing::ValuesIn(kOthers));

TEST(ConsistencyTextTest, SaysTheFigures) {
  const auto rate = Compare(kRates[2]);
  ASSERT_EQ(rate.size(), 1);
  EXPECT_EQ(rate[0].explanation(),
            "勾稽:“turnover” 0.1亿元,“count” 10项,平均每项 100万元 低于 100万元");
  EXPECT_EQ(rate[0].explanation_en(), "rule rule: 0.1亿元 for 10项 is 100万元 each, below 100万元");
  EXPECT_THAT(rate[0].indicators(),
              ElementsAre("plans/p/indicators/turnover", "plans/p/indicators/count"));
  const auto stock =
      Compare({"", kStock, Stock("73"), {Orders("3", "2024-01-D1"), Orders("4")}, {}});
  ASSERT_EQ(stock.size(), 1);
  EXPECT_EQ(stock[0].explanation(),
            "勾稽:“stock” 73项 与 期初 + 新增 − 减少 不一致:65项 + 7项 − 0项 = 72项");
  const auto share = Compare({"", kShare, Share("2/3"), {Output("100000000")}, {}});
  ASSERT_EQ(share.size(), 1);
  EXPECT_EQ(share[0].explanation(), "勾稽:“share”的分子 0.0002万元 与“output” 10000万元 不一致");
  EXPECT_EQ(share[0].field(), "report.measurement.value");
}

TEST(ConsistencyTest, AnErrorIsAnError) {
  PlanHistory history = PlanWith(kSubset);
  history.mutable_plan()->mutable_consistency_rules(0)->set_severity(
      indicator::v1::ConsistencyRule::ERROR);
  std::vector<Finding> findings;
  CheckConsistency(history, Orders("13"), {StandingOf(Count("a", "12"))},
                   absl::CivilDay(2024, 12, 31), &findings);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity(), Finding::ERROR);
}

struct PlacesCase {
  std::string name;
  std::string rule;
  Report report;
  std::vector<std::string> want;  // indicator unit period
};

void PrintTo(const PlacesCase& c, std::ostream* out) { *out << c.name; }

class PlacesTest : public ::testing::TestWithParam<PlacesCase> {};

TEST_P(PlacesTest, AreThoseThatAreCompared) {
  std::vector<std::string> places;
  for (const ReportPlace& place : PlacesComparedWith(PlanWith(GetParam().rule), GetParam().report,
                                                     absl::CivilDay(2024, 12, 31))) {
    EXPECT_EQ(place.plan, "p");
    places.push_back(absl::StrCat(place.indicator, " ", place.unit, " ", place.period));
  }
  EXPECT_THAT(places, UnorderedElementsAreArray(GetParam().want));
}

INSTANTIATE_TEST_SUITE_P(
    Places, PlacesTest,
    ::testing::Values(
        PlacesCase{"the unit's own", kEachRate, Turnover("a", "1"), {"count a 2024-01-D3"}},
        PlacesCase{"every unit's",
                   kWholeRate,
                   Turnover("a", "1"),
                   {"turnover b 2024-01-D3", "count a 2024-01-D3", "count b 2024-01-D3"}},
        PlacesCase{"every increment",
                   kSubset,
                   Count("a", "1"),
                   {"orders a 2024-01-D1", "orders a 2024-01-D2", "orders a 2024-01-D3"}},
        PlacesCase{"earlier increments of its own",
                   kSubset,
                   Orders("1", "2024-01-D2"),
                   {"orders a 2024-01-D1", "count a 2024-01-D2"}},
        PlacesCase{"other rhythms",
                   kShare,
                   Share("1/2"),
                   {"output a 2024-Q2", "turnover a 2024-06-D3", "turnover b 2024-06-D3"}},
        PlacesCase{"no rule", kSubset, Turnover("a", "1"), {}},
        PlacesCase{"a unit that reports one of them only", kSubset, Count("b", "1"), {}}));

TEST(PlacesTest, NoneWithoutRules) {
  PlanHistory history = PlanWith(kSubset);
  history.mutable_plan()->clear_consistency_rules();
  EXPECT_THAT(PlacesComparedWith(history, Orders("1"), absl::CivilDay(2024, 12, 31)), IsEmpty());
}

}  // namespace
}  // namespace duban::submission
