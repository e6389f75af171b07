// What can be wrong with a plan's own fields, and how it moves through its life.
#include "services/indicator/plan_rules.h"

#include <functional>
#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/indicator/document_rules.h"
#include "services/indicator/test_plan.h"

namespace duban::indicator {
namespace {

using ::testing::UnorderedElementsAreArray;
using v1::Plan;

struct PlanCase {
  std::string name;
  std::function<void(Plan&)> change;
  std::vector<std::string> want;
};

void PrintTo(const PlanCase& c, std::ostream* out) { *out << c.name; }

class PlanTest : public ::testing::TestWithParam<PlanCase> {};

TEST_P(PlanTest, AnswersExactlyWhatIsWrong) {
  v1::PlanDocument document = SmallPlan();
  const PlanScope scope = ScopeOf(document, {});
  GetParam().change(*document.mutable_plan());
  Violations violations;
  CheckPlan(document.plan(), scope, "plan", violations);
  const absl::Status status =
      violations.ToStatus(kPlanInvalid, absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(ViolationsOf(status), UnorderedElementsAreArray(GetParam().want));
}

v1::WorkGroup& Group(Plan& p) { return *p.mutable_work_group(); }
v1::DeadlineRule& Deadline(Plan& p, int i) { return *p.mutable_cadences(i)->mutable_deadline(); }

const PlanCase kFieldCases[] = {
    {"right", [](Plan&) {}, {}},
    {"no title", [](Plan& p) { p.clear_title(); }, {"plan.title FIELD_INVALID"}},
    {"a title of 201 characters",
     [](Plan& p) {
       std::string title;
       for (int i = 0; i < 201; ++i) title += "案";
       p.set_title(title);
     },
     {"plan.title FIELD_INVALID"}},
    {"no jurisdiction",
     [](Plan& p) { p.clear_jurisdiction(); },
     {"plan.jurisdiction FIELD_INVALID"}},
    {"a zone that is a file",
     [](Plan& p) { p.set_time_zone("/etc/localtime"); },
     {"plan.time_zone FIELD_INVALID"}},
    {"a zone of nowhere",
     [](Plan& p) { p.set_time_zone("Asia/Linxiang"); },
     {"plan.time_zone FIELD_INVALID"}},
    {"no convener",
     [](Plan& p) { Group(p).clear_convener(); },
     {"plan.work_group.convener FIELD_INVALID"}},
    {"no office",
     [](Plan& p) { Group(p).clear_office(); },
     {"plan.work_group.office FIELD_INVALID"}},
    {"nobody judges the office",
     [](Plan& p) { Group(p).clear_recusal_reviewer(); },
     {"plan.work_group.recusal_reviewer RECUSAL_REVIEWER_INVALID"}},
    {"the office judges itself",
     [](Plan& p) { Group(p).set_recusal_reviewer("units/science"); },
     {"plan.work_group.recusal_reviewer RECUSAL_REVIEWER_INVALID"}},
    {"a reviewer that does not exist",
     [](Plan& p) { Group(p).set_recusal_reviewer("units/nobody"); },
     {"plan.work_group.recusal_reviewer UNIT_UNKNOWN"}},
    {"a member twice",
     [](Plan& p) { Group(p).add_members("units/water"); },
     {"plan.work_group.members[2] DUPLICATE_ID"}},
    {"a deputy of no unit that exists",
     [](Plan& p) { Group(p).mutable_deputy_conveners(0)->set_unit("units/nobody"); },
     {"plan.work_group.deputy_conveners[0].unit UNIT_UNKNOWN"}},
    {"a task twice",
     [](Plan& p) {
       v1::Task& task = *p.add_tasks();
       task = p.tasks(0);
     },
     {"plan.tasks[1].id DUPLICATE_ID"}},
    {"a task that nobody leads",
     [](Plan& p) { p.mutable_tasks(0)->clear_leads(); },
     {"plan.tasks[0].leads FIELD_INVALID"}},
    {"a lead that also supports",
     [](Plan& p) { p.mutable_tasks(0)->add_supports("units/science"); },
     {"plan.tasks[0].supports[1] DUPLICATE_ID"}},
    {"a reminder 31 days before",
     [](Plan& p) { p.mutable_reminders(0)->set_workdays_from_due(-31); },
     {"plan.reminders[0].workdays_from_due FIELD_INVALID"}},
    {"a reminder at 24:00",
     [](Plan& p) { p.mutable_reminders(0)->set_time_of_day("24:00"); },
     {"plan.reminders[0].time_of_day FIELD_INVALID"}},
    {"no pacing",
     [](Plan& p) { p.clear_default_pacing(); },
     {"plan.default_pacing.kind PACING_INVALID"}},
};

const PlanCase kRhythmCases[] = {
    {"a review without a rule",
     [](Plan& p) { p.mutable_cadences()->RemoveLast(); },
     {"plan.cadences CADENCE_INVALID"}},
    {"a review with two rules",
     [](Plan& p) { *p.add_cadences() = p.cadences(0); },
     {"plan.cadences[4].kind CADENCE_INVALID"}},
    {"a rule from a day on",
     [](Plan& p) {
       v1::CadenceRule& rule = *p.add_cadences();
       rule = p.cadences(0);
       rule.set_effective_date("2024-07-01");
     },
     {}},
    {"two rules from the same day on, and one from another year's",
     [](Plan& p) {
       for (const char* date : {"2024-07-01", "2024-07-01", "2025-07-01"}) {
         v1::CadenceRule& rule = *p.add_cadences();
         rule = p.cadences(0);
         rule.set_effective_date(date);
       }
     },
     {"plan.cadences[5].kind CADENCE_INVALID", "plan.cadences[6].effective_date FIELD_INVALID"}},
    {"a review without a rule in spring",
     [](Plan& p) { p.mutable_cadences(0)->set_effective_date("2024-07-01"); },
     {"plan.cadences CADENCE_INVALID"}},
    {"a rule from some day on",
     [](Plan& p) {
       v1::CadenceRule& rule = *p.add_cadences();
       rule = p.cadences(0);
       rule.set_effective_date("July");
     },
     {"plan.cadences[4].effective_date DATE_INVALID"}},
    {"a dispatch by month",
     [](Plan& p) { p.mutable_cadences(0)->set_every(common::v1::MONTH); },
     {"plan.cadences[0].every CADENCE_INVALID"}},
    {"a lock before the grace ends",
     [](Plan& p) { Deadline(p, 0).set_lock_workdays(0); },
     {"plan.cadences[0].deadline.lock_workdays CADENCE_INVALID"}},
    {"61 days",
     [](Plan& p) { Deadline(p, 0).set_offset_workdays(61); },
     {"plan.cadences[0].deadline.offset_workdays CADENCE_INVALID"}},
    {"grace in the past",
     [](Plan& p) { Deadline(p, 0).set_grace_workdays(-1); },
     {"plan.cadences[0].deadline.grace_workdays CADENCE_INVALID"}},
    {"a cut-off at midnight",
     [](Plan& p) { Deadline(p, 0).set_cutoff("00:00"); },
     {"plan.cadences[0].deadline.cutoff CADENCE_INVALID"}},
    {"a cut-off at half past five",
     [](Plan& p) { Deadline(p, 0).set_cutoff("5:30"); },
     {"plan.cadences[0].deadline.cutoff CADENCE_INVALID"}},
    {"no article at all",
     [](Plan& p) { p.mutable_article_quotas(0)->set_minimum(0); },
     {"plan.article_quotas[0].minimum ARTICLE_QUOTA_INVALID"}},
    {"articles of no type",
     [](Plan& p) { p.mutable_article_quotas(0)->clear_type(); },
     {"plan.article_quotas[0].type ARTICLE_QUOTA_INVALID"}},
    {"articles of nobody",
     [](Plan& p) { p.mutable_article_quotas(0)->clear_debtor(); },
     {"plan.article_quotas[0].debtor ARTICLE_QUOTA_INVALID"}},
    {"articles at no time",
     [](Plan& p) { p.mutable_article_quotas(0)->clear_every(); },
     {"plan.article_quotas[0].every ARTICLE_QUOTA_INVALID"}},
    {"monthly articles without a deadline",
     [](Plan& p) { p.mutable_article_quotas(0)->clear_deadline(); },
     {"plan.article_quotas[0].deadline ARTICLE_QUOTA_INVALID"}},
    {"the same articles twice",
     [](Plan& p) { *p.add_article_quotas() = p.article_quotas(1); },
     {"plan.article_quotas[2] ARTICLE_QUOTA_INVALID"}},
    {"no light", [](Plan& p) { p.clear_light_bands(); }, {"plan.light_bands LIGHT_BANDS_INVALID"}},
    {"a hole below",
     [](Plan& p) { p.mutable_light_bands(2)->set_gap_at_least("-20"); },
     {"plan.light_bands[2].gap_at_least LIGHT_BANDS_INVALID"}},
    {"a hole between",
     [](Plan& p) { p.mutable_light_bands(1)->clear_gap_at_least(); },
     {"plan.light_bands[1].gap_at_least LIGHT_BANDS_INVALID"}},
    {"an overlap",
     [](Plan& p) { p.mutable_light_bands(1)->set_gap_at_least("0"); },
     {"plan.light_bands[1].gap_at_least LIGHT_BANDS_INVALID"}},
    {"yellow above green",
     [](Plan& p) { p.mutable_light_bands()->SwapElements(0, 1); },
     {"plan.light_bands[1].light LIGHT_BANDS_INVALID",
      "plan.light_bands[1].gap_at_least LIGHT_BANDS_INVALID"}},
    {"grey is no band",
     [](Plan& p) { p.mutable_light_bands(2)->set_light(v1::GREY); },
     {"plan.light_bands[2].light LIGHT_BANDS_INVALID"}},
    {"a gap that is no decimal",
     [](Plan& p) { p.mutable_light_bands(1)->set_gap_at_least("-1e1"); },
     {"plan.light_bands[1].gap_at_least DECIMAL_INVALID"}},
    {"two lights are enough", [](Plan& p) { p.mutable_light_bands()->DeleteSubrange(1, 1); }, {}},
};

INSTANTIATE_TEST_SUITE_P(Fields, PlanTest, ::testing::ValuesIn(kFieldCases));
INSTANTIATE_TEST_SUITE_P(Rhythms, PlanTest, ::testing::ValuesIn(kRhythmCases));

TEST(PlanFormTest, AskesADraftForTheFormOnly) {
  Plan plan;
  plan.set_title("草案");
  plan.set_jurisdiction("临湘市");
  plan.set_year(2024);
  plan.set_time_zone("Asia/Shanghai");
  Violations none;
  CheckPlanForm(plan, "plan", none);
  EXPECT_TRUE(none.empty());
  plan.set_year(1989);
  plan.add_light_bands()->set_gap_at_least("NaN");
  plan.mutable_default_pacing()->add_points()->set_date("2024-13-01");
  Violations violations;
  CheckPlanForm(plan, "plan", violations);
  EXPECT_THAT(ViolationsOf(violations.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument)),
              UnorderedElementsAreArray({"plan.year FIELD_INVALID",
                                         "plan.light_bands[0].gap_at_least DECIMAL_INVALID",
                                         "plan.default_pacing.points[0].date DATE_INVALID"}));
}

struct MoveCase {
  std::string name;
  Plan::State from;
  PlanMove move;
  Plan::State to;      // where it is allowed
  std::string reason;  // where it is not
  std::string allowed;
};

void PrintTo(const MoveCase& c, std::ostream* out) { *out << c.name; }

class PlanMoveTest : public ::testing::TestWithParam<MoveCase> {};

TEST_P(PlanMoveTest, FollowsTheTable) {
  Plan plan;
  plan.set_name("plans/p");
  plan.set_state(GetParam().from);
  const auto state = StateAfter(plan, GetParam().move);
  if (GetParam().reason.empty()) {
    ASSERT_THAT(state, testing::IsOk());
    EXPECT_EQ(*state, GetParam().to);
    return;
  }
  EXPECT_THAT(state, testing::FailsWith(absl::StatusCode::kFailedPrecondition, GetParam().reason));
  EXPECT_EQ(GetErrorInfo(state.status())->metadata().at("allowed"), GetParam().allowed);
  EXPECT_EQ(GetErrorInfo(state.status())->metadata().at("state"),
            Plan::State_Name(GetParam().from));
}

constexpr auto kNone = Plan::STATE_UNSPECIFIED;
INSTANTIATE_TEST_SUITE_P(
    Moves, PlanMoveTest,
    ::testing::Values(
        MoveCase{"edit a draft", Plan::DRAFT, PlanMove::kEdit, Plan::DRAFT, "", ""},
        MoveCase{"delete a draft", Plan::DRAFT, PlanMove::kDelete, Plan::DRAFT, "", ""},
        MoveCase{"publish a draft", Plan::DRAFT, PlanMove::kPublish, Plan::PUBLISHED, "", ""},
        MoveCase{"amend what is published", Plan::PUBLISHED, PlanMove::kAmend, Plan::PUBLISHED, "",
                 ""},
        MoveCase{"close what is published", Plan::PUBLISHED, PlanMove::kClose, Plan::CLOSED, "",
                 ""},
        MoveCase{"amend a draft", Plan::DRAFT, PlanMove::kAmend, kNone, "PLAN_NOT_PUBLISHED",
                 "edit, delete, publish"},
        MoveCase{"close a draft", Plan::DRAFT, PlanMove::kClose, kNone, "PLAN_NOT_PUBLISHED",
                 "edit, delete, publish"},
        MoveCase{"publish twice", Plan::PUBLISHED, PlanMove::kPublish, kNone, "PLAN_NOT_DRAFT",
                 "amend, close"},
        MoveCase{"edit what is published", Plan::PUBLISHED, PlanMove::kEdit, kNone,
                 "PLAN_NOT_DRAFT", "amend, close"},
        MoveCase{"delete what is published", Plan::PUBLISHED, PlanMove::kDelete, kNone,
                 "PLAN_NOT_DRAFT", "amend, close"},
        MoveCase{"publish what is closed", Plan::CLOSED, PlanMove::kPublish, kNone,
                 "PLAN_NOT_DRAFT", "none"},
        MoveCase{"close twice", Plan::CLOSED, PlanMove::kClose, kNone, "PLAN_NOT_PUBLISHED",
                 "none"}));

}  // namespace
}  // namespace duban::indicator
