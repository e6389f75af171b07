// Plans that ask for the unit head's endorsement, and withdrawals.
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "services/submission/report_calls_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using v1::Report;

std::string AllowedBy(const absl::Status& status) {
  return GetErrorInfo(status)->metadata().at("allowed");
}

TEST_F(EndorsementTest, TheOfficeJudgesWhatTheHeadStandsBy) {
  const Report report = Submitted("2024-03-D3", "60");
  EXPECT_THAT(report.permitted_actions(), ElementsAre(Report::WITHDRAW));
  EXPECT_THAT(Get(kOffice, report.name())->permitted_actions(), IsEmpty());
  const auto early = Accept(kOffice, report.name());
  EXPECT_THAT(early, FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
  EXPECT_EQ(AllowedBy(early.status()), "");
  EXPECT_THAT(Return(kOffice, report.name(), "退"),
              FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
  EXPECT_THAT(Get(kNorthHead, report.name())->permitted_actions(),
              ElementsAre(Report::ENDORSE, Report::RETURN, Report::WITHDRAW));

  const auto endorsed = Endorse(kNorthHead, report.name());
  ASSERT_THAT(endorsed, IsOk());
  EXPECT_EQ(endorsed->state(), Report::ENDORSED);
  EXPECT_EQ(endorsed->endorsement().unit(), "units/north");
  EXPECT_EQ(Get(kOffice, report.name())->endorsement().DebugString(),
            endorsed->endorsement().DebugString());
  const auto line = LineOf(*Board(kLeader), "contracts", "units/north");
  ASSERT_EQ(line.pending_size(), 1);
  EXPECT_EQ(line.pending(0).report(), report.name());
  v1::GetScoreboardRequest known;
  known.set_plan(plan_);
  *known.mutable_read_time() = ToTimestamp(Services::Get().clock.Now());
  const auto past = Call(kLeader, *progress_, &v1::ProgressService::Stub::GetScoreboard, known);
  ASSERT_THAT(past, IsOk());
  EXPECT_EQ(LineOf(*past, "contracts", "units/north").pending_size(), 1);
  const auto late = Withdraw(kNorth, report.name(), "不报了");
  EXPECT_THAT(late, FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));

  EXPECT_THAT(Accept(kOffice, report.name()), IsOk());
  EXPECT_EQ(LineOf(*Board(kLeader), "contracts", "units/north").result(), "60");
  EXPECT_EQ(Events(report.name()), "submitted,endorsed,accepted");
}

TEST_F(EndorsementTest, TheHeadReturnsToTheWriterAndTheOfficeAfterEndorsement) {
  const Report report = Submitted("2024-03-D3", "60");
  EXPECT_THAT(Return(kNorthHead, report.name(), ""),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "reason"));
  const auto returned = Return(kNorthHead, report.name(), "请补充说明");
  ASSERT_THAT(returned, IsOk());
  EXPECT_EQ(returned->decision().unit(), "units/north");
  ASSERT_THAT(Submit(kNorth, report.name()), IsOk());
  ASSERT_THAT(Endorse(kNorthHead, report.name()), IsOk());
  EXPECT_THAT(Return(kNorthHead, report.name(), "再看"),
              FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
  ASSERT_THAT(Return(kOffice, report.name(), "数据有误"), IsOk());
  const auto again = Submit(kNorth, report.name());
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->has_endorsement());
}

TEST_F(EndorsementTest, NobodyEndorsesForAnotherUnitOrForThemselves) {
  const Report report = Submitted("2024-03-D3", "60");
  EXPECT_THAT(Endorse(kSouthHead, report.name()),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Return(kSouthHead, report.name(), "退"),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Endorse(kNorth, report.name()),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Endorse(kNorthHead, report.name(), R"(etag: ")" + MakeEtag(1) + R"(")"),
              FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  const Report own = Draft("2024-03-D2", "50");
  ASSERT_THAT(Submit(kNorthHead, own.name()), IsOk());
  EXPECT_THAT(Endorse(kNorthHead, own.name()),
              FailsWith(StatusCode::kPermissionDenied, "OWN_SUBMISSION"));
}

class WithdrawalTest : public ReportCallsTest {};

TEST_F(WithdrawalTest, FreesThePlace) {
  const Report first = Submitted("2024-03-D3", "60");
  EXPECT_THAT(Withdraw(kNorth, first.name()),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "reason"));
  EXPECT_THAT(Withdraw(kSouth, first.name(), "误报"),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Withdraw(kNorth, first.name(), "误报", R"(etag: ")" + MakeEtag(1) + R"(")"),
              FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  ASSERT_EQ(LineOf(*Board(kLeader), "contracts", "units/north").pending_size(), 1);
  const auto withdrawn = Withdraw(kNorth, first.name(), "误报");
  ASSERT_THAT(withdrawn, IsOk());
  EXPECT_EQ(withdrawn->state(), Report::WITHDRAWN);
  EXPECT_THAT(withdrawn->permitted_actions(), IsEmpty());
  EXPECT_EQ(LineOf(*Board(kLeader), "contracts", "units/north").pending_size(), 0);
  EXPECT_THAT(Submit(kNorth, first.name()),
              FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
  EXPECT_EQ(Events(first.name()), "submitted,withdrawn");

  const Report second = Accepted("2024-03-D3", "61");
  EXPECT_NE(second.name(), first.name());
  const Report third = Draft("2024-03-D2", "50");
  EXPECT_THAT(Withdraw(kNorth, third.name()), IsOk());
  EXPECT_THAT(Withdraw(kNorth, second.name(), "误报"),
              FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
}

}  // namespace
}  // namespace duban::submission
