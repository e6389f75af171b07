// What a document counts is what stood when its session closed.
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "duban/review/v1/bulletin_service.grpc.pb.h"
#include "duban/submission/v1/obligation_service.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "services/review/session_fixture.h"

namespace duban::review {
namespace {

using testing::IsOk;
using v1::Session;
using Obligations = submission::v1::ObligationService::Stub;
using Progress = submission::v1::ProgressService::Stub;

class SessionCountsTest : public SessionTest {
 protected:
  static void RunDue() {
    Replica replica("a");
    EXPECT_THAT(replica.runner().RunDue(1000), IsOk());
  }

  // Expected now, in the sessions of January.
  int ExpectedNow(const std::string& plan) const {
    const auto progress = submission::v1::ProgressService::NewStub(submission_channel());
    submission::v1::GetCompletenessRequest request;
    request.set_plan(plan);
    const auto now = Call(kOffice, *progress, &Progress::GetCompleteness, request);
    EXPECT_THAT(now, IsOk());
    if (!now.ok()) return -1;
    int expected = 0;
    for (const auto& session : now->sessions()) {
      if (absl::StrContains(session.session(), "-2024-01")) expected += session.counts().expected();
    }
    return expected;
  }

  // Water owes nothing of what it owed in a session any more.
  void WaiveWater(const std::string& session) const {
    const auto obligations = submission::v1::ObligationService::NewStub(submission_channel());
    submission::v1::ListObligationsRequest list;
    list.set_parent(session.substr(0, session.find("/sessions/")));
    list.set_filter(absl::StrCat("session = \"", session, "\" AND unit = \"units/water\""));
    list.set_page_size(500);
    const auto owed = Call(kOffice, *obligations, &Obligations::ListObligations, list);
    ASSERT_THAT(owed, IsOk());
    EXPECT_GT(owed->obligations_size(), 0);
    for (const auto& obligation : owed->obligations()) {
      submission::v1::ReopenObligationRequest reopen;  // what is MISSED is not waived
      reopen.set_name(obligation.name());
      reopen.set_reason("系统停机");
      *reopen.mutable_until_time() = ToTimestamp(At("2024-03-05 17:30"));
      EXPECT_THAT(Call(kOffice, *obligations, &Obligations::ReopenObligation, reopen), IsOk());
      submission::v1::WaiveObligationRequest waive;
      waive.set_name(obligation.name());
      waive.set_reason("系统停机");
      EXPECT_THAT(Call(kOffice, *obligations, &Obligations::WaiveObligation, waive), IsOk());
    }
  }

  absl::StatusOr<v1::Bulletin> Draft(const std::string& session) const {
    const auto bulletins = v1::BulletinService::NewStub(Services::Get().review->channel());
    v1::DraftBulletinRequest request;
    request.set_session(session);
    return Call(kOffice, *bulletins, &v1::BulletinService::Stub::DraftBulletin, request);
  }

 private:
  static std::shared_ptr<grpc::Channel> submission_channel() {
    return Services::Get().submission->channel();
  }
};

TEST_F(SessionCountsTest, ADocumentCountsWhatStoodWhenItsSessionClosed) {
  const std::string plan = PublishYear();
  SetClock("2024-02-29 12:00");
  RunDue();
  ASSERT_EQ(Get(plan, "bulletin-2024-01")->state(), Session::CLOSED);
  const int expected = ExpectedNow(plan);
  EXPECT_GT(expected, 0);
  WaiveWater(plan + "/sessions/dispatch-2024-01-d1");
  EXPECT_LT(ExpectedNow(plan), expected);
  const auto drafted = Draft(plan + "/sessions/bulletin-2024-01");
  ASSERT_THAT(drafted, IsOk());
  EXPECT_EQ(drafted->content().overview().expected(), expected);
  EXPECT_EQ(drafted->content().overview().missing(), expected);
}

TEST_F(SessionCountsTest, ADocumentOfASessionClosedBeforeCountsWereKeptCountsWhatIsThere) {
  const std::string plan = PublishYear();
  SetClock("2024-02-29 12:00");
  RunDue();
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(session ORDER BY session) FROM session_counts"
                             " WHERE plan = '",
                             plan.substr(6), "'")),
            "bulletin-2024-01");
  EXPECT_THAT(database().Read(MachineNow() + absl::Seconds(10),
                              [&](db::Session& session) {
                                return session.Execute("DELETE FROM session_counts WHERE plan = ?",
                                                       {plan.substr(6)});
                              }),
              IsOk());
  WaiveWater(plan + "/sessions/dispatch-2024-01-d1");
  const auto drafted = Draft(plan + "/sessions/bulletin-2024-01");
  ASSERT_THAT(drafted, IsOk());
  EXPECT_EQ(drafted->content().overview().expected(), ExpectedNow(plan));
}

TEST_F(SessionCountsTest, TheLastDocumentCountsWhatIsOwedForTheYear) {
  const std::string plan = PublishYear();
  SetClock("2025-02-28 12:00");
  RunDue();
  const auto counts_year = [&](const std::string& session) {
    return Ask(
        absl::StrCat("SELECT completeness LIKE '%/sessions/year-2024%' FROM session_counts"
                     " WHERE plan = '",
                     plan.substr(6), "' AND session = '", session, "'"));
  };
  EXPECT_EQ(counts_year("appraisal-2024-h2"), "1");
  EXPECT_EQ(counts_year("appraisal-2024-h1"), "0");
  EXPECT_EQ(counts_year("summary-2024-q4"), "0");
}

}  // namespace
}  // namespace duban::review
