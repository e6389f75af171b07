// Appraisals over the wire, of what the other services know.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/timestamp.h"
#include "duban/review/v1/appraisal_service.grpc.pb.h"
#include "duban/submission/v1/article_service.grpc.pb.h"
#include "duban/submission/v1/obligation_service.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "duban/submission/v1/report_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "services/review/action_item_fixture.h"
#include "services/review/session_store.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using indicator::v1::ScoringRules;
using testing::FailsWith;
using testing::IsOk;
using v1::Appraisal;
using v1::UnitScore;

// A half-year of which this is known. 水利局 reported one of its two lines, late, and left an order
// undone; 财政局 is far behind, had an experience adopted and owns one line; nobody else reported.
class AppraisalTest : public ActionItemTest {
 protected:
  using AppraisalStub = v1::AppraisalService::Stub;

  AppraisalTest()
      : appraisals_(v1::AppraisalService::NewStub(Services::Get().review->channel())),
        reports_(submission::v1::ReportService::NewStub(Services::Get().submission->channel())),
        articles_(submission::v1::ArticleService::NewStub(Services::Get().submission->channel())),
        obligations_(
            submission::v1::ObligationService::NewStub(Services::Get().submission->channel())),
        progress_(submission::v1::ProgressService::NewStub(Services::Get().submission->channel())) {
  }

  template <typename Stub, typename Request, typename Response>
  Response Done(const Who& who, Stub& stub,
                grpc::Status (Stub::*rpc)(grpc::ClientContext*, const Request&, Response*),
                const std::string& request) const {
    const absl::StatusOr<Response> answer =
        Call(who, stub, rpc, FromText<Request>(Expand(request)));
    EXPECT_THAT(answer, IsOk()) << request;
    return answer.ok() ? *answer : Response();
  }

  void Report(const Who& who, const std::string& report) const {
    using ReportStub = submission::v1::ReportService::Stub;
    const std::string name =
        Done(who, *reports_, &ReportStub::CreateReport,
             absl::StrCat("parent: '$' report { unit: '", who.unit, "' ", report, " }"))
            .name();
    Done(who, *reports_, &ReportStub::SubmitReport, absl::StrCat("name: '", name, "'"));
    Done(kReviewer, *reports_, &ReportStub::AcceptReport, absl::StrCat("name: '", name, "'"));
  }

  void AdoptExperience() const {
    using ArticleStub = submission::v1::ArticleService::Stub;
    const std::string name =
        absl::StrCat("name: '",
                     Done(kFinance, *articles_, &ArticleStub::CreateArticle,
                          "parent: '$' article { type: EXPERIENCE unit: 'units/finance'"
                          " title: '科技金融风险补偿做法' published_date: '2024-05-20' }")
                         .name(),
                     "' ");
    Done(kOffice, *articles_, &ArticleStub::AcceptArticle, name);
    Done(kOffice, *articles_, &ArticleStub::RecommendArticle,
         name + "journal: '湖南科技简报' level: PROVINCIAL");
    Done(kOffice, *articles_, &ArticleStub::RecordAdoption, name + "adopted: true");
  }

  static std::string Instant(const std::string& field, const std::string& local) {
    return absl::StrCat(field, " { seconds: ", absl::ToUnixSeconds(At(local)), " } ");
  }

  // A session that is closed, with the scoreboard of the half-year's last day.
  void Close(const std::string& id, indicator::v1::CadenceRule::Kind kind,
             const std::string& period) const {
    const std::string name = absl::StrCat(plan_, "/sessions/", id);
    const auto snapshot =
        Done(kService, *progress_, &submission::v1::ProgressService::Stub::FreezeProgress,
             absl::StrCat("parent: '$' session: '", name, "' as_of_date: '2024-06-30'"));
    Write(name, kind, period, v1::Session::CLOSED, snapshot.name());
  }

  void Write(const std::string& name, indicator::v1::CadenceRule::Kind kind,
             const std::string& period, v1::Session::State state,
             const std::string& snapshot) const {
    v1::Session session;
    session.set_name(name);
    session.set_kind(kind);
    session.set_period(period);
    session.set_state(v1::Session::SCHEDULED);
    session.set_revision(1);
    *session.mutable_create_time() = ToTimestamp(Services::Get().clock.Now());
    *session.mutable_update_time() = session.create_time();
    v1::Session closed = session;
    closed.set_state(state);
    closed.set_snapshot(snapshot);
    closed.set_revision(2);
    const SessionStore sessions;
    EXPECT_THAT(database().RunInTransaction(MachineNow() + absl::Seconds(10),
                                            [&](db::Transaction& tx) -> absl::Status {
                                              DUBAN_RETURN_IF_ERROR(sessions.Insert(tx, {session}));
                                              return sessions.Write(tx, closed);
                                            }),
                IsOk());
  }

  void LiveThroughTheHalfYear() const {
    Ordered();
    Now("2024-06-20 09:00");
    AdoptExperience();
    Done(kService, *obligations_, &submission::v1::ObligationService::Stub::OpenObligations,
         absl::StrCat("parent: '$' session: '$/sessions/dispatch-2024-06-d3' period: '2024-06-D3' "
                      "calendar_version: 'cn-2024.1' ",
                      Instant("open_time", "2024-06-30 00:00"),
                      Instant("due_time", "2024-07-01 17:30"),
                      Instant("grace_end_time", "2024-07-02 17:30"),
                      Instant("lock_time", "2024-07-04 17:30")));
    Now("2024-07-02 09:00");
    Report(kWater,
           "indicator: '$/indicators/contract-turnover' period: '2024-06-D3'"
           " measurement { value: '6' unit_of_measure: '亿元' }");
    Report(kFinance,
           "indicator: '$/indicators/sci-fiscal' period: '2024-06'"
           " measurement { value: '0.2' unit_of_measure: '亿元' }");
    Now("2024-07-19 09:00");
    Close("bulletin-2024-06", indicator::v1::CadenceRule::BULLETIN, "2024-06");
    Close("appraisal-2024-h1", indicator::v1::CadenceRule::APPRAISAL, "2024-H1");
  }

  absl::StatusOr<Appraisal> Compute(const Who& who, const std::string& session) const {
    v1::ComputeAppraisalRequest request;
    request.set_session(absl::StrCat(plan_, "/sessions/", session));
    return Call(who, *appraisals_, &AppraisalStub::ComputeAppraisal, request);
  }
  absl::StatusOr<Appraisal> Get(const Who& who) const {
    v1::GetAppraisalRequest request;
    request.set_name(Name());
    return Call(who, *appraisals_, &AppraisalStub::GetAppraisal, request);
  }
  absl::StatusOr<Appraisal> Publish(const Who& who, const std::string& etag = "") const {
    v1::PublishAppraisalRequest request;
    request.set_name(Name());
    request.set_etag(etag);
    return Call(who, *appraisals_, &AppraisalStub::PublishAppraisal, request);
  }
  int Listed(const Who& who) const {
    v1::ListAppraisalsRequest request;
    request.set_parent(plan_);
    const auto list = Call(who, *appraisals_, &AppraisalStub::ListAppraisals, request);
    EXPECT_THAT(list, IsOk());
    return list.ok() ? list->appraisals_size() : -1;
  }
  std::string Name() const { return absl::StrCat(plan_, "/appraisals/appraisal-2024-h1"); }

  static UnitScore Of(const Appraisal& appraisal, const std::string& unit) {
    for (const UnitScore& score : appraisal.scores()) {
      if (score.unit() == unit) return score;
    }
    ADD_FAILURE() << unit;
    return {};
  }
  // `KIND count points`, one after the other.
  static std::string Adjustments(const UnitScore& score) {
    std::string text;
    for (const UnitScore::Adjustment& adjustment : score.adjustments()) {
      absl::StrAppend(&text, ScoringRules::Adjustment::Kind_Name(adjustment.kind()), " ",
                      adjustment.count(), " ", adjustment.points(), "; ");
    }
    return text;
  }

  // What somebody at the database does.
  void Tamper(const std::string& sql) const {
    EXPECT_THAT(database().RunInTransaction(MachineNow() + absl::Seconds(10),
                                            [&](db::Transaction& tx) { return tx.Execute(sql); }),
                IsOk());
  }

  std::unique_ptr<AppraisalStub> appraisals_;
  std::unique_ptr<submission::v1::ReportService::Stub> reports_;
  std::unique_ptr<submission::v1::ArticleService::Stub> articles_;
  std::unique_ptr<submission::v1::ObligationService::Stub> obligations_;
  std::unique_ptr<submission::v1::ProgressService::Stub> progress_;
};

TEST_F(AppraisalTest, ScoresWhatTheHalfYearBrought) {
  LiveThroughTheHalfYear();
  const auto appraisal = Compute(kOffice, "appraisal-2024-h1");
  ASSERT_THAT(appraisal, IsOk());
  EXPECT_EQ(appraisal->name(), Name());
  EXPECT_EQ(appraisal->state(), Appraisal::COMPUTED);
  // Weights 8 and 4: 6 of 15 亿元 are 40% of 66.6667 points; nothing was told of the other line.
  const UnitScore water = Of(*appraisal, "units/water");
  EXPECT_EQ(water.base_points(), "26.6667");
  EXPECT_EQ(Adjustments(water),
            "LATE_REPORT 1 -0.5000; MISSED_REPORT 1 -1.0000; OVERDUE_ACTION_ITEM 1 -1.0000; ");
  EXPECT_EQ(water.total_points(), "24.1667");
  // 0.2 of 2 亿元 are 10% of 100 points, and red at the end of June.
  const UnitScore finance = Of(*appraisal, "units/finance");
  EXPECT_EQ(finance.base_points(), "10.0000");
  EXPECT_EQ(Adjustments(finance), "ADOPTED_EXPERIENCE 1 2.0000; RED_LIGHT_MONTH 1 -0.5000; ");
  EXPECT_EQ(finance.total_points(), "11.5000");
  EXPECT_EQ(finance.unit_name(), "市财政局");
  EXPECT_EQ(finance.adjustments(1).subjects(0),
            absl::StrCat("2024-06 ", plan_, "/indicators/sci-fiscal"));
  EXPECT_EQ(water.peer_group(), "bureaus");
  EXPECT_EQ(water.rank(), 1);
  EXPECT_EQ(finance.rank(), 2);
  // The others have nothing, and share what is left.
  EXPECT_EQ(Of(*appraisal, "units/market-regulation").rank(), 3);
  EXPECT_EQ(Of(*appraisal, "units/market-regulation").total_points(), "0.0000");
  // Computed again, later on, it says the same.
  Now("2024-08-01 09:00");
  const auto again = Compute(kLeader, "appraisal-2024-h1");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->revision(), 2);
  ASSERT_EQ(again->scores_size(), appraisal->scores_size());
  for (int i = 0; i < again->scores_size(); ++i) {
    EXPECT_EQ(again->scores(i).SerializeAsString(), appraisal->scores(i).SerializeAsString());
  }
}

TEST_F(AppraisalTest, WhatIsPublishedNeverChanges) {
  LiveThroughTheHalfYear();
  const auto computed = Compute(kOffice, "appraisal-2024-h1");
  ASSERT_THAT(computed, IsOk());
  EXPECT_THAT(Get(kWater), FailsWith(StatusCode::kNotFound, "APPRAISAL_NOT_FOUND"));
  EXPECT_EQ(Listed(kWater), 0);
  EXPECT_EQ(Listed(kAuditor), 1);
  EXPECT_THAT(Publish(kOffice), FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Publish(kLeader, "old"), FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  const auto published = Publish(kLeader, computed->etag());
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->digest().size(), 64u);
  EXPECT_EQ(Get(kWater)->DebugString(), published->DebugString());
  EXPECT_EQ(Listed(kWater), 1);
  EXPECT_THAT(Publish(kLeader),
              FailsWith(StatusCode::kFailedPrecondition, "APPRAISAL_MOVE_NOT_ALLOWED"));
  EXPECT_THAT(Compute(kLeader, "appraisal-2024-h1"),
              FailsWith(StatusCode::kFailedPrecondition, "APPRAISAL_MOVE_NOT_ALLOWED"));
  EXPECT_EQ(Get(kWater)->DebugString(), published->DebugString());
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(type ORDER BY sequence) FROM outbox_events WHERE "
                             "subject = '",
                             Name(), "'")),
            "duban.review.appraisal.computed,duban.review.appraisal.published");
  // Not even at the database unseen.
  Tamper(absl::StrCat(
      "UPDATE appraisals SET body = REPLACE(body, '24.1667', '94.1667') WHERE plan = '",
      plan_.substr(plan_.find('/') + 1), "'"));
  EXPECT_THAT(Get(kWater), FailsWith(StatusCode::kDataLoss, "APPRAISAL_ALTERED"));
}

TEST_F(AppraisalTest, ARepeatGetsTheFirstAnswer) {
  LiveThroughTheHalfYear();
  v1::ComputeAppraisalRequest request;
  request.set_session(absl::StrCat(plan_, "/sessions/appraisal-2024-h1"));
  request.set_request_id(NewUuid7(MachineNow()));
  const auto computed = Call(kOffice, *appraisals_, &AppraisalStub::ComputeAppraisal, request);
  ASSERT_THAT(computed, IsOk());
  ASSERT_THAT(Publish(kLeader), IsOk());
  Now("2024-08-01 09:00");
  // Nothing is gathered any more: the session is gone.
  Tamper(absl::StrCat("DELETE FROM sessions WHERE plan = '", plan_.substr(6), "'"));
  const auto again = Call(kOffice, *appraisals_, &AppraisalStub::ComputeAppraisal, request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), computed->SerializeAsString());
  EXPECT_EQ(Get(kAuditor)->state(), Appraisal::PUBLISHED);
  request.set_session(absl::StrCat(plan_, "/sessions/appraisal-2024-h2"));
  EXPECT_THAT(Call(kOffice, *appraisals_, &AppraisalStub::ComputeAppraisal, request),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(AppraisalTest, OnlyAClosedHalfYearOfAPlanWithRulesIsScored) {
  EXPECT_THAT(Compute(kOffice, "appraisal-2024-h9"),
              FailsWith(StatusCode::kNotFound, "SESSION_NOT_FOUND"));
  Close("bulletin-2024-05", indicator::v1::CadenceRule::BULLETIN, "2024-05");
  EXPECT_THAT(Compute(kOffice, "bulletin-2024-05"),
              FailsWith(StatusCode::kFailedPrecondition, "SESSION_NOT_APPRAISED"));
  Write(absl::StrCat(plan_, "/sessions/appraisal-2024-h1"), indicator::v1::CadenceRule::APPRAISAL,
        "2024-H1", v1::Session::COLLECTING, "");
  EXPECT_THAT(Compute(kOffice, "appraisal-2024-h1"),
              FailsWith(StatusCode::kFailedPrecondition, "SESSION_NOT_CLOSED"));
  EXPECT_THAT(Compute(kWater, "appraisal-2024-h1"),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Get(kAuditor), FailsWith(StatusCode::kNotFound, "APPRAISAL_NOT_FOUND"));
}

TEST_F(AppraisalTest, APlanWithoutRulesHasNone) {
  const std::string plan = PublishLinxiang(
      [](indicator::v1::PlanDocument* document) { document->mutable_plan()->clear_scoring(); });
  const std::string name = absl::StrCat(plan, "/sessions/appraisal-2024-h1");
  Write(name, indicator::v1::CadenceRule::APPRAISAL, "2024-H1", v1::Session::CLOSED,
        absl::StrCat(plan, "/snapshots/s"));
  v1::ComputeAppraisalRequest request;
  request.set_session(name);
  EXPECT_THAT(Call(kOffice, *appraisals_, &AppraisalStub::ComputeAppraisal, request),
              FailsWith(StatusCode::kFailedPrecondition, "SCORING_RULES_MISSING"));
}

}  // namespace
}  // namespace duban::review
