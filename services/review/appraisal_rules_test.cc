#include "services/review/appraisal_rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using indicator::v1::ScoringRules;
using submission::v1::ScoreboardLine;
using v1::Appraisal;
using v1::UnitScore;
using Rule = ScoringRules::Adjustment;

ScoringRules FromText(const std::string& text) {
  ScoringRules rules;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &rules)) << text;
  return rules;
}

// Fields named in `change` replace those below.
ScoringRules Rules(const std::string& change = "") {
  ScoringRules rules = FromText(
      "cap_percent: '100' not_due: RENORMALISE missing: RATE_ZERO"
      " adjustments { kind: ADOPTED_EXPERIENCE points: '2' limit: '6' }"
      " adjustments { kind: LATE_REPORT points: '-0.5' limit: '5' }"
      " adjustments { kind: RED_LIGHT_MONTH points: '-0.5' limit: '5' } ");
  rules.MergeFrom(FromText(change));
  return rules;
}

// What is on a unit's line.
struct Line {
  std::string unit;
  std::string indicator;
  std::string completion;  // empty: none
  ScoreboardLine::GreyCause cause = ScoreboardLine::GREY_CAUSE_UNSPECIFIED;
};

AppraisalFacts Facts(const std::vector<Line>& lines) {
  AppraisalFacts facts;
  facts.session = "plans/p/sessions/appraisal-2024-h1";
  facts.period = "2024-H1";
  facts.snapshot.set_name("plans/p/snapshots/s");
  facts.snapshot.set_digest("abc");
  for (const Line& line : lines) {
    ScoreboardLine* board = facts.snapshot.mutable_scoreboard()->add_lines();
    board->set_unit(line.unit);
    board->set_indicator(line.indicator);
    board->set_completion_percent(line.completion);
    board->set_grey_cause(line.cause);
    board->set_light(line.cause == 0 ? ScoreboardLine::GREEN : ScoreboardLine::GREY);
  }
  facts.weights = {{"i8", "8"}, {"i4", "4"}, {"j4", "4"}, {"k4", "4"},
                   {"x", "1"},  {"y", "1"},  {"z", "1"},  {"none", ""}};
  facts.unit_names = {{"units/a", "甲局"}};
  return facts;
}

// Scores by unit, as `rank total`.
std::string Scores(const ScoringRules& rules, const AppraisalFacts& facts) {
  const auto appraisal = ComputeAppraisal(rules, facts);
  EXPECT_THAT(appraisal, IsOk());
  std::string text;
  if (!appraisal.ok()) return text;
  for (const UnitScore& score : appraisal->scores()) {
    absl::StrAppend(&text, score.peer_group(), ":", score.unit(), " ", score.rank(), " ",
                    score.total_points(), "; ");
  }
  return text;
}

// Weights 8, 4 and 4 count, 4 does not: 50, 25 and 25 points. 50% of 50, 120% capped of 25, and no
// figures.
const std::vector<Line> kUnitA = {{"units/a", "i8", "50.0000"},
                                  {"units/a", "i4", "120.0000"},
                                  {"units/a", "j4", "", ScoreboardLine::NOT_DUE},
                                  {"units/a", "k4", "", ScoreboardLine::NO_DATA},
                                  {"units/a", "none", "70.0000"},
                                  {"", "i8", "90.0000"}};

TEST(ComputeAppraisalTest, EveryPointIsExplained) {
  AppraisalFacts facts = Facts(kUnitA);
  for (int i = 0; i < 12; ++i) {
    facts.happenings.push_back({"units/a", Rule::LATE_REPORT, absl::StrCat("r", i), "r"});
  }
  facts.happenings.push_back({"units/a", Rule::ADOPTED_EXPERIENCE, "x1", "x1"});
  facts.happenings.push_back({"units/a", Rule::ADOPTED_EXPERIENCE, "x2", "x2"});
  // Two lines red in one month are one month.
  facts.happenings.push_back({"units/a", Rule::RED_LIGHT_MONTH, "2024-03", "2024-03 i8"});
  facts.happenings.push_back({"units/a", Rule::RED_LIGHT_MONTH, "2024-03", "2024-03 i4"});
  facts.happenings.push_back({"units/b", Rule::LATE_REPORT, "other", "other"});
  const auto appraisal = ComputeAppraisal(Rules(), facts);
  ASSERT_THAT(appraisal, IsOk());
  ASSERT_EQ(appraisal->scores_size(), 1);
  const UnitScore& score = appraisal->scores(0);
  EXPECT_EQ(score.unit_name(), "甲局");
  EXPECT_EQ(score.base_points(), "50.0000");
  EXPECT_EQ(score.total_points(), "48.5000");  // 50 + 4 − 5 − 0.5
  ASSERT_EQ(score.lines_size(), 4);
  const struct {
    const char* in_force;
    const char* points;
    UnitScore::LinePoints::Treatment treatment;
  } wanted[] = {{"50.0000", "25.0000", UnitScore::LinePoints::SCORED},
                {"25.0000", "25.0000", UnitScore::LinePoints::SCORED},
                {"0.0000", "0.0000", UnitScore::LinePoints::RENORMALISED},
                {"25.0000", "0.0000", UnitScore::LinePoints::ZERO}};
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(score.lines(i).weight_in_force(), wanted[i].in_force) << i;
    EXPECT_EQ(score.lines(i).points(), wanted[i].points) << i;
    EXPECT_EQ(score.lines(i).treatment(), wanted[i].treatment) << i;
  }
  EXPECT_EQ(score.lines(1).explanation(),
            "指标权重 4，折合 25.0000 分；完成 120.0000%（计分在 0 至 100% 之间），得 25.0000 分");
  EXPECT_EQ(score.lines(2).explanation(), "尚未到期，按规则不计，权重 4 由其余指标分摊");
  EXPECT_EQ(score.lines(3).explanation_en(),
            "There is no completion, which the rules rate zero of 25.0000.");
  ASSERT_EQ(score.adjustments_size(), 3);
  EXPECT_EQ(score.adjustments(0).points(), "4.0000");
  EXPECT_EQ(score.adjustments(1).count(), 12);
  EXPECT_EQ(score.adjustments(1).points(), "-5.0000");
  EXPECT_EQ(score.adjustments(1).explanation(),
            "逾期报送 12 次，每次 -0.5 分，最多 5 分，计 -5.0000 分");
  EXPECT_EQ(score.adjustments(2).count(), 1);
  EXPECT_EQ(score.adjustments(2).subjects_size(), 2);
  EXPECT_EQ(score.adjustments(2).points(), "-0.5000");
}

struct RuleCase {
  std::string name;
  std::string rules;
  std::vector<Line> lines;
  std::string want;
};

TEST(ComputeAppraisalTest, ByTheRulesOfThePlan) {
  const std::vector<RuleCase> cases = {
      {"a higher cap",
       "cap_percent: '110'",
       {{"units/a", "x", "150"}, {"units/a", "y", "50"}},
       ":units/a 1 80.0000; "},  // 55 + 25
      {"below zero is zero",
       "",
       {{"units/a", "x", "-30"}, {"units/a", "y", "50"}},
       ":units/a 1 25.0000; "},
      {"not due earns nothing",
       "not_due: RATE_ZERO",
       {{"units/a", "x", "100"}, {"units/a", "y", "", ScoreboardLine::NOT_DUE}},
       ":units/a 1 50.0000; "},
      {"not due is shared out whatever was reported",
       "",
       {{"units/a", "x", "100"}, {"units/a", "y", "10", ScoreboardLine::NOT_DUE}},
       ":units/a 1 100.0000; "},
      {"missing is shared out",
       "missing: RENORMALISE",
       {{"units/a", "x", "100"}, {"units/a", "y", "", ScoreboardLine::NO_DATA}},
       ":units/a 1 100.0000; "},
      {"no result is missing",
       "",
       {{"units/a", "x", "100"}, {"units/a", "y", "", ScoreboardLine::NOT_COMPUTABLE}},
       ":units/a 1 50.0000; "},
      {"nothing counts", "", {{"units/a", "x", "", ScoreboardLine::NOT_DUE}}, ":units/a 0 ; "},
      {"no weighted line", "", {{"units/a", "none", "100"}}, ":units/a 0 ; "},
      {"equal totals share the place",
       "",
       {{"units/d", "x", "10"},
        {"units/c", "x", "50"},
        {"units/b", "x", "50"},
        {"units/a", "x", "90"}},
       ":units/a 1 90.0000; :units/b 2 50.0000; :units/c 2 50.0000; :units/d 4 10.0000; "},
      // (100 + 50.5 + 33.3333) / 3 = 61.27776… is less than 61.2778, though both read alike.
      {"judged before rounding",
       "",
       {{"units/a", "x", "100"},
        {"units/a", "y", "50.5"},
        {"units/a", "z", "33.3333"},
        {"units/b", "x", "61.2778"}},
       ":units/b 1 61.2778; :units/a 2 61.2778; "},
      {"ranked among peers",
       "peer_groups { id: 'g' units: 'units/c' units: 'units/e' }",
       {{"units/a", "x", "90"}, {"units/c", "x", "10"}, {"units/b", "x", "95"}},
       "g:units/c 1 10.0000; g:units/e 0 ; :units/b 1 95.0000; :units/a 2 90.0000; "}};
  for (const RuleCase& c : cases) {
    EXPECT_EQ(Scores(Rules(c.rules), Facts(c.lines)), c.want) << c.name;
  }
}

TEST(ComputeAppraisalTest, NoTotalIsBelowZeroAndOneWithoutLinesSaysWhy) {
  AppraisalFacts facts = Facts({{"units/a", "x", "1"}});
  for (int i = 0; i < 9; ++i) {
    facts.happenings.push_back({"units/a", Rule::LATE_REPORT, absl::StrCat("r", i), "r"});
  }
  const auto appraisal = ComputeAppraisal(Rules("peer_groups { id: 'g' units: 'units/e' }"), facts);
  ASSERT_THAT(appraisal, IsOk());
  EXPECT_FALSE(appraisal->scores(0).ranked());
  EXPECT_EQ(appraisal->scores(0).explanation(), "没有计权指标，不参与排名");
  EXPECT_EQ(appraisal->scores(1).total_points(), "0.0000");
  EXPECT_EQ(appraisal->scores(1).base_points(), "1.0000");
}

TEST(ComputeAppraisalTest, TheOrderOfFactsChangesNothing) {
  AppraisalFacts facts = Facts(kUnitA);
  for (int i = 0; i < 7; ++i) {
    facts.happenings.push_back(
        {"units/a", Rule::LATE_REPORT, absl::StrCat("r", i), absl::StrCat("r", i)});
  }
  const auto first = ComputeAppraisal(Rules(), facts);
  std::reverse(facts.happenings.begin(), facts.happenings.end());
  const auto second = ComputeAppraisal(Rules(), facts);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
}

TEST(PublishedByTest, IsForGoodAndItsDigestCoversTheScores) {
  auto computed = ComputeAppraisal(Rules(), Facts(kUnitA));
  ASSERT_THAT(computed, IsOk());
  computed->set_name("plans/p/appraisals/appraisal-2024-h1");
  computed->set_state(Appraisal::COMPUTED);
  computed->set_revision(3);
  const auto published =
      PublishedBy(*computed, "members/leader", absl::FromUnixSeconds(1720000000));
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->state(), Appraisal::PUBLISHED);
  EXPECT_EQ(published->revision(), 4);
  EXPECT_EQ(published->digest().size(), 64u);
  EXPECT_THAT(CheckUnaltered(*published), IsOk());
  EXPECT_THAT(PublishedBy(*published, "members/leader", absl::FromUnixSeconds(1720000001)),
              FailsWith(StatusCode::kFailedPrecondition, "APPRAISAL_MOVE_NOT_ALLOWED"));
  Appraisal altered = *published;
  altered.mutable_scores(0)->set_total_points("99.0000");
  EXPECT_THAT(CheckUnaltered(altered), FailsWith(StatusCode::kDataLoss, "APPRAISAL_ALTERED"));
}

TEST(ComputeAppraisalTest, RefusesWhatIsNoDecimal) {
  AppraisalFacts facts = Facts(kUnitA);
  facts.weights["i8"] = "eight";
  EXPECT_THAT(ComputeAppraisal(Rules(), facts),
              FailsWith(StatusCode::kInvalidArgument, "DECIMAL_INVALID"));
}

}  // namespace
}  // namespace duban::review
