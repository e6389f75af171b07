#ifndef DUBAN_SERVICES_REVIEW_SESSION_SERVICE_H_
#define DUBAN_SERVICES_REVIEW_SESSION_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "duban/review/v1/session_service.pb.h"
#include "services/review/calendar_store.h"
#include "services/review/lead_time_store.h"
#include "services/review/plan_source.h"
#include "services/review/session_planning.h"
#include "services/review/session_runner.h"
#include "services/review/sessions.h"

namespace duban::review {

// Sessions of duban.review.v1.SessionService: planned, read, run, skipped and backfilled; the
// contract says what each method does and refuses.
class SessionService {
 public:
  SessionService(const server::Environment& environment, PlanSource* plans,
                 const SessionPlanning* planning, SessionRunner* runner);

  absl::StatusOr<v1::PlanSessionsResponse> PlanSessions(server::CallContext& call,
                                                        const v1::PlanSessionsRequest& request);
  absl::StatusOr<v1::Session> GetSession(server::CallContext& call,
                                         const v1::GetSessionRequest& request);
  absl::StatusOr<v1::ListSessionsResponse> ListSessions(server::CallContext& call,
                                                        const v1::ListSessionsRequest& request);
  absl::StatusOr<v1::Session> RunSession(server::CallContext& call,
                                         const v1::RunSessionRequest& request);
  absl::StatusOr<v1::Session> SkipSession(server::CallContext& call,
                                          const v1::SkipSessionRequest& request);
  absl::StatusOr<v1::Session> BackfillSession(server::CallContext& call,
                                              const v1::BackfillSessionRequest& request);

 private:
  // Keeps what a leader who leaves less than the minimum lead time has to answer for.
  absl::Status CheckLead(db::Transaction& tx, const server::CallContext& call,
                         const indicator::v1::Plan& plan, const std::vector<v1::Calendar>& region,
                         const v1::Session& after, const std::string& reason) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  PlanSource* plans_;
  const SessionPlanning* planning_;
  SessionRunner* runner_;
  Sessions sessions_;
  SessionStepStore steps_;
  CalendarStore calendars_;
  LeadTimeStore lead_times_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_SERVICE_H_
