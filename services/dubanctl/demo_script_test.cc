#include "services/dubanctl/demo_script.h"

#include "common/base/id.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/dubanctl/request_id.h"

namespace duban::ctl {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

TEST(DemoScriptTest, OrdersReportsByPeriodAndMarksThem) {
  const auto script = ParseDemoScript("demo.json", R"({
    "plan": "p", "as_of_date": "2024-03-31", "lines": [
      {"indicator": "contracts", "unit": "water", "unit_of_measure": "项", "from": "2024-01-D3",
       "values": ["1", "3"], "returned": {"2024-02-D1": {"value": "30", "reason": "数字有误"}},
       "pending": ["2024-02-D1"]},
      {"indicator": "share", "unit": "tax", "unit_of_measure": "万元", "from": "2024-01",
       "as_of_date": "2024-01-20", "observation_status": "PROVISIONAL",
       "measurements": [{"value": "1", "denominator": "2", "base_value": "3", "base_denominator": "4"}]}
    ]})");
  ASSERT_THAT(script, IsOk());
  EXPECT_EQ(script->plan, "plans/p");
  EXPECT_EQ(script->as_of_date, "2024-03-31");
  ASSERT_EQ(script->reports.size(), 3u);

  const DemoReport& first = script->reports[0];
  EXPECT_EQ(first.report.indicator(), "plans/p/indicators/contracts");
  EXPECT_EQ(first.report.unit(), "units/water");
  EXPECT_EQ(first.report.period(), "2024-01-D3");
  EXPECT_EQ(first.report.measurement().value(), "1");
  EXPECT_EQ(first.report.measurement().unit_of_measure(), "项");
  EXPECT_FALSE(first.returned.has_value());
  EXPECT_FALSE(first.pending);

  EXPECT_EQ(script->reports[1].report.period(), "2024-01");
  EXPECT_EQ(script->reports[1].report.measurement().base_denominator(), "4");
  EXPECT_EQ(script->reports[1].report.as_of_date(), "2024-01-20");
  EXPECT_EQ(script->reports[1].report.observation_status(), submission::v1::Report::PROVISIONAL);

  const DemoReport& last = script->reports[2];
  EXPECT_EQ(last.report.period(), "2024-02-D1");
  EXPECT_EQ(last.report.measurement().value(), "3");
  ASSERT_TRUE(last.returned.has_value());
  EXPECT_EQ(last.returned->first.measurement().value(), "30");
  EXPECT_EQ(last.returned->reason, "数字有误");
  EXPECT_TRUE(last.pending);
}

struct BadScript {
  const char* name;
  const char* json;
  const char* why;
};

class BadScriptTest : public ::testing::TestWithParam<BadScript> {};

TEST_P(BadScriptTest, IsRefusedWithTheReason) {
  const auto script = ParseDemoScript("demo.json", GetParam().json);
  EXPECT_THAT(script, FailsWith(absl::StatusCode::kInvalidArgument, "FILE_INVALID"));
  EXPECT_THAT(script.status().ToString(), HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Scripts, BadScriptTest,
    ::testing::Values(
        BadScript{"not_json", "{", "parse error"},
        BadScript{"no_plan", R"({"as_of_date": "2024-03-31", "lines": []})", "plan"},
        BadScript{"pending_without_value",
                  R"({"plan": "p", "as_of_date": "2024-03-31", "lines": [{"indicator": "i",
                      "unit": "u", "from": "2024-Q1", "values": ["1"], "pending": ["2024-Q2"]}]})",
                  "2024-Q2"},
        BadScript{"unknown_status",
                  R"({"plan": "p", "as_of_date": "2024-03-31", "lines": [{"indicator": "i",
                      "unit": "u", "from": "2024-Q1", "observation_status": "GUESSED"}]})",
                  "GUESSED"},
        BadScript{"returned_without_value",
                  R"({"plan": "p", "as_of_date": "2024-03-31", "lines": [{"indicator": "i",
                      "unit": "u", "from": "2024-Q1", "values": ["1"],
                      "returned": {"2024-Q3": {"value": "2", "reason": "r"}}}]})",
                  "2024-Q3"}),
    [](const auto& test) { return test.param.name; });

TEST(DemoScriptTest, RefusesAPeriodThatIsNone) {
  EXPECT_THAT(ParseDemoScript("demo.json", R"({"plan": "p", "as_of_date": "2024-03-31", "lines":
                 [{"indicator": "i", "unit": "u", "from": "2024-02-D4", "values": ["1"]}]})"),
              FailsWith(absl::StatusCode::kInvalidArgument, "PERIOD_INVALID"));
}

TEST(RequestIdTest, IsAUuidOfTheTextAlone) {
  const std::string id = RequestIdOf("create plans/p/indicators/i units/u 2024-01-D1");
  EXPECT_TRUE(IsUuid(id)) << id;
  EXPECT_EQ(id[14], '8');
  EXPECT_EQ(id, RequestIdOf("create plans/p/indicators/i units/u 2024-01-D1"));
  EXPECT_NE(id, RequestIdOf("create plans/p/indicators/i units/u 2024-01-D2"));
  EXPECT_NE(id, RequestIdOf("submit plans/p/indicators/i units/u 2024-01-D1"));
}

}  // namespace
}  // namespace duban::ctl
