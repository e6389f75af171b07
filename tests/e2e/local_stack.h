#ifndef DUBAN_TESTS_E2E_LOCAL_STACK_H_
#define DUBAN_TESTS_E2E_LOCAL_STACK_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/client/caller.h"
#include "common/db/database.h"
#include "common/identity/token.h"
#include "duban/indicator/v1/directory_service.grpc.pb.h"
#include "duban/indicator/v1/indicator_service.grpc.pb.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"
#include "duban/notification/v1/event_service.grpc.pb.h"
#include "duban/review/v1/calendar_service.grpc.pb.h"
#include "duban/submission/v1/article_service.grpc.pb.h"
#include "duban/submission/v1/obligation_service.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "duban/submission/v1/report_service.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "tests/e2e/process.h"

namespace duban::testing {

// The plan as it is delivered.
inline constexpr char kPlan[] = "plans/linxiang-innovation-2024";

// Who calls, for the token.
struct CallerIdentity {
  common::v1::Role role;
  std::string unit;  // bare id, such as `agriculture`
};

inline CallerIdentity Reporter(std::string unit) { return {common::v1::REPORTER, std::move(unit)}; }
inline CallerIdentity Office() { return {common::v1::OFFICE, "sci-industry"}; }
inline CallerIdentity RecusalReviewer() { return {common::v1::OFFICE, "government-office"}; }

// The real binaries on a database server of this test program, with the plan's services reachable
// over loopback. Starting takes about four seconds.
class LocalStack {
 public:
  // How many replicas of each service run.
  enum class Replicas { kOne, kTwo };

  // `local_now`: RFC 3339 instant that the services' clock reads at start. Flags for all services,
  // for submission alone, for review alone, and for notification alone.
  explicit LocalStack(const std::string& local_now, std::vector<std::string> extra_flags = {},
                      std::vector<std::string> submission_flags = {},
                      std::vector<std::string> review_flags = {},
                      Replicas replicas = Replicas::kOne,
                      std::vector<std::string> notification_flags = {});
  ~LocalStack();

  Process& indicator() { return *indicator_; }
  Process& submission() { return *submission_; }
  // The second replica of a service, such as `review`, where there are two. Targets name both then.
  Process& second(const std::string& service) { return *seconds_.at(service); }
  std::string indicator_target() const;
  std::string submission_target() const;
  Process& review() { return *review_; }
  std::string review_target() const;
  // Of the metrics page of a service, such as `review`.
  int metrics_port(const std::string& service) const { return metrics_ports_.at(service); }
  Process& notification() { return *notification_; }
  std::string notification_target() const;
  // The private key that the services trust, for command lines that sign with it.
  std::string key_file() const { return folder_ + "/key.jwk"; }

  // Starts a process and waits until it serves with its database.
  void StartAndWait(Process& process);

  // Lets the submission service drain and starts it again, its clock at this instant.
  void RestartSubmissionAt(const std::string& local_now);
  // The same of the notification service.
  void RestartNotificationAt(const std::string& local_now);
  // The same of the review service, started by a launcher such as `/usr/bin/env A=b`.
  void RestartReviewAt(const std::string& local_now, const std::vector<std::string>& launcher = {});

  // Another replica of the review service, on ports of its own, once it serves.
  std::unique_ptr<Process> AddReview();

  // The working days of China, as they are delivered.
  absl::Status LoadCalendars();

  // Imports and publishes deploy/plans/linxiang-2024.json, or a copy of it under another name.
  absl::Status LoadLinxiang(const std::string& name = "plans/linxiang-innovation-2024");
  static indicator::v1::PlanDocument LinxiangDocument();

  // The routes and templates of deploy/notification/routing.json.
  absl::Status LoadRouting();

  // A member `{id}` who has this post since 2024.
  absl::Status AddMember(const std::string& unit, common::v1::Role role, const std::string& id);
  // A liaison `reporter-{unit}` in every unit of the Linxiang plan.
  absl::Status AddLiaisons();

  std::string Token(const CallerIdentity& caller) const;
  // Any other token of the services' issuer, as if signed at an instant.
  std::string SignAt(const TokenClaims& claims, absl::Time now) const {
    return signer_->Sign(claims, now);
  }

  // One call: fresh context with the caller's token and 10 s, errors with their details.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const CallerIdentity& caller, const Request& request) const {
    grpc::ClientContext context;
    Authorize(&context, caller);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return client::FromGrpc(status);
    return response;
  }

  void Authorize(grpc::ClientContext* context, const CallerIdentity& caller) const;

  indicator::v1::PlanService::Stub& plans() { return *plans_; }
  indicator::v1::IndicatorService::Stub& indicators() { return *indicators_; }
  indicator::v1::DirectoryService::Stub& directory() { return *directory_; }
  submission::v1::ReportService::Stub& reports() { return *reports_; }
  submission::v1::ProgressService::Stub& progress() { return *progress_; }
  submission::v1::ObligationService::Stub& obligations() { return *obligations_; }
  submission::v1::ArticleService::Stub& articles() { return *articles_; }
  review::v1::CalendarService::Stub& calendars() { return *calendars_; }
  notification::v1::EventService::Stub& events() { return *events_; }

  // The database that the services share, to look at what they left.
  db::Database& database() { return *database_; }
  const db::Options& database_options() const { return database_options_; }

  // Number of rows of a table.
  int64_t CountRows(const std::string& table);

 private:
  std::vector<std::string> Command(const std::string& service, int port);
  void StartAndWait(Process& process, const std::string& target);
  void StartSubmission();
  void StartSeconds();
  std::string Target(const std::string& service, int port) const;
  int PortOf(const Process& process) const;

  std::string folder_;
  std::string local_now_;
  std::vector<std::string> extra_flags_;
  std::vector<std::string> submission_flags_;
  std::vector<std::string> review_flags_;
  std::vector<std::string> notification_flags_;
  db::Options database_options_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<TokenSigner> signer_;
  int indicator_port_;
  int submission_port_;
  int review_port_;
  std::map<std::string, int> metrics_ports_;
  int notification_port_;
  std::map<std::string, int> second_ports_;  // empty with one replica of each
  std::map<std::string, std::unique_ptr<Process>> seconds_;
  std::unique_ptr<Process> indicator_;
  std::unique_ptr<Process> submission_;
  std::unique_ptr<Process> review_;
  std::unique_ptr<Process> notification_;
  std::unique_ptr<indicator::v1::PlanService::Stub> plans_;
  std::unique_ptr<indicator::v1::IndicatorService::Stub> indicators_;
  std::unique_ptr<indicator::v1::DirectoryService::Stub> directory_;
  std::unique_ptr<submission::v1::ReportService::Stub> reports_;
  std::unique_ptr<submission::v1::ProgressService::Stub> progress_;
  std::unique_ptr<submission::v1::ObligationService::Stub> obligations_;
  std::unique_ptr<submission::v1::ArticleService::Stub> articles_;
  std::unique_ptr<review::v1::CalendarService::Stub> calendars_;
  std::unique_ptr<notification::v1::EventService::Stub> events_;
};

// A draft for one line and period; the unit of measure is that of the numbers.
submission::v1::CreateReportRequest DraftOf(const std::string& indicator, const std::string& unit,
                                            const std::string& period,
                                            const common::v1::Measurement& measurement);

// Measurement with one number.
common::v1::Measurement Value(const std::string& value, const std::string& unit_of_measure);

// Measurement of a share or growth in 亿元.
common::v1::Measurement Ratio(const std::string& value, const std::string& denominator,
                              const std::string& base_value = "",
                              const std::string& base_denominator = "");

}  // namespace duban::testing

#endif  // DUBAN_TESTS_E2E_LOCAL_STACK_H_
