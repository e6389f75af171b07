// Many submissions in one transaction: each is judged alone, and all are written or answered as if
// they had come one after the other.
#include "services/submission/submissions.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "services/submission/report_calls_fixture.h"
#include "services/submission/report_rules.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::SizeIs;
using v1::Report;

class SubmissionsTest : public ReportCallsTest {
 protected:
  SubmissionsTest()
      : mutations_(&database(), "submission"),
        caller_(Services::Get().indicator->target(), "services/submission",
                &::duban::testing::TestSigner()),
        plans_(&caller_),
        reports_here_({&database(), &Services::Get().clock, &mutations_, nullptr, nullptr},
                      &plans_),
        submissions_(&reports_here_),
        north_(CallOf("units/north")),
        south_(CallOf("units/south")) {}

  static server::CallContext CallOf(const std::string& unit) {
    server::CallContext call;
    call.identity.issuer = "duban-test";
    call.identity.subject = "members/of-" + LastId(unit);
    call.identity.unit = unit;
    call.identity.roles = {common::v1::REPORTER};
    call.method = "/duban.submission.v1.ReportService/SubmitReport";
    call.bound_to_unit = true;
    call.info.deadline = MachineNow() + absl::Seconds(30);
    call.info.request_id = "r";
    call.clock = &Services::Get().clock;
    return call;
  }

  PlanPointer ThePlan() {
    auto plan = plans_.Get(north_.info, plan_);
    EXPECT_THAT(plan, IsOk());
    return *plan;
  }

  ReportSubmission Of(const Report& report, const std::string& etag = "") {
    ReportSubmission item;
    item.call = &north_;
    item.plan = ThePlan();
    item.name = *ParseReportName(report.name(), "name");
    item.etag = etag;
    return item;
  }

  ReportSubmission Entering(const std::string& period, const std::string& value) {
    ReportSubmission item;
    item.call = &north_;
    item.plan = ThePlan();
    item.entered = *Complete(
        Parse<Report>(Expand(absl::StrCat(
            R"(indicator: "$/indicators/contracts" unit: "units/north" period: ")", period,
            R"(" measurement { value: ")", value, R"(" unit_of_measure: "项" })"))),
        *item.plan, Services::Begin());
    return item;
  }

  static db::RequestKey Key(const std::string& fingerprint = "f") {
    return {"submission", "duban-test members/of-north", "0190a1b2-0000-7000-8000-00000000aaaa",
            false, fingerprint};
  }

  absl::StatusOr<std::vector<absl::StatusOr<Report>>> Run(
      const std::vector<ReportSubmission>& items) {
    return database().RunInTransaction(
        north_.deadline(), [&](db::Transaction& tx) { return submissions_.Submit(tx, items); });
  }

  std::string Count(const std::string& from) const {
    return Ask("SELECT CAST(COUNT(*) AS CHAR) FROM " + from);
  }

  server::Mutations mutations_;
  client::Caller caller_;
  PlanCache plans_;
  Reports reports_here_;
  Submissions submissions_;
  server::CallContext north_;
  server::CallContext south_;
};

TEST_F(SubmissionsTest, EachGetsItsOwnAnswer) {
  const Report fine = Draft("2024-03-D1", "40");
  const Report stale = Draft("2024-03-D2", "50");
  const Report waiting = Submitted("2024-03-D3", "60");
  const Report foreign = Draft("2024-02-D1", "10");
  Report unknown = fine;
  unknown.set_name(plan_ + "/reports/0190a1b2-0000-7000-8000-000000000000");
  std::vector<ReportSubmission> items = {Of(waiting), Of(fine), Of(stale, MakeEtag(9)), Of(unknown),
                                         Of(foreign)};
  items.back().call = &south_;
  const auto answers = Run(items);
  ASSERT_THAT(answers, IsOk());
  ASSERT_THAT(*answers, SizeIs(5));
  EXPECT_THAT((*answers)[0], FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
  ASSERT_THAT((*answers)[1], IsOk());
  EXPECT_EQ((*answers)[1]->state(), Report::SUBMITTED);
  EXPECT_EQ((*answers)[1]->permitted_actions(0), Report::WITHDRAW);
  EXPECT_THAT((*answers)[2], FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  EXPECT_THAT((*answers)[3], FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT((*answers)[4], FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_EQ(Get(kNorth, fine.name())->DebugString(), (*answers)[1]->DebugString());
  EXPECT_EQ(Get(kNorth, stale.name())->state(), Report::DRAFT);
  EXPECT_EQ(Events(fine.name()), "submitted");
}

TEST_F(SubmissionsTest, OfTheSameReportOneAfterTheOther) {
  const Report report = Draft("2024-03-D1", "40");
  const auto answers = Run({Of(report), Of(report), Entering("2024-03-D1", "41")});
  ASSERT_THAT(answers, IsOk());
  EXPECT_THAT((*answers)[0], IsOk());
  EXPECT_THAT((*answers)[1], FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
  EXPECT_THAT((*answers)[2], FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
  EXPECT_EQ(Get(kNorth, report.name())->canonical().value(), "40");
}

TEST_F(SubmissionsTest, WhatIsEnteredBecomesTheLinesReport) {
  const Report draft = Draft("2024-03-D1", "40");
  const Report accepted = Accepted("2024-02-D1", "10");
  ReportSubmission only_new = Entering("2024-03-D1", "42");
  only_new.only_new = true;
  const auto answers = Run({Entering("2024-03-D1", "41"), Entering("2024-03-D2", "50"),
                            Entering("2024-03-D2", "51"), Entering("2024-02-D1", "11"), only_new});
  ASSERT_THAT(answers, IsOk());
  ASSERT_THAT((*answers)[0], IsOk());
  EXPECT_EQ((*answers)[0]->name(), draft.name());
  EXPECT_EQ((*answers)[0]->canonical().value(), "41");
  EXPECT_EQ((*answers)[0]->revision(), 2);
  ASSERT_THAT((*answers)[1], IsOk());
  EXPECT_EQ((*answers)[1]->revision(), 1);
  EXPECT_EQ(Get(kNorth, (*answers)[1]->name())->DebugString(), (*answers)[1]->DebugString());
  EXPECT_THAT((*answers)[2], FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
  EXPECT_EQ(GetErrorInfo((*answers)[3].status())->metadata().at("report"), accepted.name());
  EXPECT_THAT((*answers)[4], FailsWith(StatusCode::kAlreadyExists, "REPORT_EXISTS"));
  EXPECT_EQ(Count(absl::StrCat("audit_entries WHERE method LIKE '%SubmitReport' AND resource = '",
                               (*answers)[1]->name(), "' AND before_json IS NULL")),
            "1");
}

TEST_F(SubmissionsTest, ACorrectionInWorkIsWhatGetsTheValues) {
  const Report accepted = Accepted("2024-02-D1", "10");
  const auto correction =
      Correct(kNorth, accepted.name(), R"(measurement { value: "12" unit_of_measure: "项" })");
  ASSERT_THAT(correction, IsOk());
  const auto answers = Run({Entering("2024-02-D1", "13")});
  ASSERT_THAT(answers, IsOk());
  ASSERT_THAT((*answers)[0], IsOk());
  EXPECT_EQ((*answers)[0]->name(), correction->name());
  EXPECT_EQ((*answers)[0]->corrects(), accepted.name());
  EXPECT_EQ((*answers)[0]->canonical().value(), "13");
}

TEST_F(SubmissionsTest, KeysAreAnsweredOnce) {
  ReportSubmission item = Of(Draft("2024-03-D1", "40"));
  item.key = Key();
  ReportSubmission other = item;
  other.key = Key("g");
  const auto first = Run({item, item, other});
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT((*first)[0], IsOk());
  EXPECT_EQ((*first)[1]->DebugString(), (*first)[0]->DebugString());
  EXPECT_THAT((*first)[2], FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  const std::string content = Content();
  const auto repeated = Run({item, other});
  ASSERT_THAT(repeated, IsOk());
  EXPECT_EQ((*repeated)[0]->DebugString(), (*first)[0]->DebugString());
  EXPECT_THAT((*repeated)[1], FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  EXPECT_EQ(Content(), content);
}

TEST_F(SubmissionsTest, ManyInFewStatements) {
  std::vector<ReportSubmission> items;
  for (const char* period : {"2024-01-D1", "2024-01-D2", "2024-01-D3", "2024-02-D1", "2024-02-D2",
                             "2024-02-D3", "2024-03-D1", "2024-03-D2", "2024-03-D3"}) {
    items.push_back(items.size() % 2 == 0 ? Entering(period, "7") : Of(Draft(period, "7")));
  }
  const auto statements = [&] {
    return std::stoi(
        Ask("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS"
            " WHERE VARIABLE_NAME = 'COM_STMT_EXECUTE'"));
  };
  const int before = statements();
  const auto answers = Run(items);
  const int used = statements() - before;
  ASSERT_THAT(answers, IsOk());
  for (const auto& answer : *answers) EXPECT_THAT(answer, IsOk());
  EXPECT_LT(used, 25);
}

}  // namespace
}  // namespace duban::submission
