#ifndef DUBAN_SERVICES_REVIEW_SCHEDULE_SERVICE_H_
#define DUBAN_SERVICES_REVIEW_SCHEDULE_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "duban/review/v1/session_service.pb.h"
#include "services/review/schedule_store.h"
#include "services/review/session_step_store.h"
#include "services/review/session_store.h"

namespace duban::review {

// Schedules of duban.review.v1.SessionService; the contract says what each method does and refuses.
class ScheduleService {
 public:
  explicit ScheduleService(const server::Environment& environment);

  absl::StatusOr<v1::Schedule> GetSchedule(server::CallContext& call,
                                           const v1::GetScheduleRequest& request);
  absl::StatusOr<v1::Schedule> PauseSchedule(server::CallContext& call,
                                             const v1::PauseScheduleRequest& request);
  absl::StatusOr<v1::Schedule> ResumeSchedule(server::CallContext& call,
                                              const v1::ResumeScheduleRequest& request);

 private:
  absl::StatusOr<v1::Schedule> Locked(db::Transaction& tx, const std::string& plan,
                                      const std::string& etag) const;
  // Writes the schedule, holds its steps or lets them go, and answers it with its outlook.
  absl::StatusOr<v1::Schedule> Write(db::Transaction& tx, const server::CallContext& call,
                                     const v1::Schedule& before, v1::Schedule after) const;
  absl::StatusOr<v1::Schedule> WithOutlook(db::Session& session, const server::CallContext& call,
                                           v1::Schedule schedule) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  ScheduleStore schedules_;
  SessionStore sessions_;
  SessionStepStore steps_;
  Audit audit_;
  Outbox outbox_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SCHEDULE_SERVICE_H_
