// Everything that can be wrong with a plan as a whole: each case breaks one thing in a plan that is
// right, and names exactly what must be answered, with its path.
#include "services/indicator/indicator_rules.h"

#include <functional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/indicator/document_rules.h"
#include "services/indicator/test_plan.h"

namespace duban::indicator {
namespace {

using ::testing::UnorderedElementsAreArray;
using v1::PlanDocument;

absl::Status Check(const PlanDocument& document, const UnitMap& stored = {}) {
  Violations violations;
  CheckPlanDocument(document, stored, "document.", violations);
  return violations.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument);
}

struct DocumentCase {
  std::string name;
  std::function<void(PlanDocument&)> change;
  std::vector<std::string> want;  // "path REASON", without the leading `document.`
};

void PrintTo(const DocumentCase& c, std::ostream* out) { *out << c.name; }

class PlanDocumentTest : public ::testing::TestWithParam<DocumentCase> {};

TEST_P(PlanDocumentTest, AnswersExactlyWhatIsWrong) {
  PlanDocument document = SmallPlan();
  GetParam().change(document);
  std::vector<std::string> want;
  for (const std::string& violation : GetParam().want) want.push_back("document." + violation);
  const absl::Status status = Check(document);
  EXPECT_THAT(ViolationsOf(status), UnorderedElementsAreArray(want));
  if (want.size() == 1) {
    EXPECT_EQ(GetReason(status), want[0].substr(want[0].find(' ') + 1));
    EXPECT_FALSE(GetLocalizedText(status, "zh-CN").empty());
  }
}

v1::Responsibility& Responsibility(PlanDocument& d, int i) {
  return *d.mutable_indicators(i)->mutable_responsibility();
}
v1::Target& TargetOf(PlanDocument& d, int i) { return *d.mutable_indicators(i)->mutable_target(); }
v1::Plan& PlanOf(PlanDocument& d) { return *d.mutable_plan(); }

constexpr int kContracts = 0, kGrowth = 1, kSpending = 2, kOpening = 3, kEnergy = 4, kRange = 5;

const DocumentCase kResponsibilityCases[] = {
    {"a plan that is right", [](PlanDocument&) {}, {}},
    {"a split that misses by one",
     [](PlanDocument& d) { Responsibility(d, kContracts).mutable_lines(1)->set_quota("19"); },
     {"indicators[0].responsibility.lines QUOTA_SUM_MISMATCH"}},
    {"a quota that is no decimal",
     [](PlanDocument& d) { Responsibility(d, kContracts).mutable_lines(1)->set_quota("1e999"); },
     {"indicators[0].responsibility.lines[1].quota DECIMAL_INVALID"}},
    {"half a contract",
     [](PlanDocument& d) {
       Responsibility(d, kContracts).mutable_lines(0)->set_quota("9.5");
       Responsibility(d, kContracts).mutable_lines(1)->set_quota("20.5");
     },
     {"indicators[0].responsibility.lines[0].quota RESPONSIBILITY_INVALID",
      "indicators[0].responsibility.lines[1].quota RESPONSIBILITY_INVALID"}},
    {"a quota of zero",
     [](PlanDocument& d) {
       Responsibility(d, kContracts).mutable_lines(0)->set_quota("0");
       Responsibility(d, kContracts).mutable_lines(1)->set_quota("30");
     },
     {"indicators[0].responsibility.lines[0].quota RESPONSIBILITY_INVALID"}},
    {"a quota for a supporting unit",
     [](PlanDocument& d) {
       Responsibility(d, kContracts).mutable_lines(0)->set_role(v1::Responsibility::Line::SUPPORT);
       Responsibility(d, kContracts).mutable_lines(1)->set_quota("20");
     },
     {"indicators[0].responsibility.lines[0].quota RESPONSIBILITY_INVALID"}},
    {"a unit twice",
     [](PlanDocument& d) {
       Responsibility(d, kContracts).mutable_lines(1)->set_unit("units/science");
     },
     {"indicators[0].responsibility.lines[1].unit RESPONSIBILITY_INVALID"}},
    {"a split of a milestone",
     [](PlanDocument& d) {
       Responsibility(d, kOpening).set_mode(v1::Responsibility::SPLIT);
       auto& line = *Responsibility(d, kOpening).add_lines();
       line.set_unit("units/water");
       line.set_quota("1");
     },
     {"indicators[3].responsibility.mode RESPONSIBILITY_INVALID"}},
    {"a split among nobody",
     [](PlanDocument& d) { Responsibility(d, kEnergy).set_mode(v1::Responsibility::SPLIT); },
     {"indicators[4].responsibility.lines RESPONSIBILITY_INVALID",
      "indicators[4].responsibility.lines QUOTA_SUM_MISMATCH"}},
    {"a unit that does not exist",
     [](PlanDocument& d) {
       Responsibility(d, kContracts).mutable_lines(1)->set_unit("units/nobody");
     },
     {"indicators[0].responsibility.lines[1].unit UNIT_UNKNOWN"}},
    {"a name that is none",
     [](PlanDocument& d) { Responsibility(d, kContracts).mutable_lines(1)->set_unit("水利局"); },
     {"indicators[0].responsibility.lines[1].unit FIELD_INVALID"}},
    {"a unit founded later",
     [](PlanDocument& d) { d.mutable_units(1)->set_valid_from("2024-01-02"); },
     {"indicators[0].responsibility.lines[1].unit UNIT_NOT_VALID",
      "plan.work_group.members[1] UNIT_NOT_VALID"}},
    {"a collective unit that owes",
     [](PlanDocument& d) {
       Responsibility(d, kSpending).mutable_lines(0)->set_unit("units/towns");
     },
     {"indicators[2].responsibility.lines[0].unit COLLECTIVE_UNIT_OWES"}},
    {"a collective member of the work group",
     [](PlanDocument& d) { PlanOf(d).mutable_work_group()->add_members("units/towns"); },
     {"plan.work_group.members[2] COLLECTIVE_UNIT_OWES"}},
    {"two accountable units of SINGLE",
     [](PlanDocument& d) { Responsibility(d, kSpending).add_lines()->set_unit("units/water"); },
     {"indicators[2].responsibility.lines RESPONSIBILITY_INVALID"}},
    {"a quota in SINGLE",
     [](PlanDocument& d) { Responsibility(d, kSpending).mutable_lines(0)->set_quota("2"); },
     {"indicators[2].responsibility.lines[0].quota RESPONSIBILITY_INVALID"}},
    {"a data reporter in SINGLE",
     [](PlanDocument& d) {
       Responsibility(d, kSpending)
           .mutable_lines(0)
           ->set_role(v1::Responsibility::Line::DATA_REPORTER);
     },
     {"indicators[2].responsibility.lines[0].role RESPONSIBILITY_INVALID"}},
    {"nobody reports for JOINT",
     [](PlanDocument& d) {
       Responsibility(d, kGrowth).mutable_lines(1)->set_role(v1::Responsibility::Line::ACCOUNTABLE);
     },
     {"indicators[1].responsibility.lines DATA_REPORTER_COUNT"}},
    {"two report for JOINT",
     [](PlanDocument& d) {
       Responsibility(d, kGrowth)
           .mutable_lines(0)
           ->set_role(v1::Responsibility::Line::DATA_REPORTER);
     },
     {"indicators[1].responsibility.lines DATA_REPORTER_COUNT"}},
    {"one alone is not JOINT",
     [](PlanDocument& d) { Responsibility(d, kGrowth).mutable_lines()->DeleteSubrange(0, 1); },
     {"indicators[1].responsibility.lines RESPONSIBILITY_INVALID"}},
    {"a table row that nobody owes",
     [](PlanDocument& d) { d.mutable_indicators(kSpending)->clear_responsibility(); },
     {"indicators[2].responsibility.mode RESPONSIBILITY_INVALID"}},
    {"lines without a mode",
     [](PlanDocument& d) { Responsibility(d, kEnergy).add_lines()->set_unit("units/water"); },
     {"indicators[4].responsibility.mode RESPONSIBILITY_INVALID"}},
};

const DocumentCase kIndicatorCases[] = {
    {"no operator",
     [](PlanDocument& d) { TargetOf(d, kSpending).clear_operator_(); },
     {"indicators[2].target.operator TARGET_INVALID"}},
    {"no bound",
     [](PlanDocument& d) { TargetOf(d, kGrowth).clear_low(); },
     {"indicators[1].target.low TARGET_INVALID"}},
    {"NaN",
     [](PlanDocument& d) { TargetOf(d, kGrowth).set_low("NaN"); },
     {"indicators[1].target.low DECIMAL_INVALID"}},
    {"23 digits",
     [](PlanDocument& d) { TargetOf(d, kGrowth).set_low("12345678901234567890123"); },
     {"indicators[1].target.low DECIMAL_INVALID"}},
    {"a range upside down",
     [](PlanDocument& d) { TargetOf(d, kRange).set_high("3"); },
     {"indicators[5].target.high TARGET_INVALID"}},
    {"a range without an end",
     [](PlanDocument& d) { TargetOf(d, kRange).clear_high(); },
     {"indicators[5].target.high TARGET_INVALID"}},
    {"an upper bound of GE",
     [](PlanDocument& d) { TargetOf(d, kGrowth).set_high("20"); },
     {"indicators[1].target.high TARGET_INVALID"}},
    {"half a technology",
     [](PlanDocument& d) { TargetOf(d, kRange).set_low("2.5"); },
     {"indicators[5].target.low TARGET_INVALID"}},
    {"a milestone of two",
     [](PlanDocument& d) { TargetOf(d, kOpening).set_low("2"); },
     {"indicators[3].target.low TARGET_INVALID"}},
    {"a milestone to stay below",
     [](PlanDocument& d) {
       TargetOf(d, kOpening).set_operator_(v1::Target::LE);
       d.mutable_indicators(kOpening)->set_baseline("2");
     },
     {"indicators[3].target.low TARGET_INVALID"}},
    {"nothing to reach",
     [](PlanDocument& d) { TargetOf(d, kSpending).set_low("0"); },
     {"indicators[2].target.low TARGET_INVALID"}},
    {"to come down from nowhere",
     [](PlanDocument& d) { d.mutable_indicators(kEnergy)->clear_baseline(); },
     {"indicators[4].baseline TARGET_INVALID"}},
    {"to come down from where one stands",
     [](PlanDocument& d) { d.mutable_indicators(kEnergy)->set_baseline("80.5"); },
     {"indicators[4].baseline TARGET_INVALID"}},
    {"no kind",
     [](PlanDocument& d) { d.mutable_indicators(kSpending)->clear_kind(); },
     {"indicators[2].kind KIND_INVALID"}},
    {"no unit of measure",
     [](PlanDocument& d) { d.mutable_indicators(kSpending)->clear_unit_of_measure(); },
     {"indicators[2].unit_of_measure KIND_INVALID"}},
    {"a growth in 亿元",
     [](PlanDocument& d) { d.mutable_indicators(kGrowth)->set_unit_of_measure("亿元"); },
     {"indicators[1].unit_of_measure KIND_INVALID"}},
    {"an amount in percent",
     [](PlanDocument& d) { d.mutable_indicators(kSpending)->set_unit_of_measure("%"); },
     {"indicators[2].unit_of_measure KIND_INVALID"}},
    {"a milestone in 个",
     [](PlanDocument& d) { d.mutable_indicators(kOpening)->set_unit_of_measure("个"); },
     {"indicators[3].unit_of_measure KIND_INVALID"}},
    {"a gap in 百分点",
     [](PlanDocument& d) {
       d.mutable_indicators(kGrowth)->set_kind(v1::Indicator::GROWTH_GAP);
       d.mutable_indicators(kGrowth)->set_unit_of_measure("百分点");
     },
     {}},
    {"another reported unit of an amount",
     [](PlanDocument& d) { d.mutable_indicators(kSpending)->set_reported_unit("万元"); },
     {"indicators[2].reported_unit KIND_INVALID"}},
    {"no accumulation",
     [](PlanDocument& d) { d.mutable_indicators(kSpending)->clear_accumulation(); },
     {"indicators[2].accumulation KIND_INVALID"}},
    {"no rhythm",
     [](PlanDocument& d) { d.mutable_indicators(kSpending)->clear_collection(); },
     {"indicators[2].collection KIND_INVALID"}},
    {"points of a mere growth",
     [](PlanDocument& d) { d.mutable_indicators(kGrowth)->set_growth_in_points(true); },
     {"indicators[1].growth_in_points KIND_INVALID"}},
    {"no source",
     [](PlanDocument& d) { d.mutable_indicators(kEnergy)->clear_source(); },
     {"indicators[4].source FIELD_INVALID"}},
    {"a commitment with a row",
     [](PlanDocument& d) { d.mutable_indicators(kEnergy)->set_table_row(9); },
     {"indicators[4].table_row FIELD_INVALID"}},
    {"a row twice",
     [](PlanDocument& d) { d.mutable_indicators(kGrowth)->set_table_row(1); },
     {"indicators[1].table_row DUPLICATE_ID"}},
    {"a negative weight",
     [](PlanDocument& d) { d.mutable_indicators(kGrowth)->set_weight("-1"); },
     {"indicators[1].weight WEIGHT_INVALID"}},
    {"a task that is not there",
     [](PlanDocument& d) { d.mutable_indicators(kGrowth)->set_task("talent"); },
     {"indicators[1].task TASK_UNKNOWN"}},
    {"a link to nothing",
     [](PlanDocument& d) { d.mutable_indicators(kRange)->set_linked_indicator("nothing"); },
     {"indicators[5].linked_indicator LINK_UNKNOWN"}},
    {"a link to itself",
     [](PlanDocument& d) { d.mutable_indicators(kRange)->set_linked_indicator("technologies"); },
     {"indicators[5].linked_indicator LINK_UNKNOWN"}},
    {"a pacing of no kind",
     [](PlanDocument& d) { d.mutable_indicators(kGrowth)->mutable_pacing()->clear_kind(); },
     {"indicators[1].pacing.kind PACING_INVALID"}},
    {"points that end at 99.9",
     [](PlanDocument& d) {
       d.mutable_indicators(kSpending)->mutable_pacing()->mutable_points(1)->set_percent("99.9");
     },
     {"indicators[2].pacing.points[1].percent PACING_INVALID"}},
    {"points that fall",
     [](PlanDocument& d) {
       d.mutable_indicators(kSpending)->mutable_pacing()->mutable_points(0)->set_percent("100.1");
     },
     {"indicators[2].pacing.points[1].percent PACING_INVALID"}},
    {"points on one day",
     [](PlanDocument& d) {
       d.mutable_indicators(kSpending)->mutable_pacing()->mutable_points(0)->set_date("2024-12-31");
     },
     {"indicators[2].pacing.points[1].date PACING_INVALID"}},
    {"a point in another year",
     [](PlanDocument& d) {
       d.mutable_indicators(kSpending)->mutable_pacing()->mutable_points(0)->set_date("2023-06-30");
     },
     {"indicators[2].pacing.points[0].date PACING_INVALID"}},
    {"a point on 02-30",
     [](PlanDocument& d) {
       d.mutable_indicators(kSpending)->mutable_pacing()->mutable_points(0)->set_date("2024-02-30");
     },
     {"indicators[2].pacing.points[0].date DATE_INVALID"}},
    {"points of a straight line",
     [](PlanDocument& d) {
       d.mutable_indicators(kSpending)->mutable_pacing()->set_kind(v1::Pacing::LINEAR_BY_DAY);
     },
     {"indicators[2].pacing.points PACING_INVALID"}},
    {"a kind that the contract does not know",
     [](PlanDocument& d) {
       d.mutable_indicators(kEnergy)->set_evidence_policy(
           static_cast<v1::Indicator::EvidencePolicy>(77));
     },
     {"indicators[4].evidence_policy FIELD_INVALID"}},
    {"a name with a blank before it",
     [](PlanDocument& d) { d.mutable_indicators(kEnergy)->set_display_name(" 能耗"); },
     {"indicators[4].display_name FIELD_INVALID"}},
    {"an indicator of another plan",
     [](PlanDocument& d) {
       d.mutable_indicators(kEnergy)->set_name("plans/other/indicators/energy");
     },
     {"indicators[4].name FIELD_INVALID"}},
    {"an indicator twice",
     [](PlanDocument& d) { d.mutable_indicators(kEnergy)->set_name(d.indicators(3).name()); },
     {"indicators[4].name DUPLICATE_ID"}},
    {"what only the server writes",
     [](PlanDocument& d) {
       d.mutable_indicators(kEnergy)->set_revision(1);
       d.mutable_units(1)->set_valid_until("2030-01-01");
       d.mutable_members(0)->set_deactivated(true);
       PlanOf(d).set_etag("v1");
     },
     {"indicators[4].revision FIELD_INVALID", "units[1].valid_until FIELD_INVALID",
      "members[0].deactivated FIELD_INVALID", "plan.etag FIELD_INVALID"}},
};

INSTANTIATE_TEST_SUITE_P(Responsibility, PlanDocumentTest,
                         ::testing::ValuesIn(kResponsibilityCases));
INSTANTIATE_TEST_SUITE_P(Indicator, PlanDocumentTest, ::testing::ValuesIn(kIndicatorCases));

TEST(QuotaSumTest, SaysTheSumTheTargetAndWhatIsMissing) {
  PlanDocument document = SmallPlan();
  Responsibility(document, kContracts).mutable_lines(1)->set_quota("19");
  const auto info = GetErrorInfo(Check(document));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->metadata().at("sum"), "29");
  EXPECT_EQ(info->metadata().at("target"), "30");
  EXPECT_EQ(info->metadata().at("missing"), "1");
}

TEST(QuotaSumTest, ComparesExactlyAndSaysTheExcess) {
  PlanDocument document = SmallPlan();
  v1::Indicator& amount = *document.mutable_indicators(kSpending);
  amount.mutable_target()->set_low("0.3");
  amount.mutable_responsibility()->set_mode(v1::Responsibility::SPLIT);
  amount.mutable_responsibility()->mutable_lines(0)->set_quota("0.1");
  auto& line = *amount.mutable_responsibility()->add_lines();
  line.set_unit("units/water");
  line.set_quota("0.2");
  EXPECT_TRUE(Check(document).ok()) << Check(document);
  line.set_quota("0.200001");
  const auto info = GetErrorInfo(Check(document));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->metadata().at("excess"), "0.000001");
}

TEST(PlanDocumentRulesTest, AnswersEverythingAtOnce) {
  PlanDocument document = SmallPlan();
  document.mutable_plan()->clear_title();
  Responsibility(document, kContracts).mutable_lines(0)->set_quota("11");
  document.mutable_units(0)->set_display_name("");
  const absl::Status status = Check(document);
  EXPECT_EQ(GetReason(status), "PLAN_INVALID");
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("violations"), "3");
  EXPECT_THAT(ViolationsOf(status),
              UnorderedElementsAreArray({"document.plan.title FIELD_INVALID",
                                         "document.indicators[0].responsibility.lines "
                                         "QUOTA_SUM_MISMATCH",
                                         "document.units[0].display_name FIELD_INVALID"}));
}

TEST(PlanDocumentRulesTest, AUnitClosedBeforeTheFirstDayIsNotValid) {
  const PlanDocument document = SmallPlan();
  v1::Unit water = document.units(1);
  water.set_valid_until("2023-12-31");
  EXPECT_THAT(ViolationsOf(Check(document, {{water.name(), water}})),
              UnorderedElementsAreArray(
                  {"document.indicators[0].responsibility.lines[1].unit UNIT_NOT_VALID",
                   "document.plan.work_group.members[1] UNIT_NOT_VALID"}));
  water.set_valid_until("2024-01-01");
  EXPECT_TRUE(Check(document, {{water.name(), water}}).ok());
}

struct AmendCase {
  std::string name;
  std::function<void(v1::Indicator&, v1::AmendIndicatorRequest&)> change;
  std::vector<std::string> want;
};

void PrintTo(const AmendCase& c, std::ostream* out) { *out << c.name; }

class AmendmentRulesTest : public ::testing::TestWithParam<AmendCase> {};

TEST_P(AmendmentRulesTest, AnswersExactlyWhatIsWrong) {
  const PlanDocument document = SmallPlan();
  PlanScope scope = ScopeOf(document, {});
  v1::Indicator before = document.indicators(kContracts);
  before.set_effective_date("2024-03-01");
  v1::Indicator after = before;
  v1::AmendIndicatorRequest request;
  request.set_reason("市政府常务会议决定");
  request.set_document_number("临政发〔2024〕5号");
  request.set_effective_date("2024-07-01");
  GetParam().change(after, request);
  EXPECT_THAT(ViolationsOf(CheckAmendment(before, after, request, scope)),
              UnorderedElementsAreArray(GetParam().want));
}

INSTANTIATE_TEST_SUITE_P(
    Amendments, AmendmentRulesTest,
    ::testing::Values(
        AmendCase{"nothing wrong", [](v1::Indicator&, v1::AmendIndicatorRequest&) {}, {}},
        AmendCase{"on the day of the definition before",
                  [](v1::Indicator&, v1::AmendIndicatorRequest& r) {
                    r.set_effective_date("2024-03-01");
                  },
                  {}},
        AmendCase{"a day before it",
                  [](v1::Indicator&, v1::AmendIndicatorRequest& r) {
                    r.set_effective_date("2024-02-29");
                  },
                  {"effective_date FIELD_INVALID"}},
        AmendCase{"in another year",
                  [](v1::Indicator&, v1::AmendIndicatorRequest& r) {
                    r.set_effective_date("2025-01-01");
                  },
                  {"effective_date FIELD_INVALID"}},
        AmendCase{"no date",
                  [](v1::Indicator&, v1::AmendIndicatorRequest& r) { r.clear_effective_date(); },
                  {"effective_date DATE_INVALID"}},
        AmendCase{"no reason and no document",
                  [](v1::Indicator&, v1::AmendIndicatorRequest& r) {
                    r.clear_reason();
                    r.clear_document_number();
                  },
                  {"reason FIELD_INVALID", "document_number FIELD_INVALID"}},
        AmendCase{
            "another kind",
            [](v1::Indicator& i, v1::AmendIndicatorRequest&) { i.set_kind(v1::Indicator::AMOUNT); },
            {"indicator.kind REDEFINITION"}},
        AmendCase{"another weight",
                  [](v1::Indicator& i, v1::AmendIndicatorRequest&) { i.set_weight("3"); },
                  {"indicator.weight FIELD_INVALID"}},
        AmendCase{"another accumulation",
                  [](v1::Indicator& i, v1::AmendIndicatorRequest&) {
                    i.set_accumulation(v1::Indicator::INCREMENT);
                  },
                  {"indicator.accumulation REDEFINITION"}},
        AmendCase{"another rhythm",
                  [](v1::Indicator& i, v1::AmendIndicatorRequest&) {
                    i.set_collection(i.collection() == common::v1::MONTH ? common::v1::DEKAD
                                                                         : common::v1::MONTH);
                  },
                  {"indicator.collection REDEFINITION"}},
        AmendCase{"no rhythm any more",
                  [](v1::Indicator& i, v1::AmendIndicatorRequest&) { i.clear_collection(); },
                  {"indicator.collection REDEFINITION", "indicator.collection KIND_INVALID"}},
        AmendCase{
            "points for percent",
            [](v1::Indicator& i, v1::AmendIndicatorRequest&) {
              i.set_growth_in_points(!i.growth_in_points());
            },
            {"indicator.growth_in_points REDEFINITION", "indicator.growth_in_points KIND_INVALID"}},
        AmendCase{"another row",
                  [](v1::Indicator& i, v1::AmendIndicatorRequest&) { i.set_table_row(7); },
                  {"indicator.table_row FIELD_INVALID"}},
        AmendCase{"out of the table",
                  [](v1::Indicator& i, v1::AmendIndicatorRequest&) {
                    i.set_source(v1::Indicator::NARRATIVE);
                    i.set_table_row(0);
                  },
                  {"indicator.source FIELD_INVALID", "indicator.table_row FIELD_INVALID"}},
        AmendCase{
            "a target that the quotas miss",
            [](v1::Indicator& i, v1::AmendIndicatorRequest&) { i.mutable_target()->set_low("40"); },
            {"indicator.responsibility.lines QUOTA_SUM_MISMATCH"}}));

}  // namespace
}  // namespace duban::indicator
