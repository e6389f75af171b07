// The RPCs of routes, templates, preferences and contact points, over gRPC.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/testing/status_matchers.h"
#include "duban/notification/v1/notice_service.grpc.pb.h"
#include "duban/notification/v1/preference_service.grpc.pb.h"
#include "duban/notification/v1/route_service.grpc.pb.h"
#include "duban/notification/v1/template_service.grpc.pb.h"
#include "duban/submission/v1/events.pb.h"
#include "gtest/gtest.h"
#include "services/notification/notification.h"
#include "services/notification/routing_fixture.h"

namespace duban::notification {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using Preferences = v1::PreferenceService::Stub;
using Routes = v1::RouteService::Stub;
using Templates = v1::TemplateService::Stub;

constexpr char kReturned[] = "duban.submission.report.returned";

class RoutingServiceTest : public RoutingTest {
 protected:
  static v1::Template Sound(const std::string& type = kReturned) {
    v1::Template sound;
    sound.set_event_type(type);
    sound.set_title("退回：{{period}}");
    sound.set_short_text("退回：{{period}}");
    sound.set_body("原因：{{reason}}");
    return sound;
  }

  absl::StatusOr<v1::Template> CreateTemplate(const std::string& id,
                                              const v1::Template& created = Sound()) {
    v1::CreateTemplateRequest request;
    request.set_template_id(id);
    *request.mutable_template_() = created;
    return Call(*templates_, &Templates::CreateTemplate, request);
  }

  static v1::Route Calm() {
    v1::Route route;
    route.set_event_type(kReturned);
    route.add_audiences(v1::Route::UNIT_LIAISONS);
    route.add_channels(v1::SMS);
    route.add_channels(v1::EMAIL);
    route.set_urgency(v1::NORMAL);
    route.set_template_("templates/a");
    return route;
  }

  absl::StatusOr<v1::Route> CreateRoute(const std::string& id, const v1::Route& created = Calm()) {
    v1::CreateRouteRequest request;
    request.set_route_id(id);
    *request.mutable_route() = created;
    return Call(*routes_, &Routes::CreateRoute, request);
  }

  const std::unique_ptr<Templates> templates_ = v1::TemplateService::NewStub(channel());
  const std::unique_ptr<Routes> routes_ = v1::RouteService::NewStub(channel());
  const std::unique_ptr<Preferences> preferences_ = v1::PreferenceService::NewStub(channel());
};

TEST_F(RoutingServiceTest, ATemplateHasVersions) {
  const auto created = CreateTemplate("a");
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->name(), "templates/a");
  EXPECT_EQ(created->revision(), 1);
  v1::UpdateTemplateRequest update;
  *update.mutable_template_() = *created;
  update.mutable_template_()->set_title("二");
  const auto second = Call(*templates_, &Templates::UpdateTemplate, update);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->revision(), 2);
  EXPECT_THAT(Call(*templates_, &Templates::UpdateTemplate, update),
              FailsWith(absl::StatusCode::kAborted, "STALE_ETAG"));
  v1::GetTemplateRequest get;
  get.set_name("templates/a");
  EXPECT_EQ(Call(*templates_, &Templates::GetTemplate, get)->title(), "二");
  get.set_revision(1);
  EXPECT_EQ(Call(*templates_, &Templates::GetTemplate, get)->title(), "退回：{{period}}");
  get.set_revision(3);
  EXPECT_THAT(Call(*templates_, &Templates::GetTemplate, get),
              FailsWith(absl::StatusCode::kNotFound, "TEMPLATE_NOT_FOUND"));
  update.mutable_template_()->clear_etag();
  update.mutable_template_()->set_event_type("duban.submission.report.accepted");
  EXPECT_THAT(Call(*templates_, &Templates::UpdateTemplate, update),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID"));
  EXPECT_THAT(Select("SELECT COUNT(*) FROM audit_entries WHERE resource = 'templates/a'", 1),
              ElementsAre("2"));
}

TEST_F(RoutingServiceTest, ATemplateWithAnUnknownVariableIsRefused) {
  v1::Template broken = Sound();
  broken.set_body("{{deadline}}");
  EXPECT_THAT(CreateTemplate("a", broken),
              FailsWith(absl::StatusCode::kInvalidArgument, "VARIABLE_UNKNOWN", "template.body"));
  EXPECT_THAT(CreateTemplate("A"), FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID"));
  ASSERT_THAT(CreateTemplate("a"), IsOk());
  EXPECT_THAT(CreateTemplate("a"), FailsWith(absl::StatusCode::kAlreadyExists, "TEMPLATE_EXISTS"));
}

TEST_F(RoutingServiceTest, ATemplateThatARouteNamesStays) {
  ASSERT_THAT(CreateTemplate("a"), IsOk());
  ASSERT_THAT(CreateRoute("r"), IsOk());
  v1::DeleteTemplateRequest remove;
  remove.set_name("templates/a");
  EXPECT_THAT(Call(*templates_, &Templates::DeleteTemplate, remove),
              FailsWith(absl::StatusCode::kFailedPrecondition, "TEMPLATE_IN_USE"));
  v1::DeleteRouteRequest drop;
  drop.set_name("routes/r");
  drop.set_etag("v9");
  EXPECT_THAT(Call(*routes_, &Routes::DeleteRoute, drop),
              FailsWith(absl::StatusCode::kAborted, "STALE_ETAG"));
  drop.clear_etag();
  EXPECT_THAT(Call(*routes_, &Routes::DeleteRoute, drop), IsOk());
  EXPECT_THAT(Call(*templates_, &Templates::DeleteTemplate, remove), IsOk());
  EXPECT_THAT(Call(*templates_, &Templates::DeleteTemplate, remove),
              FailsWith(absl::StatusCode::kNotFound, "TEMPLATE_NOT_FOUND"));
  // Its numbers go on.
  EXPECT_EQ(CreateTemplate("a")->revision(), 2);
}

TEST_F(RoutingServiceTest, ListsThePagesOfTemplatesAndRoutes) {
  for (const char* id : {"a", "b", "c"}) {
    ASSERT_THAT(CreateTemplate(id), IsOk());
    ASSERT_THAT(CreateRoute(id), IsOk());
  }
  v1::ListTemplatesRequest list;
  list.set_page_size(2);
  list.set_filter(absl::StrCat("event_type = ", kReturned));
  const auto first = Call(*templates_, &Templates::ListTemplates, list);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->templates_size(), 2);
  list.set_page_token(first->next_page_token());
  EXPECT_EQ(Call(*templates_, &Templates::ListTemplates, list)->templates(0).name(), "templates/c");
  v1::ListRoutesRequest routes;
  routes.set_page_size(2);
  const auto page = Call(*routes_, &Routes::ListRoutes, routes);
  ASSERT_THAT(page, IsOk());
  routes.set_page_token(page->next_page_token());
  const auto rest = Call(*routes_, &Routes::ListRoutes, routes);
  ASSERT_THAT(rest, IsOk());
  EXPECT_EQ(rest->routes_size(), 1);
  EXPECT_EQ(rest->next_page_token(), "");
  routes.clear_page_token();
  routes.set_filter("plan = plans/p");
  EXPECT_EQ(Call(*routes_, &Routes::ListRoutes, routes)->routes_size(), 0);
}

TEST_F(RoutingServiceTest, ARouteIsKeptAsItIsAndChanges) {
  ASSERT_THAT(CreateTemplate("a"), IsOk());
  const auto created = CreateRoute("r");
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->name(), "routes/r");
  EXPECT_THAT(created->channels(), ElementsAre(v1::SMS, v1::EMAIL));
  EXPECT_THAT(CreateRoute("r"), FailsWith(absl::StatusCode::kAlreadyExists, "ROUTE_EXISTS"));
  v1::UpdateRouteRequest update;
  *update.mutable_route() = *created;
  update.mutable_route()->set_disabled(true);
  update.mutable_update_mask()->add_paths("disabled");
  EXPECT_TRUE(Call(*routes_, &Routes::UpdateRoute, update)->disabled());
  EXPECT_THAT(Call(*routes_, &Routes::UpdateRoute, update),
              FailsWith(absl::StatusCode::kAborted, "STALE_ETAG"));
  v1::GetRouteRequest get;
  get.set_name("routes/other");
  EXPECT_THAT(Call(*routes_, &Routes::GetRoute, get),
              FailsWith(absl::StatusCode::kNotFound, "ROUTE_NOT_FOUND"));
}

TEST_F(RoutingServiceTest, ARouteHasATemplateOfItsType) {
  EXPECT_THAT(CreateRoute("r"), FailsWith(absl::StatusCode::kNotFound, "TEMPLATE_NOT_FOUND"));
  ASSERT_THAT(CreateTemplate("a", Sound("duban.submission.article.returned")),
              FailsWith(absl::StatusCode::kInvalidArgument, "VARIABLE_UNKNOWN"));
  v1::Template other = Sound("duban.submission.article.returned");
  other.set_title("退回");
  other.set_short_text("退回");
  ASSERT_THAT(CreateTemplate("a", other), IsOk());
  EXPECT_THAT(CreateRoute("r"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "TEMPLATE_OF_ANOTHER_TYPE"));
}

TEST_F(RoutingServiceTest, APreviewKeepsNothing) {
  v1::PreviewTemplateRequest request;
  *request.mutable_template_() = Sound();
  common::v1::Event& event = *request.mutable_sample_event();
  event.set_type(kReturned);
  submission::v1::ReportReturned data;
  data.set_period("2024-03");
  data.set_reason("数字有误");
  event.mutable_data()->PackFrom(data);
  const auto shown = Call(*templates_, &Templates::PreviewTemplate, request);
  ASSERT_THAT(shown, IsOk());
  EXPECT_EQ(shown->title(), "退回：2024年3月");
  EXPECT_EQ(shown->body(), "原因：数字有误");
  data.clear_reason();
  event.mutable_data()->PackFrom(data);
  EXPECT_THAT(Call(*templates_, &Templates::PreviewTemplate, request),
              FailsWith(absl::StatusCode::kInvalidArgument, "VARIABLE_MISSING"));
  request.set_name("templates/none");
  EXPECT_THAT(Call(*templates_, &Templates::PreviewTemplate, request),
              FailsWith(absl::StatusCode::kNotFound, "TEMPLATE_NOT_FOUND"));
  ASSERT_THAT(CreateTemplate("a"), IsOk());
  request.set_name("templates/a");
  request.set_event("events/" + NewUuid7(clock().Now()));
  EXPECT_THAT(Call(*templates_, &Templates::PreviewTemplate, request),
              FailsWith(absl::StatusCode::kNotFound, "EVENT_NOT_FOUND"));
  data.set_reason("有误");
  request.set_event("events/" + Publish(kReturned, "reports/r", 1, data));
  EXPECT_EQ(Call(*templates_, &Templates::PreviewTemplate, request)->body(), "原因：有误");
}

TEST_F(RoutingServiceTest, PreferencesAreTheMembersOwn) {
  v1::GetPreferencesRequest get;
  get.set_name("members/li/preferences");
  EXPECT_THAT(Call(*preferences_, &Preferences::GetPreferences, get, common::v1::ADMIN, "admin"),
              FailsWith(absl::StatusCode::kPermissionDenied, "NOT_OWN_MEMBER"));
  const auto never =
      Call(*preferences_, &Preferences::GetPreferences, get, common::v1::REPORTER, "li");
  ASSERT_THAT(never, IsOk());
  EXPECT_FALSE(never->digest());
  EXPECT_FALSE(never->has_update_time());
  v1::UpdatePreferencesRequest update;
  *update.mutable_preferences() = *never;
  update.mutable_preferences()->add_mutes()->set_channel(v1::SMS);
  const auto set =
      Call(*preferences_, &Preferences::UpdatePreferences, update, common::v1::REPORTER, "li");
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(set->mutes(0).channel(), v1::SMS);
  EXPECT_THAT(
      Call(*preferences_, &Preferences::UpdatePreferences, update, common::v1::REPORTER, "li"),
      FailsWith(absl::StatusCode::kAborted, "STALE_ETAG"));
}

TEST_F(RoutingServiceTest, SomeTypesCannotBeMuted) {
  ImportDefaults();
  v1::UpdatePreferencesRequest update;
  update.mutable_preferences()->set_name("members/li/preferences");
  auto& mute = *update.mutable_preferences()->add_mutes();
  mute.set_event_type("duban.submission.report.accepted");
  EXPECT_THAT(
      Call(*preferences_, &Preferences::UpdatePreferences, update, common::v1::REPORTER, "li"),
      IsOk());
  mute.set_event_type("duban.review.session.overdue");
  EXPECT_THAT(
      Call(*preferences_, &Preferences::UpdatePreferences, update, common::v1::REPORTER, "li"),
      FailsWith(absl::StatusCode::kFailedPrecondition, "TYPE_NOT_MUTABLE"));
}

TEST_F(RoutingServiceTest, ARepeatedMuteGetsTheFirstAnswerThoughItIsNotAllowedAnyMore) {
  ImportDefaults();
  v1::UpdatePreferencesRequest update;
  update.mutable_preferences()->set_name("members/li/preferences");
  update.mutable_preferences()->add_mutes()->set_event_type("duban.submission.report.accepted");
  update.set_request_id(NewUuid7(MachineNow()));
  const auto mute = [&] {
    return Call(*preferences_, &Preferences::UpdatePreferences, update, common::v1::REPORTER, "li");
  };
  const auto first = mute();
  ASSERT_THAT(first, IsOk());
  v1::UpdateRouteRequest route;
  route.mutable_route()->set_name("routes/submission-report-accepted");
  route.mutable_update_mask()->add_paths("may_mute");
  ASSERT_THAT(Call(*routes_, &Routes::UpdateRoute, route), IsOk());
  const auto again = mute();
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->DebugString(), first->DebugString());
  update.clear_request_id();
  EXPECT_THAT(mute(), FailsWith(absl::StatusCode::kFailedPrecondition, "TYPE_NOT_MUTABLE"));
}

TEST_F(RoutingServiceTest, ContactPointsAreMaskedAndEncrypted) {
  v1::SetContactPointsRequest set;
  set.set_name("members/li/contactPoints");
  set.set_phone("13812345678");
  set.set_mail("zhang@example.gov.cn");
  const auto masked = Call(*preferences_, &Preferences::SetContactPoints, set);
  ASSERT_THAT(masked, IsOk());
  EXPECT_EQ(masked->phone(), "138****5678");
  EXPECT_EQ(masked->mail(), "z***@example.gov.cn");
  EXPECT_EQ(masked->chat_id(), "");
  const auto stored =
      Select("SELECT phone_sealed, mail_sealed, chat_sealed FROM contact_points", 3);
  EXPECT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored.front().find("5678"), std::string::npos);
  EXPECT_EQ(stored.front().find("zhang"), std::string::npos);
  for (const char* table : {"audit_entries", "request_log"}) {
    for (const std::string& row :
         Select(absl::StrCat("SELECT COUNT(*) FROM ", table, " WHERE ",
                             std::string(table) == "audit_entries"
                                 ? "CONCAT(COALESCE(before_json, ''), after_json) LIKE '%12345678%'"
                                 : "reply LIKE '%12345678%'"),
                1)) {
      EXPECT_EQ(row, "0") << table;
    }
  }
  v1::GetContactPointsRequest get;
  get.set_name("members/li/contactPoints");
  EXPECT_EQ(Call(*preferences_, &Preferences::GetContactPoints, get)->phone(), "138****5678");
  EXPECT_THAT(Call(*preferences_, &Preferences::GetContactPoints, get, common::v1::REPORTER, "li"),
              FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  set.set_phone("abc");
  EXPECT_THAT(Call(*preferences_, &Preferences::SetContactPoints, set),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "phone"));
}

TEST_F(RoutingServiceTest, WithoutAKeyNoContactPointIsKept) {
  testing::ServiceHarness keyless(
      Definition({.indicator_target = indicator_target(), .secrets_key_file = "", .routing = {}}),
      &clock());
  const auto stub = v1::PreferenceService::NewStub(keyless.channel());
  v1::SetContactPointsRequest set;
  set.set_name("members/li/contactPoints");
  EXPECT_THAT(Call(*stub, &Preferences::SetContactPoints, set),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CONTACT_POINTS_NOT_KEPT"));
}

TEST_F(RoutingServiceTest, ANoticeThatIsNotThereIsNotFound) {
  const auto notices = v1::NoticeService::NewStub(channel());
  v1::GetNoticeRequest get;
  get.set_name("notices/" + NewUuid7(clock().Now()));
  EXPECT_THAT(Call(*notices, &v1::NoticeService::Stub::GetNotice, get),
              FailsWith(absl::StatusCode::kNotFound, "NOTICE_NOT_FOUND"));
  v1::ListNoticesRequest list;
  list.set_filter("state = LOST");
  EXPECT_THAT(Call(*notices, &v1::NoticeService::Stub::ListNotices, list),
              FailsWith(absl::StatusCode::kInvalidArgument, "FILTER_INVALID"));
}

TEST(RoutingDefinitionTest, DoesNotStartWithACalendarFileThatIsNone) {
  EXPECT_THAT(LoadRegions("/dev/null"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CALENDAR_FILE_INVALID"));
  EXPECT_THAT(LoadRegions("/nowhere"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CALENDAR_FILE_INVALID"));
}

}  // namespace
}  // namespace duban::notification
