#include "services/submission/article_rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/article_key_rules.h"
#include "services/submission/plan_rules.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using indicator::v1::ArticleQuota;
using indicator::v1::Plan;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using v1::Article;

const Actor kReporter = {"members/liaison", "units/a", {}, {common::v1::REPORTER}};
const Actor kOffice = {"members/clerk", "units/office", {}, {common::v1::OFFICE}};
const Actor kReviewer = {"members/reviewer", "units/reviewer", {}, {common::v1::OFFICE}};

const absl::Time kNow =
    absl::FromCivil(absl::CivilHour(2024, 4, 2, 9), absl::FixedTimeZone(8 * 3600));

// Members: the office and a. News by the month from each, five experiences a year from the office.
Plan WithQuotas() {
  Plan plan = TestPlan({}).plan();
  plan.MergeFrom(Parse<Plan>(R"(
      work_group { members: "units/office" members: "units/a" }
      article_quotas { type: NEWS debtor: EACH_MEMBER every: MONTH minimum: 2 }
      article_quotas { type: EXPERIENCE debtor: OFFICE_UNIT every: YEAR minimum: 5 })"));
  return plan;
}

Article Entered(const std::string& fields = "") {
  auto article = Parse<Article>(R"(
      type: NEWS unit: "units/a" title: "临湘科技创新加速跑" url: "https://example.cn/1"
      medium: "岳阳日报" published_date: "2024-03-15")");
  article.MergeFrom(Parse<Article>(fields));
  return article;
}

Article InState(Article::State state, ArticleType type, const std::string& unit = "units/a") {
  Article article = NewArticle(Entered(), "plans/p/articles/x", kReporter, kNow);
  article.set_state(state);
  article.set_type(type);
  article.set_unit(unit);
  return article;
}

struct MoveCase {
  std::string name;
  Article::State from;
  ArticleType type;
  std::vector<Article::Action> office;
  std::vector<Article::Action> reporter;
};

class ArticleMoveTest : public ::testing::TestWithParam<MoveCase> {};

// What is permitted is what MoveArticle does, and the other way round.
TEST_P(ArticleMoveTest, FollowsTheTable) {
  const MoveCase& c = GetParam();
  Article article = InState(c.from, c.type);
  SetPermittedActions(WithQuotas(), kOffice, &article);
  EXPECT_THAT(article.permitted_actions(), ElementsAreArray(c.office));
  SetPermittedActions(WithQuotas(), kReporter, &article);
  EXPECT_THAT(article.permitted_actions(), ElementsAreArray(c.reporter));
  for (int action = Article::UPDATE; action <= Article::RECORD_ADOPTION; ++action) {
    ArticleMove move = {.action = static_cast<Article::Action>(action), .reason = "理由"};
    move.placement.set_journal("湖南科技简报");
    move.placement.set_level(Article::PROVINCIAL);
    const bool units = move.action == Article::UPDATE || move.action == Article::SUBMIT;
    const auto& allowed = units ? c.reporter : c.office;
    const bool may = std::find(allowed.begin(), allowed.end(), move.action) != allowed.end();
    const auto moved = MoveArticle(article, move, WithQuotas(), units ? kReporter : kOffice, kNow);
    if (may) {
      ASSERT_THAT(moved, IsOk()) << Article::Action_Name(move.action);
      EXPECT_EQ(moved->revision(), 2);
    } else {
      EXPECT_THAT(moved, FailsWith(StatusCode::kFailedPrecondition, "ARTICLE_MOVE_NOT_ALLOWED"));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Moves, ArticleMoveTest,
    ::testing::Values(MoveCase{"submitted",
                               Article::SUBMITTED,
                               ArticleQuota::NEWS,
                               {Article::ACCEPT, Article::RETURN},
                               {Article::UPDATE}},
                      MoveCase{"returned",
                               Article::RETURNED,
                               ArticleQuota::NEWS,
                               {},
                               {Article::UPDATE, Article::SUBMIT}},
                      MoveCase{"accepted_news", Article::ACCEPTED, ArticleQuota::NEWS, {}, {}},
                      MoveCase{"accepted_experience",
                               Article::ACCEPTED,
                               ArticleQuota::EXPERIENCE,
                               {Article::RECOMMEND},
                               {}},
                      MoveCase{"recommended",
                               Article::RECOMMENDED,
                               ArticleQuota::EXPERIENCE,
                               {Article::RECORD_ADOPTION},
                               {}},
                      MoveCase{"adopted", Article::ADOPTED, ArticleQuota::EXPERIENCE, {}, {}},
                      MoveCase{
                          "not_adopted", Article::NOT_ADOPTED, ArticleQuota::EXPERIENCE, {}, {}}),
    [](const auto& test) { return test.param.name; });

TEST(ArticleRulesTest, ARefusedMoveNamesTheAllowedOnes) {
  const auto refused = MoveArticle(InState(Article::RETURNED, ArticleQuota::NEWS),
                                   {.action = Article::ACCEPT}, WithQuotas(), kOffice, kNow);
  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "ARTICLE_MOVE_NOT_ALLOWED"));
  EXPECT_EQ(GetErrorInfo(refused.status())->metadata().at("state"), "RETURNED");
  EXPECT_EQ(GetErrorInfo(refused.status())->metadata().at("allowed"), "");
}

TEST(ArticleRulesTest, NobodyJudgesTheirOwnButTheOfficeRecommendsItsOwn) {
  const Article own = InState(Article::SUBMITTED, ArticleQuota::EXPERIENCE, "units/office");
  const ArticleMove accept = {.action = Article::ACCEPT};
  EXPECT_THAT(MoveArticle(own, accept, WithQuotas(), kOffice, kNow),
              FailsWith(StatusCode::kPermissionDenied, "OWN_UNIT_REVIEW"));
  const Actor other = {"members/x", "units/b", {}, {common::v1::OFFICE}};
  EXPECT_THAT(MoveArticle(own, accept, WithQuotas(), other, kNow),
              FailsWith(StatusCode::kPermissionDenied, "RECUSAL_REQUIRED"));
  const auto accepted = MoveArticle(own, accept, WithQuotas(), kReviewer, kNow);
  ASSERT_THAT(accepted, IsOk());
  ArticleMove recommend = {.action = Article::RECOMMEND};
  EXPECT_THAT(MoveArticle(*accepted, recommend, WithQuotas(), kOffice, kNow),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "journal"));
  recommend.placement.set_journal("湖南科技简报");
  EXPECT_THAT(MoveArticle(*accepted, recommend, WithQuotas(), kOffice, kNow),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "level"));
  recommend.placement.set_level(Article::PROVINCIAL);
  const auto recommended = MoveArticle(*accepted, recommend, WithQuotas(), kOffice, kNow);
  ASSERT_THAT(recommended, IsOk());
  ArticleMove record = {.action = Article::RECORD_ADOPTION};
  EXPECT_EQ(MoveArticle(*recommended, record, WithQuotas(), kOffice, kNow)->state(),
            Article::NOT_ADOPTED);
  record.adopted = true;
  record.placement.set_level(Article::NATIONAL);
  const auto adopted = MoveArticle(*recommended, record, WithQuotas(), kOffice, kNow);
  ASSERT_THAT(adopted, IsOk());
  EXPECT_EQ(adopted->state(), Article::ADOPTED);
  EXPECT_EQ(adopted->adoption().journal(), "湖南科技简报");
  EXPECT_EQ(adopted->adoption().level(), Article::NATIONAL);
  EXPECT_EQ(adopted->recommendation().level(), Article::PROVINCIAL);
}

struct ContentCase {
  std::string name;
  std::string fields;
  std::string reason;
  std::string field;
};

class ArticleContentTest : public ::testing::TestWithParam<ContentCase> {};

TEST_P(ArticleContentTest, IsChecked) {
  const ContentCase& c = GetParam();
  const absl::Status status = CheckArticle(Entered(c.fields), WithQuotas(), kNow);
  if (c.reason.empty()) {
    EXPECT_THAT(status, IsOk());
  } else {
    EXPECT_THAT(status, FailsWith(StatusCode::kInvalidArgument, c.reason, c.field));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Contents, ArticleContentTest,
    ::testing::Values(
        ContentCase{"right", "", "", ""},
        ContentCase{"today", R"(published_date: "2024-04-02")", "", ""},
        ContentCase{"tomorrow", R"(published_date: "2024-04-03")", "FIELD_INVALID",
                    "article.published_date"},
        ContentCase{"last_year", R"(published_date: "2023-12-31")", "FIELD_INVALID",
                    "article.published_date"},
        ContentCase{"no_day", R"(published_date: "2024-02-30")", "DATE_INVALID",
                    "article.published_date"},
        ContentCase{"no_title", R"(title: "《》!")", "FIELD_INVALID", "article.title"},
        ContentCase{"long_title", absl::StrCat("title: '", std::string(201, 'x'), "'"),
                    "FIELD_INVALID", "article.title"},
        ContentCase{"no_address", R"(url: "见报纸")", "URL_INVALID", "article.url"},
        ContentCase{"unit", R"(unit: "a")", "FIELD_INVALID", "article.unit"}),
    [](const auto& test) { return test.param.name; });

TEST(ArticleRulesTest, NewsNeedAMediumExperiencesDoNot) {
  Article article = Entered();
  article.clear_medium();
  EXPECT_THAT(CheckArticle(article, WithQuotas(), kNow),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "article.medium"));
  article.set_type(ArticleQuota::EXPERIENCE);
  article.clear_url();
  EXPECT_THAT(CheckArticle(article, WithQuotas(), kNow), IsOk());
  article.clear_type();
  EXPECT_THAT(CheckArticle(article, WithQuotas(), kNow),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "article.type"));
  Plan closed = WithQuotas();
  closed.set_state(Plan::CLOSED);
  EXPECT_THAT(CheckArticle(Entered(), closed, kNow),
              FailsWith(StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
}

std::vector<std::string> Text(const std::vector<ArticleDebt>& debts) {
  std::vector<std::string> text;
  for (const ArticleDebt& debt : debts) {
    text.push_back(absl::StrCat(ArticleQuota::Type_Name(debt.type), " ", debt.unit, " ",
                                debt.period.ToString(), " ", debt.minimum,
                                debt.by_recommendation ? " recommended" : ""));
  }
  return text;
}

TEST(ArticleRulesTest, MembersOweNewsAndTheOfficeExperiences) {
  const Plan plan = WithQuotas();
  EXPECT_THAT(Text(DebtsOf(plan, *Period::Parse("2024-03"))),
              ElementsAre("NEWS units/office 2024-03 2", "NEWS units/a 2024-03 2"));
  EXPECT_THAT(Text(DebtsOf(plan, *Period::Parse("2024"))),
              ElementsAre("EXPERIENCE units/office 2024 5 recommended"));
  EXPECT_THAT(DebtsOf(plan, *Period::Parse("2024-Q1")), IsEmpty());
  EXPECT_THAT(Text(DebtsOf(plan, Entered())), ElementsAre("NEWS units/a 2024-03 2"));
  EXPECT_THAT(DebtsOf(plan, Entered(R"(unit: "units/outside")")), IsEmpty());
  EXPECT_THAT(Text(DebtsOf(plan, Entered("type: EXPERIENCE"))),
              ElementsAre("EXPERIENCE units/office 2024 5 recommended"));
}

TEST(ArticleRulesTest, ADebtOfTwoQuotasIsOwedOnce) {
  Plan plan = WithQuotas();
  *plan.add_article_quotas() =
      Parse<ArticleQuota>("type: NEWS debtor: OFFICE_UNIT every: MONTH minimum: 9");
  EXPECT_THAT(Text(DebtsOf(plan, *Period::Parse("2024-03"))),
              ElementsAre("NEWS units/office 2024-03 2", "NEWS units/a 2024-03 2"));
}

std::vector<std::string> Text(const v1::ArticleTally& tally) {
  std::vector<std::string> text;
  for (const auto& line : tally.lines()) {
    text.push_back(absl::StrCat(line.period(), " ", line.unit(), " owed ", line.owed(),
                                " reported ", line.reported(), " counted ", line.counted(),
                                " missing ", line.missing()));
  }
  return text;
}

TEST(ArticleRulesTest, TheTallyHoldsArticlesAgainstTheQuota) {
  const std::vector<ArticleCount> counts = {{"units/a", "2024-03-01", Article::ACCEPTED, 1},
                                            {"units/a", "2024-03-31", Article::SUBMITTED, 2},
                                            {"units/a", "2024-03-31", Article::RETURNED, 1},
                                            {"units/outside", "2024-03-02", Article::ACCEPTED, 3},
                                            {"units/a", "2024-02-29", Article::ACCEPTED, 3}};
  const auto march = Tally(WithQuotas(), ArticleQuota::NEWS, *Period::Parse("2024-03"), counts);
  EXPECT_THAT(Text(march),
              ElementsAre("2024-03 units/a owed 2 reported 4 counted 1 missing 1",
                          "2024-03 units/office owed 2 reported 0 counted 0 missing 2",
                          "2024-03 units/outside owed 0 reported 3 counted 3 missing 0"));
  const auto quarter = Tally(WithQuotas(), ArticleQuota::NEWS, *Period::Parse("2024-Q1"), counts);
  EXPECT_EQ(quarter.lines_size(), 7);
  EXPECT_EQ(Text(quarter)[2], "2024-02 units/a owed 2 reported 3 counted 3 missing 0");
  EXPECT_EQ(
      Tally(WithQuotas(), ArticleQuota::NEWS, *Period::Parse("2024-03-D1"), counts).lines_size(),
      0);
}

TEST(ArticleRulesTest, TheOfficesExperiencesAreThoseItRecommended) {
  const std::vector<ArticleCount> counts = {
      {"units/a", "2024-03-01", Article::ADOPTED, 1},
      {"units/a", "2024-05-01", Article::RECOMMENDED, 1},
      {"units/office", "2024-06-01", Article::ACCEPTED, 4},
      {"units/office", "2024-06-01", Article::NOT_ADOPTED, 1}};
  const auto tally = Tally(WithQuotas(), ArticleQuota::EXPERIENCE, *Period::Parse("2024"), counts);
  EXPECT_THAT(Text(tally), ElementsAre("2024 units/a owed 0 reported 2 counted 2 missing 0",
                                       "2024 units/office owed 5 reported 5 counted 5 missing 2"));
  EXPECT_EQ(tally.lines(0).recommended(), 2);
  EXPECT_EQ(tally.lines(0).adopted(), 1);
}

TEST(ArticleRulesTest, WithoutAQuotaTheTallyGoesByMonths) {
  Plan plan = WithQuotas();
  plan.clear_article_quotas();
  const auto tally = Tally(plan, ArticleQuota::NEWS, *Period::Parse("2024"),
                           {{"units/a", "2024-03-01", Article::SUBMITTED, 1}});
  EXPECT_THAT(Text(tally), ElementsAre("2024-03 units/a owed 0 reported 1 counted 0 missing 0"));
}

}  // namespace
}  // namespace duban::submission
