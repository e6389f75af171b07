#include "services/notification/event_rules.h"

#include <functional>
#include <string>

#include "common/base/error.h"
#include "duban/indicator/v1/events.pb.h"
#include "duban/submission/v1/events.pb.h"
#include "google/protobuf/struct.pb.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using common::v1::Event;

Event Accepted() {
  Event event;
  event.set_id("018e8a53-5a80-7000-8000-000000000001");
  event.set_type("duban.submission.report.accepted");
  event.set_source("submission");
  event.set_subject("plans/p/reports/r");
  event.set_plan("plans/p");
  event.set_unit("units/water");
  event.mutable_time()->set_seconds(1711674000);
  event.set_sequence(4);
  submission::v1::ReportAccepted data;
  data.set_period("2024-03");
  event.mutable_data()->PackFrom(data);
  return event;
}

struct EventCase {
  const char* name;
  std::function<void(Event*)> change;
  const char* want_field;  // empty: it is fine
};

class CheckEventTest : public ::testing::TestWithParam<EventCase> {};

TEST_P(CheckEventTest, NamesTheFieldThatIsWrong) {
  Event event = Accepted();
  GetParam().change(&event);
  const absl::Status status = CheckEvent(event, "services/submission");
  const auto violations = GetBadRequest(status);
  EXPECT_EQ(violations ? violations->field_violations(0).field() : "", GetParam().want_field)
      << status;
}

const EventCase kEventCases[] = {
    {"Whole", [](Event*) {}, ""},
    {"TypeThatNobodyDeclares", [](Event* e) { e->set_type("duban.moon.landed"); }, ""},
    {"DataThatNobodyDeclares",
     [](Event* e) { e->mutable_data()->set_type_url("type.googleapis.com/duban.moon.v1.Landed"); },
     ""},
    {"WithoutPlanAndUnit",
     [](Event* e) {
       e->clear_plan();
       e->clear_unit();
     },
     ""},
    {"FirstSequence", [](Event* e) { e->set_sequence(0); }, ""},
    {"LongestType", [](Event* e) { e->set_type(std::string(128, 'a')); }, ""},
    {"NoId", [](Event* e) { e->clear_id(); }, "id"},
    {"IdInUpperCase", [](Event* e) { e->set_id("018E8A53-5A80-7000-8000-000000000001"); }, "id"},
    {"NoType", [](Event* e) { e->clear_type(); }, "type"},
    {"LongerType", [](Event* e) { e->set_type(std::string(129, 'a')); }, "type"},
    {"TypeWithBlank", [](Event* e) { e->set_type("duban submission"); }, "type"},
    {"SourceOfAnother", [](Event* e) { e->set_source("review"); }, "source"},
    {"NoSource", [](Event* e) { e->clear_source(); }, "source"},
    {"NoSubject", [](Event* e) { e->clear_subject(); }, "subject"},
    {"LongerSubject", [](Event* e) { e->set_subject(std::string(256, 'a')); }, "subject"},
    {"PlanThatIsNone", [](Event* e) { e->set_plan("plan/p"); }, "plan"},
    {"UnitThatIsNone", [](Event* e) { e->set_unit("water"); }, "unit"},
    {"NoTime", [](Event* e) { e->clear_time(); }, "time"},
    {"NegativeSequence", [](Event* e) { e->set_sequence(-1); }, "sequence"},
    {"NoData", [](Event* e) { e->clear_data(); }, "data"},
    {"DataWithoutType", [](Event* e) { e->mutable_data()->set_type_url("type.googleapis.com/"); },
     "data"},
    {"LongerDataType",
     [](Event* e) {
       e->mutable_data()->set_type_url("type.googleapis.com/" + std::string(256, 'a'));
     },
     "data"},
};
INSTANTIATE_TEST_SUITE_P(Events, CheckEventTest, ::testing::ValuesIn(kEventCases),
                         [](const auto& tested) { return tested.param.name; });

v1::EventRecord Described(const Event& event) {
  v1::EventRecord record;
  *record.mutable_event() = event;
  DescribeData(&record);
  return record;
}

TEST(DescribeDataTest, ShowsDataThatIsKnown) {
  const v1::EventRecord record = Described(Accepted());
  EXPECT_TRUE(record.type_declared());
  EXPECT_EQ(record.data_json(), R"({"period":"2024-03"})");
}

TEST(DescribeDataTest, SaysWhatIsNotDeclared) {
  Event event = Accepted();
  event.set_type("duban.moon.landed");
  EXPECT_FALSE(Described(event).type_declared());
  EXPECT_EQ(Described(event).data_json(), R"({"period":"2024-03"})");

  event = Accepted();
  event.mutable_data()->PackFrom(indicator::v1::PlanClosed());
  EXPECT_FALSE(Described(event).type_declared());

  event.mutable_data()->set_type_url("type.googleapis.com/duban.moon.v1.Landed");
  EXPECT_FALSE(Described(event).type_declared());
  EXPECT_EQ(Described(event).data_json(), "");
}

TEST(DescribeDataTest, LeavesBytesThatAreNoMessageAlone) {
  Event event = Accepted();
  event.mutable_data()->set_value("\xff\xff");
  EXPECT_TRUE(Described(event).type_declared());
  EXPECT_EQ(Described(event).data_json(), "");
}

}  // namespace
}  // namespace duban::notification
