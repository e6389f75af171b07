// Corrections of what was accepted: the old report counts until the new one does, and never both.
#include <string>

#include "absl/strings/str_cat.h"
#include "services/submission/report_calls_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::Report;

class CorrectionTest : public ReportCallsTest {
 protected:
  std::string Result(const std::string& indicator) const {
    return LineOf(*Board(kLeader), indicator, "units/north").result();
  }
};

constexpr char kSixtyOne[] = R"(measurement { value: "61" unit_of_measure: "项" })";

TEST_F(CorrectionTest, AnAcceptanceTellsOfANewLight) {
  const Report old = Accepted("2024-03-D3", "60");
  const auto light = [&] {
    const auto line = LineOf(*Board(kLeader), "contracts", "units/north");
    return v1::ScoreboardLine::Light_Name(line.light());
  };
  const std::string first = light();
  EXPECT_EQ(LightChangeBy(old.name()), "GREY " + first);
  const auto same = Correct(kNorth, old.name(), kSixtyOne, "漏报一项");
  ASSERT_THAT(same, IsOk());
  ASSERT_THAT(Submit(kNorth, same->name()), IsOk());
  ASSERT_THAT(Accept(kOffice, same->name()), IsOk());
  EXPECT_EQ(light(), first);
  EXPECT_EQ(LightChangeBy(same->name()), "");
  const auto fewer = Correct(kNorth, same->name(),
                             R"(measurement { value: "1" unit_of_measure: "项" })", "重复计数");
  ASSERT_THAT(fewer, IsOk());
  ASSERT_THAT(Submit(kNorth, fewer->name()), IsOk());
  ASSERT_THAT(Accept(kOffice, fewer->name()), IsOk());
  EXPECT_EQ(light(), "RED");
  EXPECT_EQ(LightChangeBy(fewer->name()), first + " RED");
}

TEST_F(CorrectionTest, TheOldOneCountsUntilTheNewOneDoes) {
  const Report old = Accepted("2024-03-D3", "60");
  EXPECT_THAT(Get(kNorth, old.name())->permitted_actions(), ElementsAre(Report::CORRECT));
  const auto draft = Correct(kNorth, old.name(), kSixtyOne, "漏报一项");
  ASSERT_THAT(draft, IsOk());
  EXPECT_EQ(draft->state(), Report::DRAFT);
  EXPECT_EQ(draft->corrects(), old.name());
  EXPECT_EQ(draft->correction_reason(), "漏报一项");
  EXPECT_EQ(draft->observation_status(), Report::REVISED);
  EXPECT_EQ(Get(kNorth, draft->name())->DebugString(), draft->DebugString());
  ASSERT_THAT(Submit(kNorth, draft->name()), IsOk());
  const auto line = LineOf(*Board(kLeader), "contracts", "units/north");
  EXPECT_EQ(line.result(), "60");
  EXPECT_EQ(line.report(), old.name());
  ASSERT_EQ(line.pending_size(), 1);
  EXPECT_EQ(line.pending(0).report(), draft->name());

  ASSERT_THAT(Accept(kOffice, draft->name()), IsOk());
  const auto moved = LineOf(*Board(kLeader), "contracts", "units/north");
  EXPECT_EQ(moved.result(), "61");
  EXPECT_EQ(moved.report(), draft->name());
  EXPECT_EQ(moved.pending_size(), 0);
  const auto superseded = Get(kNorth, old.name());
  EXPECT_EQ(superseded->state(), Report::SUPERSEDED);
  EXPECT_EQ(superseded->superseded_by(), draft->name());
  EXPECT_EQ(superseded->permitted_actions_size(), 0);
  EXPECT_EQ(Events(old.name()), "submitted,accepted,superseded");
  EXPECT_EQ(Events(draft->name()), "corrected,submitted,accepted");

  const auto revisions = Revisions(kNorth, absl::StrCat("parent: '", old.name(), "'"));
  const v1::ReportRevision& last = revisions->revisions(revisions->revisions_size() - 1);
  EXPECT_EQ(last.move(), Report::SUPERSEDE);
  EXPECT_EQ(last.reason(), "漏报一项");
  EXPECT_THAT(Ask(absl::StrCat("SELECT after_json FROM audit_entries WHERE resource = '",
                               old.name(), "' ORDER BY id DESC LIMIT 1")),
              HasSubstr(draft->name()));
}

TEST_F(CorrectionTest, OneCorrectionAtATime) {
  const Report old = Accepted("2024-03-D3", "60");
  const auto refused = Create(kNorth, R"(indicator: "$/indicators/contracts" unit: "units/north"
      period: "2024-03-D3" measurement { value: "61" unit_of_measure: "项" })");
  EXPECT_THAT(refused, FailsWith(StatusCode::kAlreadyExists, "REPORT_EXISTS"));
  EXPECT_EQ(GetErrorInfo(refused.status())->metadata().at("report"), old.name());
  const auto first = Correct(kNorth, old.name(), kSixtyOne);
  ASSERT_THAT(first, IsOk());
  const auto second = Correct(kNorth, old.name(), kSixtyOne);
  EXPECT_THAT(second, FailsWith(StatusCode::kAlreadyExists, "REPORT_EXISTS"));
  EXPECT_EQ(GetErrorInfo(second.status())->metadata().at("report"), first->name());
  ASSERT_THAT(Withdraw(kNorth, first->name()), IsOk());
  EXPECT_THAT(Correct(kNorth, old.name(), kSixtyOne), IsOk());
  EXPECT_EQ(Get(kNorth, old.name())->state(), Report::ACCEPTED);
}

TEST_F(CorrectionTest, OnlyWhatIsAcceptedAndOneselfs) {
  const Report waiting = Submitted("2024-03-D2", "50");
  EXPECT_THAT(Correct(kNorth, waiting.name(), kSixtyOne),
              FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
  const Report old = Accepted("2024-03-D3", "60");
  EXPECT_THAT(Correct(kNorth, old.name(), kSixtyOne, ""),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "reason"));
  EXPECT_THAT(Correct(kSouth, old.name(), kSixtyOne),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Correct(kOffice, old.name(), kSixtyOne),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Correct(kNorth, old.name(), kSixtyOne, "更正", "etag: '" + MakeEtag(1) + "'"),
              FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  EXPECT_THAT(Correct(kNorth, old.name(), R"(measurement { value: "-1" unit_of_measure: "项" })"),
              FailsWith(StatusCode::kInvalidArgument, "MEASUREMENT_INVALID"));
}

TEST_F(CorrectionTest, IncrementsLoseTheOldAmount) {
  const Report january = AcceptedOf("articles", "2024-01", R"(value: "2" unit_of_measure: "篇")");
  const Report february = AcceptedOf("articles", "2024-02", R"(value: "3" unit_of_measure: "篇")");
  AcceptedOf("articles", "2024-03", R"(value: "4" unit_of_measure: "篇")");
  ASSERT_EQ(Result("articles"), "9");
  ASSERT_THAT(Replace(january, "5"), IsOk());
  EXPECT_EQ(Result("articles"), "12");
  const auto lower = Replace(february, "0");
  ASSERT_THAT(lower, IsOk());
  EXPECT_EQ(Result("articles"), "9");
  ASSERT_THAT(Replace(*lower, "1"), IsOk());
  EXPECT_EQ(Result("articles"), "10");
}

TEST_F(CorrectionTest, WhatTurnsOutToBeMissingLeavesTheStanding) {
  Accepted("2024-03-D2", "50");
  const Report old = Accepted("2024-03-D3", "60");
  const auto missing =
      Correct(kNorth, old.name(), R"(observation_status: MISSING missing_reason: "系统故障")");
  ASSERT_THAT(missing, IsOk());
  ASSERT_THAT(Submit(kNorth, missing->name()), IsOk());
  ASSERT_THAT(Accept(kOffice, missing->name()), IsOk());
  EXPECT_EQ(Result("contracts"), "50");
  const auto again = Correct(kNorth, missing->name(), kSixtyOne);
  ASSERT_THAT(again, IsOk());
  ASSERT_THAT(Submit(kNorth, again->name()), IsOk());
  ASSERT_THAT(Accept(kOffice, again->name()), IsOk());
  EXPECT_EQ(Result("contracts"), "61");
}

TEST_F(CorrectionTest, FallsAndRisesAmongAcceptedPeriods) {
  Accepted("2024-03-D1", "40");
  const Report middle = Accepted("2024-03-D2", "50");
  Accepted("2024-03-D3", "60");
  // Its own reason explains that it falls below an earlier figure …
  const auto lower = Replace(middle, "39");
  ASSERT_THAT(lower, IsOk());
  // … but not that a later one, which says nothing, is below it now.
  const auto higher = Replace(*lower, "61");
  EXPECT_THAT(higher, FailsWith(StatusCode::kFailedPrecondition, "LATER_FIGURE_BELOW", "comment"));
  EXPECT_EQ(Get(kNorth, lower->name())->state(), Report::ACCEPTED);
  EXPECT_EQ(Ask(absl::StrCat("SELECT CAST(value AS CHAR) FROM standings WHERE plan = '",
                             plan_.substr(6), "' AND period = '2024-03-D2'")),
            "39.000000");
}

TEST_F(CorrectionTest, AReturnedCorrectionIsMendedAndResubmitted) {
  const Report old = Accepted("2024-03-D3", "60");
  const auto draft = Correct(kNorth, old.name(), kSixtyOne);
  ASSERT_THAT(draft, IsOk());
  ASSERT_THAT(Submit(kNorth, draft->name()), IsOk());
  ASSERT_THAT(Return(kOffice, draft->name(), "附件不全"), IsOk());
  const auto mended = Update(kNorth, absl::StrCat("report { name: '", draft->name(), R"('
      measurement { value: "62" unit_of_measure: "项" } } update_mask { paths: "measurement" })"));
  ASSERT_THAT(mended, IsOk());
  EXPECT_EQ(mended->corrects(), old.name());
  EXPECT_EQ(mended->correction_reason(), "更正");
  ASSERT_THAT(Submit(kNorth, draft->name()), IsOk());
  ASSERT_THAT(Accept(kOffice, draft->name()), IsOk());
  EXPECT_EQ(Result("contracts"), "62");
}

}  // namespace
}  // namespace duban::submission
