// Rules of a rhythm that hold from a day on.
#include "services/indicator/cadence_rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/indicator/test_plan.h"

namespace duban::indicator {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAreArray;
using v1::AmendCadencesRequest;
using v1::CadenceRule;

constexpr char kBulletin[] =
    "rules { kind: BULLETIN every: MONTH deadline {"
    " offset_workdays: 5 cutoff: '12:00' grace_workdays: 1 lock_workdays: 3 } } ";
constexpr char kRight[] = "effective_date: '2024-07-01' reason: '会议决定' ";

AmendCadencesRequest RequestOf(const std::string& text) {
  AmendCadencesRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

// `KIND day offset` of each rule.
std::vector<std::string> RulesOf(const v1::Plan& plan) {
  std::vector<std::string> rules;
  for (const CadenceRule& rule : plan.cadences()) {
    rules.push_back(absl::StrCat(CadenceRule::Kind_Name(rule.kind()), " ", rule.effective_date(),
                                 " ", rule.deadline().offset_workdays()));
  }
  return rules;
}

TEST(PutCadencesInForceTest, TheNewRulesHoldFromTheirDayOn) {
  v1::Plan plan = SmallPlan().plan();
  PutCadencesInForce(RequestOf(absl::StrCat(kBulletin, kRight)), &plan);
  EXPECT_THAT(RulesOf(plan), ElementsAre("DISPATCH  1", "BULLETIN  3", "BULLETIN 2024-07-01 5",
                                         "SUMMARY  5", "APPRAISAL  10"));
  EXPECT_EQ(plan.cadences(2).deadline().cutoff(), "12:00");
  Violations violations;
  CheckCadences(plan, "plan.cadences", violations);
  EXPECT_TRUE(violations.empty());
}

TEST(PutCadencesInForceTest, WhatWasSaidOfThatDayAndLaterGivesWay) {
  v1::Plan plan = SmallPlan().plan();
  const auto amend = [&](const std::string& date, int offset) {
    AmendCadencesRequest request = RequestOf(kBulletin);
    request.set_effective_date(date);
    request.mutable_rules(0)->mutable_deadline()->set_offset_workdays(offset);
    PutCadencesInForce(request, &plan);
  };
  amend("2024-04-01", 4);
  amend("2024-07-01", 5);
  amend("2024-10-01", 6);
  amend("2024-07-01", 7);
  EXPECT_THAT(RulesOf(plan), ElementsAre("DISPATCH  1", "BULLETIN  3", "BULLETIN 2024-04-01 4",
                                         "BULLETIN 2024-07-01 7", "SUMMARY  5", "APPRAISAL  10"));
}

struct AmendmentCase {
  std::string name;
  std::string request;
  std::vector<std::string> want;
};

void PrintTo(const AmendmentCase& c, std::ostream* out) { *out << c.name; }

class CadenceAmendmentTest : public ::testing::TestWithParam<AmendmentCase> {};

TEST_P(CadenceAmendmentTest, AnswersExactlyWhatIsWrong) {
  EXPECT_THAT(
      ViolationsOf(CheckCadenceAmendment(SmallPlan().plan(), RequestOf(GetParam().request))),
      UnorderedElementsAreArray(GetParam().want));
}

const AmendmentCase kAmendmentCases[] = {
    {"right", absl::StrCat(kBulletin, kRight), {}},
    {"no rule", kRight, {"rules FIELD_INVALID"}},
    {"a kind twice", absl::StrCat(kBulletin, kBulletin, kRight), {"rules[1].kind CADENCE_INVALID"}},
    {"another rhythm",
     absl::StrCat("rules { kind: BULLETIN every: DEKAD deadline { cutoff: '12:00' } } ", kRight),
     {"rules[0].every CADENCE_INVALID"}},
    {"no kind, no deadline",
     absl::StrCat("rules { every: DEKAD } ", kRight),
     {"rules[0].kind CADENCE_INVALID", "rules[0].deadline.cutoff CADENCE_INVALID"}},
    {"a day of its own",
     absl::StrCat("rules { kind: BULLETIN every: MONTH deadline { cutoff: '12:00' }"
                  " effective_date: '2024-07-01' } ",
                  kRight),
     {"rules[0].effective_date FIELD_INVALID"}},
    {"no reason and no day", kBulletin, {"reason FIELD_INVALID", "effective_date DATE_INVALID"}},
    {"a day of another year",
     absl::StrCat(kBulletin, "effective_date: '2025-01-01' reason: '会议决定'"),
     {"effective_date FIELD_INVALID"}},
};

INSTANTIATE_TEST_SUITE_P(Amendments, CadenceAmendmentTest, ::testing::ValuesIn(kAmendmentCases));

}  // namespace
}  // namespace duban::indicator
