// What can be wrong with a plan's rules between indicators and with its plausibility settings.
#include "services/indicator/consistency_rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/indicator/document_rules.h"
#include "services/indicator/test_plan.h"

namespace duban::indicator {
namespace {

using ::testing::UnorderedElementsAreArray;
using v1::PlanDocument;

// The small plan with a share of 项 and a stock of 项 beside its own, and `plan` merged into its
// plan.
PlanDocument DocumentWith(const std::string& plan) {
  PlanDocument document = SmallPlan();
  PlanDocument more;
  const std::string text = absl::StrCat(R"pb(
                                          indicators {
                                            name: "plans/small/indicators/share"
                                            display_name: "占比"
                                            kind: SHARE
                                            unit_of_measure: "%"
                                            reported_unit: "项"
                                            accumulation: LEVEL
                                            target { operator: GE low: "20" }
                                            responsibility {
                                              mode: JOINT
                                              lines { unit: "units/science" role: ACCOUNTABLE }
                                              lines { unit: "units/statistics" role: DATA_REPORTER }
                                            }
                                            collection: DEKAD
                                            source: TABLE
                                            table_row: 4
                                          }
                                          indicators {
                                            name: "plans/small/indicators/stock"
                                            display_name: "存量"
                                            kind: COUNT
                                            unit_of_measure: "项"
                                            accumulation: LEVEL
                                            target { operator: GE low: "95" }
                                            responsibility {
                                              mode: SINGLE
                                              lines { unit: "units/water" role: ACCOUNTABLE }
                                            }
                                            collection: DEKAD
                                            source: TABLE
                                            table_row: 5
                                          }
                                          plan {)pb",
                                        plan, " }");
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &more)) << text;
  document.MergeFrom(more);
  return document;
}

struct ConsistencyCase {
  std::string name;
  std::string plan;  // what is merged into the plan
  std::vector<std::string> want;
};

void PrintTo(const ConsistencyCase& c, std::ostream* out) { *out << c.name; }

class ConsistencyTest : public ::testing::TestWithParam<ConsistencyCase> {};

TEST_P(ConsistencyTest, AnswersExactlyWhatIsWrong) {
  Violations violations;
  CheckPlanDocument(DocumentWith(GetParam().plan), {}, "", violations);
  const absl::Status status =
      violations.ToStatus(kPlanInvalid, absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(ViolationsOf(status), UnorderedElementsAreArray(GetParam().want));
}

std::string Rule(const std::string& scope, const std::string& relation) {
  return absl::StrCat(
      R"(consistency_rules { id: "rule" severity: WARNING display_text: "勾稽" scope: )", scope,
      " ", relation, " }");
}

std::string At0(const std::string& field) {
  return absl::StrCat("plan.consistency_rules[0].", field, " CONSISTENCY_RULE_INVALID");
}

const ConsistencyCase kRuleCases[] = {
    {"a share of two counts",
     Rule("WHOLE_PLAN", R"(share_of { share: "share" numerator: "contracts"
                           denominator: "technologies" tolerance_percent: "0.5" })"),
     {}},
    {"a share whose denominator is nobody's",
     Rule("WHOLE_PLAN", R"(share_of { share: "share" numerator: "contracts" })"),
     {}},
    {"a part for each unit",
     Rule("EACH_UNIT", R"(subset { part: "stock" whole: "contracts" })"),
     {}},
    {"money for each contract",
     Rule("EACH_UNIT", R"(rate_band { amount: "spending" count: "contracts" low: "1"
                          high: "500.5" unit_of_measure: "万元" })"),
     {}},
    {"a stock and its flows",
     Rule("WHOLE_PLAN", R"(stock_flow { stock: "stock" added: "contracts" removed: "technologies"
                           openings { value: "65" } })"),
     {}},
    {"a stock of each unit",
     Rule("EACH_UNIT", R"(stock_flow { stock: "stock" added: "contracts"
                          openings { unit: "units/water" value: "65" } })"),
     {}},
    {"nothing said",
     R"(consistency_rules { id: "rule" display_text: "勾稽" })",
     {At0("severity"), At0("scope"), At0("relation")}},
    {"no id and no text",
     R"(consistency_rules { id: "Rule" severity: ERROR scope: WHOLE_PLAN
        subset { part: "technologies" whole: "contracts" } })",
     {"plan.consistency_rules[0].id FIELD_INVALID",
      "plan.consistency_rules[0].display_text FIELD_INVALID"}},
    {"the same id twice",
     Rule("WHOLE_PLAN", R"(subset { part: "technologies" whole: "contracts" })") +
         Rule("WHOLE_PLAN", R"(subset { part: "stock" whole: "contracts" })"),
     {"plan.consistency_rules[1].id DUPLICATE_ID"}},
    {"a share that is a count",
     Rule("WHOLE_PLAN", R"(share_of { share: "stock" numerator: "contracts" })"),
     {At0("share_of.share")}},
    {"a numerator of money in a share of things",
     Rule("WHOLE_PLAN", R"(share_of { share: "share" numerator: "spending" })"),
     {At0("share_of.numerator")}},
    {"a denominator of money under a numerator of things",
     Rule("WHOLE_PLAN", R"(share_of { share: "share" numerator: "contracts"
                           denominator: "spending" })"),
     {At0("share_of.denominator")}},
    {"a tolerance of 101 %",
     Rule("WHOLE_PLAN", R"(share_of { share: "share" numerator: "contracts"
                           tolerance_percent: "101" })"),
     {At0("share_of.tolerance_percent")}},
    {"a tolerance that is no decimal",
     Rule("WHOLE_PLAN", R"(share_of { share: "share" numerator: "contracts"
                           tolerance_percent: "1%" })"),
     {"plan.consistency_rules[0].share_of.tolerance_percent DECIMAL_INVALID"}},
    {"a part of nothing",
     Rule("WHOLE_PLAN", R"(subset { part: "contracts" whole: "gone" })"),
     {At0("subset.whole")}},
    {"a part of itself",
     Rule("WHOLE_PLAN", R"(subset { part: "contracts" whole: "contracts" })"),
     {At0("subset.whole")}},
    {"a part of another family",
     Rule("WHOLE_PLAN", R"(subset { part: "contracts" whole: "energy" })"),
     {At0("subset.part")}},
    {"a part that is a growth",
     Rule("WHOLE_PLAN", R"(subset { part: "growth" whole: "contracts" })"),
     {At0("subset.part")}},
    {"an amount that is a count, for each milestone",
     Rule("WHOLE_PLAN", R"(rate_band { amount: "contracts" count: "opening" low: "1" })"),
     {At0("rate_band.amount"), At0("rate_band.count")}},
    {"a band without ends",
     Rule("EACH_UNIT", R"(rate_band { amount: "spending" count: "contracts" })"),
     {At0("rate_band.low")}},
    {"a band upside down",
     Rule("EACH_UNIT", R"(rate_band { amount: "spending" count: "contracts" low: "2" high: "1" })"),
     {At0("rate_band.high")}},
    {"a band below zero in tons",
     Rule("EACH_UNIT", R"(rate_band { amount: "spending" count: "contracts" low: "-1"
                          unit_of_measure: "吨" })"),
     {At0("rate_band.low"), At0("rate_band.unit_of_measure")}},
    {"a stock that is a flow, a flow that is a stock",
     Rule("WHOLE_PLAN", R"(stock_flow { stock: "contracts" added: "stock"
                           openings { value: "1" } })"),
     {At0("stock_flow.stock"), At0("stock_flow.added")}},
    {"a stock without its opening",
     Rule("WHOLE_PLAN", R"(stock_flow { stock: "stock" added: "contracts" })"),
     {At0("stock_flow.openings")}},
    {"openings of the wrong unit, one twice, one empty",
     Rule("EACH_UNIT", R"(stock_flow { stock: "stock" added: "contracts"
                          openings { unit: "units/science" value: "1" }
                          openings { unit: "units/science" } })"),
     {At0("stock_flow.openings"), At0("stock_flow.openings[1].unit"),
      At0("stock_flow.openings[1].value")}},
    {"no unit that reports both",
     Rule("EACH_UNIT", R"(subset { part: "stock" whole: "technologies" })"),
     {At0("scope")}},
};

std::string Settings(const std::string& fields) {
  return absl::StrCat("plausibility { ", fields, " }");
}

const ConsistencyCase kSettingCases[] = {
    {"all of them",
     Settings(R"(plausible_multiple: "1" outlier_threshold: "3.5" minimum_history: 36
                 bands { indicator: "contracts" low: "0" high: "50" }
                 bands { indicator: "growth" low: "-20.5" })"),
     {}},
    {"just outside",
     Settings(R"(plausible_multiple: "0.999999" outlier_threshold: "0" minimum_history: 37)"),
     {"plan.plausibility.plausible_multiple PLAUSIBILITY_INVALID",
      "plan.plausibility.outlier_threshold PLAUSIBILITY_INVALID",
      "plan.plausibility.minimum_history PLAUSIBILITY_INVALID"}},
    {"far outside",
     Settings(R"(plausible_multiple: "1001" outlier_threshold: "100.1" minimum_history: 2)"),
     {"plan.plausibility.plausible_multiple PLAUSIBILITY_INVALID",
      "plan.plausibility.outlier_threshold PLAUSIBILITY_INVALID",
      "plan.plausibility.minimum_history PLAUSIBILITY_INVALID"}},
    {"no decimals",
     Settings(R"(plausible_multiple: "NaN" outlier_threshold: "1e1"
                 bands { indicator: "contracts" low: "x" })"),
     {"plan.plausibility.plausible_multiple DECIMAL_INVALID",
      "plan.plausibility.outlier_threshold DECIMAL_INVALID",
      "plan.plausibility.bands[0].low DECIMAL_INVALID"}},
    {"bands of nothing, twice, upside down and without ends",
     Settings(
         R"(bands { indicator: "gone" low: "1" } bands { indicator: "stock" low: "2" high: "1" }
                 bands { indicator: "stock" high: "1" } bands { indicator: "energy" })"),
     {"plan.plausibility.bands[0].indicator PLAUSIBILITY_INVALID",
      "plan.plausibility.bands[1].high PLAUSIBILITY_INVALID",
      "plan.plausibility.bands[2].indicator DUPLICATE_ID",
      "plan.plausibility.bands[3].low PLAUSIBILITY_INVALID"}},
};

INSTANTIATE_TEST_SUITE_P(Rules, ConsistencyTest, ::testing::ValuesIn(kRuleCases));
INSTANTIATE_TEST_SUITE_P(Settings, ConsistencyTest, ::testing::ValuesIn(kSettingCases));

}  // namespace
}  // namespace duban::indicator
