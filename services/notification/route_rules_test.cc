#include "services/notification/route_rules.h"

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using testing::IsOk;
using v1::Route;

Route Urgent() {
  Route route;
  route.set_event_type("duban.review.action_item.escalated");
  route.add_audiences(Route::UNIT_LIAISONS);
  route.add_channels(v1::SMS);
  route.set_urgency(v1::URGENT);
  route.set_template_("templates/escalated");
  route.set_acknowledgement_required(true);
  route.mutable_step_up_after()->set_seconds(3600);
  return route;
}

struct RouteCase {
  const char* name;
  void (*spoil)(Route*);
  const char* field;
};

class BadRouteTest : public ::testing::TestWithParam<RouteCase> {};

TEST_P(BadRouteTest, NamesItsField) {
  Route route = Urgent();
  GetParam().spoil(&route);
  EXPECT_THAT(CheckRoute(route), FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID",
                                           std::string(GetParam().field)));
}

INSTANTIATE_TEST_SUITE_P(
    Routes, BadRouteTest,
    ::testing::Values(
        RouteCase{"plan", [](Route* r) { r->set_plan("p"); }, "route.plan"},
        RouteCase{"nobody", [](Route* r) { r->clear_audiences(); }, "route.audiences"},
        RouteCase{"twice", [](Route* r) { r->add_audiences(Route::UNIT_LIAISONS); },
                  "route.audiences"},
        RouteCase{"unknown audience", [](Route* r) { r->set_audiences(0, Route::Audience(99)); },
                  "route.audiences"},
        RouteCase{"webhook", [](Route* r) { r->add_channels(v1::WEBHOOK); }, "route.channels"},
        RouteCase{"channel twice", [](Route* r) { r->add_channels(v1::SMS); }, "route.channels"},
        RouteCase{"urgency", [](Route* r) { r->clear_urgency(); }, "route.urgency"},
        RouteCase{"template", [](Route* r) { r->clear_template_(); }, "route.template"},
        RouteCase{"short", [](Route* r) { r->mutable_step_up_after()->set_seconds(59); },
                  "route.step_up_after"},
        RouteCase{"nanos", [](Route* r) { r->mutable_step_up_after()->set_nanos(1); },
                  "route.step_up_after"},
        RouteCase{"calm", [](Route* r) { r->set_urgency(v1::NORMAL); }, "route.step_up_after"},
        RouteCase{"unasked", [](Route* r) { r->set_acknowledgement_required(false); },
                  "route.step_up_after"}));

TEST(RouteTest, ASoundOneIsTaken) {
  EXPECT_THAT(CheckRoute(Urgent()), IsOk());
  Route unknown = Urgent();
  unknown.set_event_type("duban.review.moon.landed");
  EXPECT_THAT(CheckRoute(unknown), FailsWith(absl::StatusCode::kInvalidArgument,
                                             "EVENT_TYPE_UNKNOWN", "route.event_type"));
}

std::string NamesOf(const std::vector<Route>& routes) {
  std::string names;
  for (const Route& route : routes) names += route.name() + " ";
  return names;
}

TEST(RouteTest, APlansOwnTakeThePlaceOfTheDefaults) {
  std::vector<Route> routes(4, Urgent());
  routes[0].set_name("calm");
  routes[0].set_urgency(v1::DIGEST);
  routes[1].set_name("urgent");
  routes[2].set_name("off");
  routes[2].set_disabled(true);
  routes[3].set_name("own");
  routes[3].set_plan("plans/p");
  EXPECT_EQ(NamesOf(Governing(routes, "plans/q")), "urgent calm ");
  EXPECT_EQ(NamesOf(Governing(routes, "")), "urgent calm ");
  EXPECT_EQ(NamesOf(Governing(routes, "plans/p")), "own ");
  routes[3].set_disabled(true);
  EXPECT_EQ(NamesOf(Governing(routes, "plans/p")), "");
}

}  // namespace
}  // namespace duban::notification
