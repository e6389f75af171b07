#ifndef DUBAN_SERVICES_REVIEW_SESSION_FIXTURE_H_
#define DUBAN_SERVICES_REVIEW_SESSION_FIXTURE_H_

#include <memory>
#include <string>

#include "duban/review/v1/calendar_service.grpc.pb.h"
#include "duban/review/v1/session_service.grpc.pb.h"
#include "prometheus/registry.h"
#include "services/review/peers.h"
#include "services/review/plan_source.h"
#include "services/review/review_fixture.h"
#include "services/review/scheduler_metrics.h"
#include "services/review/session_runner.h"
#include "services/review/session_work.h"

namespace duban::review {

// One replica's part of the scheduler, driven by a test.
class Replica {
 public:
  explicit Replica(const std::string& owner, absl::Duration lease = absl::Seconds(30),
                   const Clock* clock = &Services::Get().clock);

  SessionRunner& runner() { return runner_; }
  SchedulerMetrics& metrics() { return metrics_; }
  const server::Environment& environment() const { return environment_; }
  const Peers& peers() const { return peers_; }

  // The value of a counter or gauge without labels, or the number of a histogram's observations.
  double Metric(const std::string& name) const;

 private:
  prometheus::Registry registry_;
  server::Environment environment_;
  Peers peers_;
  PlanSource plans_;
  SchedulerMetrics metrics_;
  SessionWork work_;
  SessionRunner runner_;
};

class SessionTest : public ReviewTest {
 protected:
  using Stub = v1::SessionService::Stub;

  // No test finds another one's work.
  SessionTest();

  static absl::Time At(const std::string& local);  // `2024-03-10 09:00` in the plans' zone
  static void SetClock(const std::string& local) { Services::Get().clock.Set(At(local)); }

  // The Linxiang plan, published, of a region of this test's own without any calendar.
  std::string Publish();
  // China's working days of a year as that region's.
  absl::StatusOr<v1::ImportCalendarResponse> ImportYear(int year, bool validate_only = false);
  absl::StatusOr<v1::ImportCalendarResponse> Import(const v1::Calendar& calendar,
                                                    bool validate_only = false);
  v1::Calendar YearOf(int year) const;

  // The same with the calendars of 2024 and 2025, and its 54 sessions.
  std::string PublishYear();

  absl::StatusOr<v1::PlanSessionsResponse> Plan(const std::string& plan,
                                                const Who& who = kOffice) const;
  absl::StatusOr<v1::Session> Get(const std::string& plan, const std::string& id) const;
  absl::StatusOr<v1::ListSessionsResponse> List(const std::string& request) const;
  absl::StatusOr<v1::Session> Run(const std::string& plan, const std::string& id) const;
  absl::StatusOr<v1::Session> Skip(const std::string& plan, const std::string& id,
                                   const std::string& reason = "停电") const;
  absl::StatusOr<v1::Session> Backfill(const std::string& plan, const std::string& id,
                                       const std::string& due_date, const Who& who = kOffice) const;

  // What a query in the submission service's database answers first.
  static std::string AskSubmission(const std::string& sql);

  std::unique_ptr<Stub> sessions_;
  std::unique_ptr<v1::CalendarService::Stub> calendars_;
  std::string region_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_FIXTURE_H_
