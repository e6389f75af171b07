// What stands in the way of a submission, and what is only shown.
#include "services/submission/check_rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/plausibility_rules.h"
#include "services/submission/standing_rules.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::kPrecondition;
using v1::Finding;
using v1::Report;

Report ValueOf(const std::string& value, const std::string& family = "家") {
  return Parse<Report>(absl::StrCat(
      R"(name: "plans/p/reports/r" indicator: "plans/p/indicators/i" unit: "units/a"
         period: "2024-01-D1" canonical { value: ")",
      value, R"(" unit_of_measure: ")", family, "\" }"));
}

struct MultipleCase {
  std::string name;
  std::string settings;   // of the plan
  std::string indicator;  // its fields
  Report report;
  bool found;
};

void PrintTo(const MultipleCase& c, std::ostream* out) { *out << c.name; }

class MultipleTest : public ::testing::TestWithParam<MultipleCase> {};

TEST_P(MultipleTest, IsHeldAgainstWhatIsOwed) {
  auto plan = TestPlan({}).plan();
  *plan.mutable_plausibility() = Parse<indicator::v1::Plausibility>(GetParam().settings);
  std::vector<Finding> findings;
  CheckMultiple(TestIndicator(GetParam().indicator), plan, GetParam().report, &findings);
  EXPECT_EQ(findings.size(), GetParam().found ? 1 : 0);
}

constexpr char kQuota[] = R"(responsibility { mode: SPLIT
    lines { unit: "units/a" role: ACCOUNTABLE quota: "20" }
    lines { unit: "units/b" role: ACCOUNTABLE quota: "80" } })";

INSTANTIATE_TEST_SUITE_P(
    Multiples, MultipleTest,
    ::testing::Values(
        MultipleCase{"five times the target", "", "", ValueOf("500"), false},
        MultipleCase{"one more", "", "", ValueOf("501"), true},
        MultipleCase{"five times the quota", "", kQuota, ValueOf("100"), false},
        MultipleCase{"one more than that", "", kQuota, ValueOf("101"), true},
        MultipleCase{"the plan's own multiple", R"(plausible_multiple: "1.5")", kQuota,
                     ValueOf("30"), false},
        MultipleCase{"above the plan's own", R"(plausible_multiple: "1.5")", kQuota, ValueOf("31"),
                     true},
        MultipleCase{"the upper end of a range", "",
                     R"(target { operator: RANGE low: "3" high: "5" })", ValueOf("25"), false},
        MultipleCase{"above it", "", R"(target { operator: RANGE low: "3" high: "5" })",
                     ValueOf("26"), true},
        MultipleCase{"less is better", "", R"(target { operator: LE low: "3" })", ValueOf("999"),
                     false},
        MultipleCase{"a target of zero", "", R"(target { operator: GT low: "0" })", ValueOf("999"),
                     false},
        // 5 亿元
        MultipleCase{"money, on the end", "",
                     R"(kind: AMOUNT unit_of_measure: "亿元" target { operator: GE low: "1" })",
                     ValueOf("500000000", "元"), false},
        MultipleCase{"money, 1 元 more", "",
                     R"(kind: AMOUNT unit_of_measure: "亿元" target { operator: GE low: "1" })",
                     ValueOf("500000001", "元"), true},
        MultipleCase{"of another family", "", "", ValueOf("999999", "元"), false},
        MultipleCase{"a ratio", "", R"(kind: GROWTH unit_of_measure: "%")", ValueOf("999999"),
                     false}));

TEST(MultipleTextTest, SaysTheFigures) {
  std::vector<Finding> findings;
  CheckMultiple(TestIndicator(kQuota), TestPlan({}).plan(), ValueOf("101"), &findings);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].severity(), Finding::WARNING);
  EXPECT_EQ(findings[0].code(), "PLAUSIBLE_MULTIPLE_EXCEEDED");
  EXPECT_EQ(findings[0].explanation(), "填报数 101家 超过任务数 20家 的5倍");
  EXPECT_EQ(findings[0].explanation_en(), "the figure 101家 is more than 5 times the 20家 owed");
}

Finding FindingWith(Finding::Severity severity, const std::string& code) {
  Finding finding;
  finding.set_severity(severity);
  finding.set_code(code);
  finding.set_field("report.measurement.denominator");
  finding.set_explanation(absl::StrCat("中文", code));
  finding.set_explanation_en(absl::StrCat("english ", code));
  return finding;
}

Report WithFindings(const std::vector<Finding>& findings, const std::string& comment) {
  Report report;
  report.set_comment(comment);
  for (const Finding& finding : findings) *report.add_findings() = finding;
  return report;
}

TEST(RefusalTest, ErrorsRefuseWhateverIsSaid) {
  const std::vector<Finding> findings = {
      FindingWith(Finding::ERROR, "A"), FindingWith(Finding::ERROR, "B"),
      FindingWith(Finding::WARNING, "C"), FindingWith(Finding::FLAG, "D")};
  for (const char* comment : {"", "有原因"}) {
    const absl::Status status = Refusal(WithFindings(findings, comment));
    EXPECT_THAT(status, FailsWith(kPrecondition, "CHECK_FAILED", "report.measurement.denominator"));
    EXPECT_EQ(GetBadRequest(status)->field_violations_size(), 2);
    EXPECT_EQ(GetErrorInfo(status)->metadata().at("violations"), "2");
  }
  const absl::Status one = Refusal(WithFindings({findings[0]}, ""));
  EXPECT_EQ(GetErrorInfo(one)->metadata().at("finding"), "A");
  EXPECT_EQ(GetLocalizedText(one, "zh-CN"), "未通过校验:中文A");
  EXPECT_EQ(one.message(), "The check failed: english A.");
}

TEST(RefusalTest, WarningsNeedAComment) {
  const std::vector<Finding> findings = {FindingWith(Finding::WARNING, "A"),
                                         FindingWith(Finding::WARNING, "B"),
                                         FindingWith(Finding::FLAG, "C")};
  const absl::Status status = Refusal(WithFindings(findings, ""));
  EXPECT_THAT(status, FailsWith(kPrecondition, "COMMENT_REQUIRED", "report.comment"));
  EXPECT_EQ(GetBadRequest(status)->field_violations_size(), 2);
  EXPECT_THAT(Refusal(WithFindings(findings, "有原因")), IsOk());
  const absl::Status one = Refusal(WithFindings({findings[1]}, ""));
  EXPECT_EQ(GetLocalizedText(one, "zh-CN"), "请在备注中说明:中文B");
}

TEST(RefusalTest, TheReasonOfACorrectionIsAWordToo) {
  Report report = WithFindings({FindingWith(Finding::WARNING, "A")}, "");
  report.set_correction_reason("核减重复");
  EXPECT_THAT(Refusal(report), IsOk());
}

TEST(RefusalTest, FlagsRefuseNothing) {
  EXPECT_THAT(Refusal(WithFindings({FindingWith(Finding::FLAG, "OUTLIER")}, "")), IsOk());
  EXPECT_THAT(Refusal(Report()), IsOk());
}

absl::Time Now() {
  return absl::FromCivil(absl::CivilSecond(2024, 4, 2, 9, 0, 0), absl::FixedTimeZone(8 * 3600));
}

std::vector<std::string> Codes(const std::vector<Finding>& findings) {
  std::vector<std::string> codes;
  for (const Finding& finding : findings) codes.push_back(finding.code());
  return codes;
}

// A part that must not be above the whole, and six periods of 10 to 11 each.
TEST(CheckTest, AnswersAllOfThemTheWorstFirst) {
  auto history = TestPlan({TestIndicator(R"(accumulation: LEVEL)"),
                           TestIndicator(R"(name: "plans/p/indicators/whole")")});
  *history.mutable_plan()->add_consistency_rules() = Parse<indicator::v1::ConsistencyRule>(
      R"(id: "rule" severity: ERROR scope: EACH_UNIT display_text: "勾稽"
         subset { part: "i" whole: "whole" })");
  Report report = ValueOf("501");
  report.set_period("2024-03-D1");
  Comparables comparables;
  for (const char* period :
       {"2024-01-D1", "2024-01-D2", "2024-01-D3", "2024-02-D1", "2024-02-D2", "2024-02-D3"}) {
    Report earlier = ValueOf(comparables.accepted.size() % 2 == 0 ? "10" : "11");
    earlier.set_period(period);
    comparables.accepted.push_back(StandingOf(earlier));
  }
  Report whole = ValueOf("500");
  whole.set_indicator("plans/p/indicators/whole");
  whole.set_period("2024-03-D1");
  comparables.held.push_back(StandingOf(whole));
  EXPECT_THAT(Codes(Check(history, report, comparables, Now())),
              ElementsAre("PART_ABOVE_WHOLE", "PLAUSIBLE_MULTIPLE_EXCEEDED", "OUTLIER"));
  EXPECT_EQ(PlacesFor(history, report, Now()).size(), 1);
  report.mutable_canonical()->Clear();
  EXPECT_THAT(Check(history, report, comparables, Now()), IsEmpty());
}

TEST(CheckTest, TheDefinitionOfThePeriodsEndCounts) {
  auto amended = TestIndicator(R"(revision: 2 effective_date: "2024-01-11"
                                  target { operator: GE low: "10" })");
  const auto history = TestPlan({TestIndicator(""), amended});
  Report report = ValueOf("51");
  EXPECT_THAT(Check(history, report, {}, Now()), IsEmpty());
  report.set_period("2024-01-D2");
  EXPECT_THAT(Codes(Check(history, report, {}, Now())), ElementsAre("PLAUSIBLE_MULTIPLE_EXCEEDED"));
}

TEST(FindingsOfTest, NamesEveryFieldOfARefusal) {
  const absl::Status refusal = Error(kFieldInvalid)
                                   .With("field", "a")
                                   .With("zh", "不对")
                                   .With("en", "wrong")
                                   .Field("report.a")
                                   .Field("report.b");
  const std::vector<Finding> findings = FindingsOf(refusal);
  ASSERT_EQ(findings.size(), 2);
  EXPECT_EQ(findings[0].severity(), Finding::ERROR);
  EXPECT_EQ(findings[0].code(), "FIELD_INVALID");
  EXPECT_EQ(findings[0].field(), "report.a");
  EXPECT_EQ(findings[1].field(), "report.b");
  EXPECT_EQ(findings[0].explanation(), "字段 a 无效:不对");
  EXPECT_EQ(findings[0].explanation_en(), "Field a is invalid: wrong.");
  const std::vector<Finding> whole = FindingsOf(Error(kStaleEtag).With("current", "v2"));
  ASSERT_EQ(whole.size(), 1);
  EXPECT_EQ(whole[0].code(), "STALE_ETAG");
  EXPECT_EQ(whole[0].field(), "");
  EXPECT_THAT(FindingsOf(absl::OkStatus()), IsEmpty());
  EXPECT_THAT(FindingsOf(absl::InternalError("x")), IsEmpty());
}

}  // namespace
}  // namespace duban::submission
