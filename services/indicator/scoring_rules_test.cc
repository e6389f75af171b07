// What can be wrong with a plan's scoring, its escalation ladder, lead time and document style.
#include "services/indicator/scoring_rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/indicator/document_rules.h"
#include "services/indicator/escalation_rules.h"
#include "services/indicator/test_plan.h"

namespace duban::indicator {
namespace {

using ::testing::UnorderedElementsAreArray;
using v1::PlanDocument;

// The small plan, its weights summing to 100, with `plan` merged into its plan.
PlanDocument ScoredDocument(const std::string& plan) {
  PlanDocument document = SmallPlan();
  document.mutable_indicators(1)->set_weight("60.3");
  document.mutable_indicators(2)->set_weight("37.2");
  v1::Plan more;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(plan, &more)) << plan;
  document.mutable_plan()->MergeFrom(more);
  return document;
}

std::vector<std::string> Found(const PlanDocument& document) {
  Violations violations;
  CheckPlanDocument(document, {}, "", violations);
  return ViolationsOf(violations.ToStatus(kPlanInvalid, absl::StatusCode::kFailedPrecondition));
}

struct ScoringCase {
  std::string name;
  std::string plan;
  std::vector<std::string> want;
};

void PrintTo(const ScoringCase& c, std::ostream* out) { *out << c.name; }

class ReviewSettingsTest : public ::testing::TestWithParam<ScoringCase> {};

TEST_P(ReviewSettingsTest, AnswersExactlyWhatIsWrong) {
  EXPECT_THAT(Found(ScoredDocument(GetParam().plan)), UnorderedElementsAreArray(GetParam().want));
}

ScoringCase Capped(const std::string& name, const std::string& cap,
                   const std::vector<std::string>& want) {
  return {
      name,
      absl::StrCat("scoring { not_due: RENORMALISE missing: RATE_ZERO cap_percent: '", cap, "' }"),
      want};
}

ScoringCase Scoring(const std::string& name, const std::string& rules,
                    const std::vector<std::string>& want) {
  return {name,
          absl::StrCat("scoring { cap_percent: '100' not_due: RENORMALISE missing: RATE_ZERO ",
                       rules, " }"),
          want};
}

ScoringCase Ladder(const std::string& name, const std::string& steps,
                   const std::vector<std::string>& want) {
  return {name, absl::StrCat("escalation { cutoff: '17:30' ", steps, " }"), want};
}

INSTANTIATE_TEST_SUITE_P(
    Scoring, ReviewSettingsTest,
    ::testing::Values(
        Scoring("no adjustments", "", {}),
        Scoring("adjustments and groups", R"(
          adjustments { kind: ADOPTED_EXPERIENCE points: "2" limit: "4" }
          adjustments { kind: LATE_REPORT points: "-0.5" }
          peer_groups { id: "zones" display_name: "园区" units: "units/water" })",
                {}),
        ScoringCase{
            "rules that say nothing",
            "scoring {}",
            {"plan.scoring.cap_percent SCORING_INVALID", "plan.scoring.not_due SCORING_INVALID",
             "plan.scoring.missing SCORING_INVALID"}},
        Capped("a cap below full", "99.9", {"plan.scoring.cap_percent SCORING_INVALID"}),
        Capped("a cap above twice", "200.1", {"plan.scoring.cap_percent SCORING_INVALID"}),
        Capped("a cap that is no decimal", "1e2",
               {"plan.scoring.cap_percent DECIMAL_INVALID",
                "plan.scoring.cap_percent SCORING_INVALID"}),
        Scoring("lateness that pays", "adjustments { kind: LATE_REPORT points: '1' }",
                {"plan.scoring.adjustments[0].points SCORING_INVALID"}),
        Scoring("an experience that costs", "adjustments { kind: ADOPTED_EXPERIENCE points: '-1' }",
                {"plan.scoring.adjustments[0].points SCORING_INVALID"}),
        Scoring("an adjustment of nothing", "adjustments { points: '1' }",
                {"plan.scoring.adjustments[0].kind SCORING_INVALID"}),
        Scoring("an adjustment twice", R"(adjustments { kind: MISSED_REPORT points: "-1" }
          adjustments { kind: MISSED_REPORT points: "-2" })",
                {"plan.scoring.adjustments[1].kind SCORING_INVALID"}),
        Scoring("a limit of nothing",
                "adjustments { kind: RED_LIGHT_MONTH points: '-1' limit: '0' }",
                {"plan.scoring.adjustments[0].limit SCORING_INVALID"}),
        Scoring("a unit of two groups", R"(
          peer_groups { id: "a" display_name: "甲" units: "units/water" }
          peer_groups { id: "a" display_name: "乙" units: "units/water" })",
                {"plan.scoring.peer_groups[1].id DUPLICATE_ID",
                 "plan.scoring.peer_groups[1].units[0] DUPLICATE_ID"}),
        Scoring("a unit of nowhere",
                "peer_groups { id: 'a' display_name: '甲' units: 'units/nobody' }",
                {"plan.scoring.peer_groups[0].units[0] UNIT_UNKNOWN"}),
        Scoring("a group without name", "peer_groups { id: 'a' }",
                {"plan.scoring.peer_groups[0].display_name FIELD_INVALID"})));

INSTANTIATE_TEST_SUITE_P(
    Escalation, ReviewSettingsTest,
    ::testing::Values(Ladder("all four steps", R"(
          steps { kind: DUE_SOON workdays_from_due: -2 }
          steps { kind: YELLOW_SLIP minimum_workdays: 1 }
          steps { kind: RED_SLIP workdays_from_due: 5 minimum_workdays: 3 }
          steps { kind: TALK workdays_from_due: 10 minimum_workdays: 5 })",
                             {}),
                      Ladder("no steps", "", {"plan.escalation.steps ESCALATION_INVALID"}),
                      Ladder("a step of nothing", "steps {}",
                             {"plan.escalation.steps[0].kind ESCALATION_INVALID"}),
                      Ladder("red before yellow", R"(steps { kind: RED_SLIP }
          steps { kind: YELLOW_SLIP workdays_from_due: 1 minimum_workdays: 1 })",
                             {"plan.escalation.steps[1].kind ESCALATION_INVALID"}),
                      Ladder("yellow twice", R"(steps { kind: YELLOW_SLIP }
          steps { kind: YELLOW_SLIP workdays_from_due: 1 minimum_workdays: 1 })",
                             {"plan.escalation.steps[1].kind ESCALATION_INVALID"}),
                      Ladder("red on yellow's day",
                             R"(steps { kind: YELLOW_SLIP workdays_from_due: 1 }
          steps { kind: RED_SLIP workdays_from_due: 1 minimum_workdays: 1 })",
                             {"plan.escalation.steps[1].workdays_from_due ESCALATION_INVALID"}),
                      Ladder("a reminder when it is due", "steps { kind: DUE_SOON }",
                             {"plan.escalation.steps[0].workdays_from_due ESCALATION_INVALID"}),
                      Ladder("a slip before it is due",
                             "steps { kind: YELLOW_SLIP workdays_from_due: -1 }",
                             {"plan.escalation.steps[0].workdays_from_due ESCALATION_INVALID"}),
                      Ladder("61 days", "steps { kind: TALK workdays_from_due: 61 }",
                             {"plan.escalation.steps[0].workdays_from_due ESCALATION_INVALID"}),
                      Ladder("two steps at once", R"(steps { kind: YELLOW_SLIP }
          steps { kind: RED_SLIP workdays_from_due: 1 })",
                             {"plan.escalation.steps[1].minimum_workdays ESCALATION_INVALID"}),
                      ScoringCase{"midnight",
                                  "escalation { steps { kind: TALK } cutoff: '00:00' }",
                                  {"plan.escalation.cutoff ESCALATION_INVALID"}}));

INSTANTIATE_TEST_SUITE_P(
    Others, ReviewSettingsTest,
    ::testing::Values(ScoringCase{"a region and a lead time",
                                  "calendar_region: 'CN-HN' lead_time { minimum_workdays: 3 }",
                                  {}},
                      ScoringCase{"a small region",
                                  "calendar_region: 'cn'",
                                  {"plan.calendar_region FIELD_INVALID"}},
                      ScoringCase{"a region with an end",
                                  "calendar_region: 'CN-'",
                                  {"plan.calendar_region FIELD_INVALID"}},
                      ScoringCase{"time given back",
                                  "lead_time { minimum_workdays: -1 }",
                                  {"plan.lead_time.minimum_workdays FIELD_INVALID"}},
                      ScoringCase{"a style",
                                  R"(document_style { red_header: true issuing_organ: "专班办公室"
           number_prefix: "创办发" recipients: "各成员单位" })",
                                  {}},
                      ScoringCase{"a style of nobody",
                                  "document_style {}",
                                  {"plan.document_style.issuing_organ FIELD_INVALID",
                                   "plan.document_style.number_prefix FIELD_INVALID",
                                   "plan.document_style.recipients FIELD_INVALID"}}));

TEST(WeightSumTest, NamesTheSumThatIsNot100) {
  PlanDocument document =
      ScoredDocument("scoring { cap_percent: '100' not_due: RENORMALISE missing: RATE_ZERO }");
  document.mutable_indicators(2)->set_weight("36.2");
  Violations violations;
  CheckPlanDocument(document, {}, "", violations);
  ASSERT_EQ(violations.size(), 1);
  EXPECT_EQ(violations.entries()[0].reason, "WEIGHT_SUM");
  EXPECT_EQ(violations.entries()[0].path, "plan.scoring");
  EXPECT_EQ(violations.entries()[0].en, "The weights of the indicators sum to 99 and not to 100.");
}

TEST(WeightSumTest, IsAskedOnlyWhereThePlanScores) {
  PlanDocument document = ScoredDocument("");
  document.mutable_indicators(2)->set_weight("36.2");
  EXPECT_THAT(Found(document), ::testing::IsEmpty());
}

}  // namespace
}  // namespace duban::indicator
