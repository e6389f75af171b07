#ifndef DUBAN_SERVICES_SUBMISSION_TEST_PLAN_H_
#define DUBAN_SERVICES_SUBMISSION_TEST_PLAN_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace duban::submission {

// A message from its text form; the test program fails where it does not parse.
template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// An indicator `plans/p/indicators/i` of 2024 with a SINGLE line of units/a on dekads and a target
// of GE 100, and what `fields` says otherwise, in text form.
inline indicator::v1::Indicator TestIndicator(const std::string& fields) {
  auto indicator = Parse<indicator::v1::Indicator>(R"(
      name: "plans/p/indicators/i" display_name: "指标" kind: COUNT unit_of_measure: "家"
      accumulation: CUMULATIVE collection: DEKAD target { operator: GE low: "100" }
      revision: 1 effective_date: "2024-01-01")");
  const auto change = Parse<indicator::v1::Indicator>(fields);
  if (change.has_target()) indicator.clear_target();
  indicator.MergeFrom(change);
  if (!change.has_responsibility()) {
    *indicator.mutable_responsibility() = Parse<indicator::v1::Responsibility>(
        R"(mode: SINGLE lines { unit: "units/a" role: ACCOUNTABLE })");
  }
  return indicator;
}

// The plan `plans/p` of 2024 in force, with these indicators. units/office houses its office and
// units/reviewer judges for it.
inline indicator::v1::PlanHistory TestPlan(
    std::initializer_list<indicator::v1::Indicator> indicators) {
  auto history = Parse<indicator::v1::PlanHistory>(R"(
      revision: 7
      plan {
        name: "plans/p" title: "方案" year: 2024 time_zone: "Asia/Shanghai" state: PUBLISHED
        revision: 7
        work_group { office: "units/office" recusal_reviewer: "units/reviewer" }
        light_bands { light: GREEN gap_at_least: "0" }
        light_bands { light: YELLOW gap_at_least: "-10" }
        light_bands { light: RED }
        default_pacing { kind: LINEAR_BY_DEKAD }
      })");
  for (const indicator::v1::Indicator& indicator : indicators) {
    *history.add_indicators() = indicator;
  }
  return history;
}

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_TEST_PLAN_H_
