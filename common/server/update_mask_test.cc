#include "common/server/update_mask.h"

#include "common/testing/status_matchers.h"
#include "duban/submission/v1/report.pb.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using google::protobuf::FieldMask;
using submission::v1::Report;
using testing::FailsWith;
using testing::IsOk;

Report Stored() {
  Report report;
  report.set_name("plans/p/reports/r");
  report.set_unit("units/water");
  report.set_comment("old");
  report.set_etag("3");
  report.set_state(Report::SUBMITTED);
  report.mutable_measurement()->set_value("1");
  report.mutable_measurement()->set_denominator("9");
  return report;
}

Report Sent() {
  Report report;
  report.set_name("plans/p/reports/other");
  report.set_comment("new");
  report.set_etag("2");
  report.set_state(Report::ACCEPTED);
  report.mutable_measurement()->set_value("2");
  return report;
}

TEST(UpdateMaskTest, NamedFieldsAreReplacedWhole) {
  FieldMask mask;
  mask.add_paths("measurement");
  Report report = Stored();
  ASSERT_THAT(ApplyUpdateMask(mask, Sent(), &report), IsOk());
  EXPECT_EQ(report.measurement().value(), "2");
  EXPECT_EQ(report.measurement().denominator(), "");  // replaced, not merged
  EXPECT_EQ(report.comment(), "old");
  EXPECT_EQ(report.unit(), "units/water");
}

TEST(UpdateMaskTest, NamedFieldThatWasNotSentIsCleared) {
  FieldMask mask;
  mask.add_paths("unit");
  Report report = Stored();
  ASSERT_THAT(ApplyUpdateMask(mask, Sent(), &report), IsOk());
  EXPECT_EQ(report.unit(), "");
  EXPECT_EQ(report.comment(), "old");
}

TEST(UpdateMaskTest, EmptyMaskCopiesWhatAWriterMaySet) {
  Report report = Stored();
  ASSERT_THAT(ApplyUpdateMask(FieldMask(), Sent(), &report), IsOk());
  EXPECT_EQ(report.comment(), "new");
  EXPECT_EQ(report.unit(), "");
  EXPECT_EQ(report.measurement().denominator(), "");
  EXPECT_EQ(report.name(), "plans/p/reports/r");
  EXPECT_EQ(report.etag(), "3");
  EXPECT_EQ(report.state(), Report::SUBMITTED);
}

class BadPathTest : public ::testing::TestWithParam<const char*> {};

TEST_P(BadPathTest, IsRefusedAndChangesNothing) {
  FieldMask mask;
  mask.add_paths("comment");
  mask.add_paths(GetParam());
  Report report = Stored();
  EXPECT_THAT(ApplyUpdateMask(mask, Sent(), &report),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "update_mask"));
  EXPECT_EQ(report.SerializeAsString(), Stored().SerializeAsString());
}

INSTANTIATE_TEST_SUITE_P(Paths, BadPathTest,
                         ::testing::Values("name", "etag", "state", "weather", "measurement.value",
                                           "*", ""));

TEST(ClearOutputOnlyTest, ClearsThemAndEtag) {
  Report report = Stored();
  ClearOutputOnly(&report);
  Report want = Stored();
  want.clear_state();
  want.clear_etag();
  EXPECT_EQ(report.SerializeAsString(), want.SerializeAsString());
}

}  // namespace
}  // namespace duban::server
