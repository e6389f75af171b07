#include "common/base/json.h"

#include <string>

#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/exchange_service.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "duban/submission/v1/report_service.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using submission::v1::Report;

std::string ByProtobuf(const Message& message, JsonNames names) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = names == JsonNames::kAsInProto;
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  return json;
}

Report FullReport() {
  Report report;
  report.set_name("plans/p/reports/r");
  report.set_state(Report::SUBMITTED);
  report.set_revision(9007199254740993);
  report.mutable_measurement()->set_unit_of_measure("万元");
  report.mutable_submit_time()->set_seconds(1711674000);
  report.mutable_submit_time()->set_nanos(120000000);
  report.add_evidence("plans/p/evidence/a");
  report.add_evidence("plans/p/evidence/b");
  report.add_permitted_actions(Report::ACCEPT);
  report.add_permitted_actions(Report::RETURN);
  report.mutable_narrative();  // there, and empty
  return report;
}

TEST(JsonTest, SaysWhatProtobufSays) {
  submission::v1::RowError with_map;
  with_map.set_code(-3);
  (*with_map.mutable_metadata())["field"] = "v";
  indicator::v1::UpdatePlanRequest with_mask;
  with_mask.mutable_update_mask()->add_paths("default_pacing");
  with_mask.mutable_plan()->set_endorsement_required(true);
  for (const JsonNames names : {JsonNames::kCamelCase, JsonNames::kAsInProto}) {
    const Report full = FullReport();
    const Report empty;
    for (const Message* message :
         std::initializer_list<const Message*>{&full, &empty, &with_map, &with_mask}) {
      EXPECT_EQ(ToJson(*message, names), ByProtobuf(*message, names));
    }
  }
}

TEST(JsonTest, EveryTextComesBackAsItWas) {
  std::string all = "引号\"反斜杠\\ 𠮷 </script>\x7f\u2028";
  for (char c = 0; c < 0x20; ++c) all.push_back(c);
  Report report;
  report.set_comment(all);
  Report back;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(ToJson(report), &back).ok());
  EXPECT_EQ(back.comment(), all);
}

TEST(JsonTest, BytesAndUnknownEnumNumbersComeBack) {
  submission::v1::ImportReportsRequest import;
  import.set_content(std::string("\0\xff\x10 xyz", 7));
  submission::v1::ImportReportsRequest import_back;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(ToJson(import), &import_back).ok());
  EXPECT_EQ(import_back.content(), import.content());
  Report report;
  report.set_state(static_cast<Report::State>(99));
  EXPECT_EQ(ToJson(report), R"({"state":99})");
}

TEST(JsonTest, ADifferenceHasWhatDiffers) {
  Report before = FullReport();
  Report after = before;
  after.set_state(Report::ACCEPTED);
  after.clear_evidence();
  after.set_comment("新");
  const JsonDifference difference = DifferenceAsJson(before, after, JsonNames::kAsInProto);
  EXPECT_EQ(difference.before,
            R"({"evidence":["plans/p/evidence/a","plans/p/evidence/b"],"state":"SUBMITTED"})");
  EXPECT_EQ(difference.after, R"({"comment":"新","state":"ACCEPTED"})");
}

TEST(JsonTest, EqualMessagesDifferInNothing) {
  const JsonDifference difference =
      DifferenceAsJson(FullReport(), FullReport(), JsonNames::kCamelCase);
  EXPECT_EQ(difference.before, "{}");
  EXPECT_EQ(difference.after, "{}");
}

}  // namespace
}  // namespace duban
