// deploy/notification/routing.json, which operators import and change.
#include <fstream>
#include <map>
#include <sstream>

#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "duban/notification/v1/routing_document.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "services/notification/event_type_rules.h"
#include "services/notification/rendering_rules.h"
#include "services/notification/route_rules.h"
#include "services/notification/template_rules.h"

namespace duban::notification {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using testing::IsOk;

v1::RoutingDocument Deployed() {
  std::ifstream in(DUBAN_DEPLOY "/notification/routing.json");
  std::ostringstream json;
  json << in.rdbuf();
  v1::RoutingDocument document;
  const auto status = google::protobuf::util::JsonStringToMessage(json.str(), &document);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return document;
}

// Everything that a message can say, said.
void Fill(Message* message) {
  const google::protobuf::Descriptor& type = *message->GetDescriptor();
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_repeated()) {
      reflection.AddString(message, &field, "plans/p/obligations/o");
    } else if (field.message_type() == google::protobuf::Timestamp::descriptor()) {
      *static_cast<google::protobuf::Timestamp*>(reflection.MutableMessage(message, &field)) =
          ToTimestamp(absl::FromUnixSeconds(1711963800));
    } else if (field.message_type() != nullptr) {
      Fill(reflection.MutableMessage(message, &field));
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      reflection.SetString(message, &field, field.name() == "period" ? "2024-03-D3" : "某某");
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      reflection.SetEnumValue(message, &field, 2);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
      reflection.SetBool(message, &field, true);
    } else {
      reflection.SetInt32(message, &field, 88);
    }
  }
}

TEST(DefaultRoutingTest, HasOneRouteAndTemplateForEveryDeclaredType) {
  const v1::RoutingDocument document = Deployed();
  std::map<std::string, int> routes;
  std::map<std::string, std::string> type_of_template;
  for (const v1::Template& one : document.templates()) {
    type_of_template[one.name()] = one.event_type();
  }
  for (const v1::Route& route : document.routes()) {
    EXPECT_THAT(CheckRoute(route), IsOk()) << route.name();
    EXPECT_EQ(type_of_template[route.template_()], route.event_type()) << route.name();
    ++routes[route.event_type()];
  }
  for (const std::string& type : DeclaredTypes()) EXPECT_EQ(routes[type], 1) << type;
  EXPECT_EQ(routes.size(), DeclaredTypes().size());
}

// With names as long as they come: the longest unit of the plan has 14 characters.
TEST(DefaultRoutingTest, EveryTemplateSpeaksOfItsEvent) {
  Surroundings around;
  around.zone = absl::FixedTimeZone(8 * 3600);
  around.display_names = {{"units/u", "羊楼司竹木家居产业发展中心"},
                          {"plans/p", "创新提升行动实施方案"}};
  const v1::RoutingDocument document = Deployed();
  for (const v1::Template& one : document.templates()) {
    EXPECT_THAT(CheckTemplate(one), IsOk()) << one.name();
    common::v1::Event event;
    event.set_type(one.event_type());
    event.set_plan("plans/p");
    event.set_unit("units/u");
    std::unique_ptr<Message> data(google::protobuf::MessageFactory::generated_factory()
                                      ->GetPrototype(DataOfType(one.event_type()))
                                      ->New());
    Fill(data.get());
    const auto texts = Render(one, event, *data, around);
    ASSERT_THAT(texts, IsOk()) << one.name();
    EXPECT_NE(texts->title_en(), "") << one.name();
    EXPECT_NE(texts->body_en(), "") << one.name();
    EXPECT_EQ(texts->short_text().rfind("【督办】", 0), 0u) << one.name();
  }
}

struct OptionalField {
  const char* event_type;  // without `duban.`
  const char* field;
};

// What the declarations say may be empty.
constexpr OptionalField kOptionalFields[] = {
    {"review.action_item.assigned", "session"},
    {"review.session.replanned", "instants"},
    {"submission.obligation.extension_decided", "indicator"},
    {"submission.obligation.extension_decided", "reason"},
    {"submission.obligation.extension_requested", "indicator"},
    {"submission.obligation.opened", "indicator"},
    {"submission.obligation.reopened", "indicator"},
    {"submission.obligation.rescheduled", "indicator"},
    {"submission.obligation.settled", "indicator"},
    {"submission.obligation.waived", "indicator"},
    {"submission.report.commented", "submitter"},
    {"submission.report.endorsed", "submitter"},
    {"submission.report.withdrawn", "corrects"},
    {"submission.report.withdrawn", "reason"},
    {"submission.report.withdrawn", "submitter"},
};

TEST(DefaultRoutingTest, NoTemplateNeedsWhatAnEventMayLeaveOut) {
  Surroundings around;
  around.zone = absl::FixedTimeZone(8 * 3600);
  const v1::RoutingDocument document = Deployed();
  for (const OptionalField& optional : kOptionalFields) {
    int rendered = 0;
    for (const v1::Template& one : document.templates()) {
      if (one.event_type() != std::string("duban.") + optional.event_type) continue;
      common::v1::Event event;
      event.set_type(one.event_type());
      event.set_plan("plans/p");
      event.set_unit("units/u");
      std::unique_ptr<Message> data(google::protobuf::MessageFactory::generated_factory()
                                        ->GetPrototype(DataOfType(one.event_type()))
                                        ->New());
      Fill(data.get());
      const FieldDescriptor* field = data->GetDescriptor()->FindFieldByName(optional.field);
      ASSERT_NE(field, nullptr) << optional.event_type << " " << optional.field;
      data->GetReflection()->ClearField(data.get(), field);
      EXPECT_THAT(Render(one, event, *data, around), IsOk())
          << optional.event_type << " " << optional.field;
      ++rendered;
    }
    EXPECT_EQ(rendered, 1) << optional.event_type;
  }
}

}  // namespace
}  // namespace duban::notification
