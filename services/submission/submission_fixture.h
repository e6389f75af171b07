#ifndef DUBAN_SERVICES_SUBMISSION_SUBMISSION_FIXTURE_H_
#define DUBAN_SERVICES_SUBMISSION_SUBMISSION_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/client/caller.h"
#include "common/testing/fake_clock.h"
#include "common/testing/service_harness.h"
#include "duban/indicator/v1/indicator_service.grpc.pb.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "duban/submission/v1/report_service.grpc.pb.h"
#include "gtest/gtest.h"

namespace duban::submission {

// Who calls.
struct Who {
  common::v1::Role role;
  std::string unit;
};

inline const Who kNorth = {common::v1::REPORTER, "units/north"};
inline const Who kSouth = {common::v1::REPORTER, "units/south"};
inline const Who kSurvey = {common::v1::REPORTER, "units/survey"};
inline const Who kOfficeReporter = {common::v1::REPORTER, "units/office"};
inline const Who kOffice = {common::v1::OFFICE, "units/office"};
inline const Who kReviewer = {common::v1::OFFICE, "units/reviewer"};
inline const Who kLeader = {common::v1::LEADER, ""};
inline const Who kAuditor = {common::v1::AUDITOR, "units/audit"};

// When what a test asks of the database must have ended.
inline absl::Time InAMinute() { return MachineNow() + absl::Minutes(1); }

// This service and the real indicator service behind it, in this process over real gRPC and a real
// database. Made once per test program. It is 2024-04-02 09:00 in the plans' zone.
struct Services {
  static Services& Get();

  testing::FakeClock clock;
  std::unique_ptr<testing::ServiceHarness> indicator;
  std::unique_ptr<testing::ServiceHarness> submission;

  static absl::Time Begin();

 private:
  Services();
};

// A draft plan of 2024 as a document, with the given name; its indicators:
//   contracts  COUNT 项, cumulative, by dekad, SPLIT: north 240, south 260
//   articles   COUNT 篇, increments, by month, north alone: 12
//   growth     GROWTH %, level, by quarter, JOINT: office accountable, survey reports; 10
//   loans      AMOUNT 亿元, cumulative, by dekad, SPLIT: north 1, office 1
//   share      SHARE %, increments, by month, north alone: 50
//   opening    MILESTONE, cumulative, by dekad, north alone
//   nobody     COUNT 家, a commitment of nobody
indicator::v1::PlanDocument TestDocument(const std::string& plan);

// The delivered plan of Linxiang.
indicator::v1::PlanDocument LinxiangDocument();

// A test over a plan of its own, which is published unless the test says otherwise.
class SubmissionTest : public ::testing::Test {
 protected:
  SubmissionTest();
  ~SubmissionTest() override;

  // Calls an RPC over the wire.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(const Who& who, Stub& stub,
                                grpc::Status (Stub::*rpc)(grpc::ClientContext*, const Request&,
                                                          Response*),
                                const Request& request) const {
    grpc::ClientContext context;
    Services::Get().submission->Authorize(&context, who.role, who.unit);
    Response response;
    const absl::Status status = client::FromGrpc((stub.*rpc)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }

  void Import(const indicator::v1::PlanDocument& document) const;
  void Publish(const std::string& plan) const;
  void Close(const std::string& plan) const;
  // Amends an indicator of plan_ from the date on.
  void Amend(const std::string& id, const std::string& date,
             const std::function<void(indicator::v1::Indicator*)>& change) const;

  // Requests, from text; `$` stands for plan_.
  absl::StatusOr<v1::Report> Create(const Who& who, const std::string& report,
                                    const std::string& request_id = "") const;
  absl::StatusOr<v1::Report> Update(const Who& who, const std::string& request) const;
  absl::StatusOr<v1::Report> Get(const Who& who, const std::string& name) const;
  absl::StatusOr<v1::ListReportsResponse> List(const Who& who, const std::string& request) const;
  absl::StatusOr<v1::ListReportRevisionsResponse> Revisions(const Who& who,
                                                            const std::string& request) const;
  absl::StatusOr<v1::Report> Submit(const Who& who, const std::string& name,
                                    const std::string& fields = "") const;
  absl::StatusOr<v1::Report> Accept(const Who& who, const std::string& name,
                                    const std::string& fields = "") const;
  absl::StatusOr<v1::Report> Return(const Who& who, const std::string& name,
                                    const std::string& reason,
                                    const std::string& fields = "") const;
  absl::StatusOr<v1::Scoreboard> Board(const Who& who, const std::string& date = "") const;

  // North's contracts of a dekad, entered and taken so far; the test fails where that fails.
  v1::Report Draft(const std::string& period, const std::string& value) const;
  v1::Report Submitted(const std::string& period, const std::string& value) const;
  v1::Report Accepted(const std::string& period, const std::string& value) const;

  std::string IndicatorName(const std::string& id) const { return plan_ + "/indicators/" + id; }
  std::string Expand(std::string text) const;

  db::Database& database() const { return Services::Get().submission->database(); }
  // The first column of the first row as text.
  std::string Ask(const std::string& sql) const;
  // A digest of everything that a change may write, entries of refused calls left out.
  std::string Content() const;

  std::string plan_;  // `plans/{plan}`

  std::unique_ptr<v1::ReportService::Stub> reports_;
  std::unique_ptr<v1::ProgressService::Stub> progress_;
  std::unique_ptr<indicator::v1::PlanService::Stub> plans_;
  std::unique_ptr<indicator::v1::IndicatorService::Stub> indicators_;
};

// The line of an indicator for a unit (`units/{unit}`, or "" for the whole plan).
v1::ScoreboardLine LineOf(const v1::Scoreboard& board, const std::string& indicator,
                          const std::string& unit);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_SUBMISSION_FIXTURE_H_
