#include "services/notification/audience_rules.h"

#include "duban/review/v1/action_item_events.pb.h"
#include "duban/submission/v1/events.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using indicator::v1::Member;
using v1::Route;

Member MemberFrom(const std::string& text) {
  Member member;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &member)) << text;
  member.set_display_name(member.name().substr(8));
  return member;
}

class AudienceTest : public ::testing::Test {
 protected:
  AudienceTest() {
    event_.set_unit("units/water");
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        "plan { work_group { members: 'units/water' members: 'units/tax' office: 'units/office' }"
        " tasks { id: 't' leads: 'units/tax' } }"
        " indicators { name: 'plans/p/indicators/i' task: 'old' }"
        " indicators { name: 'plans/p/indicators/i' task: 't' }",
        &plan_));
  }

  std::string Told(const Route& route) {
    std::string told;
    const Occasion occasion = {&event_, data_, &plan_, &members_, {"units/tax"}, "2024-03-29"};
    for (const Recipient& one : RecipientsOf(route, occasion)) {
      told += one.display_name + "(" + one.audience + ")";
    }
    return told;
  }
  std::string Told(Route::Audience audience) {
    Route route;
    route.add_audiences(audience);
    return Told(route);
  }

  const std::vector<Member> members_ = {
      MemberFrom("name: 'members/wang' posts { unit: 'units/water' roles: REPORTER"
                 " start_date: '2024-01-01' }"),
      MemberFrom("name: 'members/left' posts { unit: 'units/water' roles: REPORTER"
                 " start_date: '2023-01-01' end_date: '2024-03-28' }"),
      MemberFrom("name: 'members/new' posts { unit: 'units/water' roles: REPORTER"
                 " start_date: '2024-03-30' }"),
      MemberFrom("name: 'members/gone' deactivated: true posts { unit: 'units/water'"
                 " roles: REPORTER start_date: '2024-01-01' }"),
      MemberFrom("name: 'members/head' posts { unit: 'units/water' roles: UNIT_HEAD"
                 " start_date: '2024-01-01' end_date: '2024-03-29' }"),
      MemberFrom("name: 'members/tax' posts { unit: 'units/tax' roles: REPORTER roles: UNIT_HEAD"
                 " start_date: '2024-01-01' }"),
      MemberFrom("name: 'members/chen' posts { unit: 'units/office' roles: OFFICE"
                 " start_date: '2024-01-01' }"),
      MemberFrom("name: 'members/mayor' posts { unit: 'units/hall' roles: LEADER"
                 " start_date: '2024-01-01' }")};
  common::v1::Event event_;
  submission::v1::ReportReturned returned_;
  review::v1::ActionItemAssigned assigned_;
  const google::protobuf::Message* data_ = &returned_;
  indicator::v1::PlanHistory plan_;
};

TEST_F(AudienceTest, IsFoundByRoleAndRelation) {
  returned_.set_indicator("plans/p/indicators/i");
  returned_.set_submitter("members/head");
  EXPECT_EQ(Told(Route::UNIT_LIAISONS), "wang(UNIT_LIAISONS units/water)");
  EXPECT_EQ(Told(Route::UNIT_HEADS), "head(UNIT_HEADS units/water)");
  EXPECT_EQ(Told(Route::SUBMITTER), "head(SUBMITTER )");
  EXPECT_EQ(Told(Route::PLAN_OFFICE), "chen(PLAN_OFFICE units/office)");
  EXPECT_EQ(Told(Route::LEADERS), "mayor(LEADERS )");
  EXPECT_EQ(Told(Route::TASK_LEADS), "tax(TASK_LEADS units/tax)");
  EXPECT_EQ(Told(Route::ALL_MEMBERS), "wang(ALL_MEMBERS units/water)tax(ALL_MEMBERS units/tax)");
  EXPECT_EQ(Told(Route::OWING_LIAISONS), "tax(OWING_LIAISONS units/tax)");
  EXPECT_EQ(Told(Route::CO_HANDLER_LIAISONS), "");
  assigned_.add_co_handlers("units/tax");
  data_ = &assigned_;
  EXPECT_EQ(Told(Route::CO_HANDLER_LIAISONS), "tax(CO_HANDLER_LIAISONS units/tax)");
}

TEST_F(AudienceTest, NamesEachMemberOnce) {
  Route route;
  route.add_audiences(Route::UNIT_LIAISONS);
  route.add_audiences(Route::ALL_MEMBERS);
  EXPECT_EQ(Told(route), "wang(UNIT_LIAISONS units/water)tax(ALL_MEMBERS units/tax)");
}

TEST_F(AudienceTest, ACommentIsForTheOtherSide) {
  Route route;
  route.add_audiences(Route::SUBMITTER);
  route.add_audiences(Route::UNIT_LIAISONS);
  route.add_audiences(Route::PLAN_OFFICE);
  submission::v1::ReportCommented comment;
  data_ = &comment;
  comment.set_submitter("members/head");
  comment.set_author("members/chen");
  EXPECT_EQ(Told(route), "head(SUBMITTER )wang(UNIT_LIAISONS units/water)");
  comment.set_author("members/head");
  EXPECT_EQ(Told(route), "chen(PLAN_OFFICE units/office)");
  comment.clear_submitter();
  EXPECT_EQ(Told(route), "chen(PLAN_OFFICE units/office)");
  // The office's own unit reports, too; only who said it is not told.
  event_.set_unit("units/office");
  comment.set_author("members/chen");
  EXPECT_EQ(Told(route), "");
  comment.set_author("members/mayor");
  EXPECT_EQ(Told(route), "chen(PLAN_OFFICE units/office)");
}

TEST_F(AudienceTest, NobodyWithoutADuty) {
  for (const char* who :
       {"members/left", "members/gone", "members/nobody", "services/review", ""}) {
    returned_.set_submitter(who);
    EXPECT_EQ(Told(Route::SUBMITTER), "") << who;
  }
  event_.clear_unit();
  EXPECT_EQ(Told(Route::UNIT_LIAISONS), "");
  returned_.set_indicator("plans/p/indicators/other");
  EXPECT_EQ(Told(Route::TASK_LEADS), "");
}

TEST_F(AudienceTest, TheDutyIsLookedAtAgain) {
  EXPECT_TRUE(StillHas(members_[0], "UNIT_LIAISONS units/water", "2024-03-29"));
  EXPECT_FALSE(StillHas(members_[0], "UNIT_LIAISONS units/tax", "2024-03-29"));
  EXPECT_FALSE(StillHas(members_[0], "UNIT_HEADS units/water", "2024-03-29"));
  EXPECT_TRUE(StillHas(members_[4], "SUBMITTER ", "2024-03-29"));
  EXPECT_FALSE(StillHas(members_[4], "SUBMITTER ", "2024-03-30"));
  EXPECT_TRUE(StillHas(members_[7], "LEADERS ", "2024-03-29"));
  EXPECT_FALSE(StillHas(members_[3], "UNIT_LIAISONS units/water", "2024-03-29"));
  EXPECT_FALSE(StillHas(members_[0], "EVERYBODY units/water", "2024-03-29"));
}

}  // namespace
}  // namespace duban::notification
