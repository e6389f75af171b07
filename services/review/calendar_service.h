#ifndef DUBAN_SERVICES_REVIEW_CALENDAR_SERVICE_H_
#define DUBAN_SERVICES_REVIEW_CALENDAR_SERVICE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/base/error.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"
#include "duban/review/v1/calendar_service.pb.h"
#include "services/review/calendar_store.h"
#include "services/review/peers.h"
#include "services/review/plan_source.h"
#include "services/review/session_planning.h"

namespace duban::review {

inline constexpr Reason kCalendarNotFound{"CALENDAR_NOT_FOUND", absl::StatusCode::kNotFound,
                                          "没有工作日历 {calendar}",
                                          "There is no calendar {calendar}."};
inline constexpr Reason kCalendarExists{
    "CALENDAR_EXISTS", absl::StatusCode::kAlreadyExists,
    "{calendar} 已导入且内容不同，要更改请附当前版本 etag",
    "{calendar} is there with other content; send its etag to change it."};

// duban.review.v1.CalendarService; the contract says what each method does and refuses.
class CalendarService {
 public:
  CalendarService(const server::Environment& environment, const Peers* peers, PlanSource* plans,
                  const SessionPlanning* planning);

  server::RpcService Rpc();

  absl::StatusOr<v1::ImportCalendarResponse> ImportCalendar(
      server::CallContext& call, const v1::ImportCalendarRequest& request);
  absl::StatusOr<v1::Calendar> GetCalendar(server::CallContext& call,
                                           const v1::GetCalendarRequest& request);
  absl::StatusOr<v1::ListCalendarsResponse> ListCalendars(server::CallContext& call,
                                                          const v1::ListCalendarsRequest& request);
  absl::StatusOr<v1::PreviewDeadlinesResponse> PreviewDeadlines(
      server::CallContext& call, const v1::PreviewDeadlinesRequest& request);

 private:
  // The plans whose schedules a region governs, by id.
  absl::StatusOr<std::map<std::string, PlanPointer>> PlansOf(const server::CallContext& call,
                                                             const std::string& region);
  // Moves what the import moves, and says so in the answer. What is too much for one transaction is
  // left to the scheduler, which comes to it at once.
  absl::Status Replan(db::Transaction& tx, const server::CallContext& call,
                      const std::map<std::string, PlanPointer>& plans, const Calendars& calendars,
                      v1::ImportCalendarResponse* response) const;
  // What Replan would move.
  absl::Status PreviewMoves(const server::CallContext& call, const Calendars& calendars,
                            v1::ImportCalendarResponse* response);

  db::Database* database_;
  const server::Mutations* mutations_;
  const Peers* peers_;
  PlanSource* plan_source_;
  const SessionPlanning* planning_;
  std::unique_ptr<indicator::v1::PlanService::Stub> plans_;
  CalendarStore calendars_;
  Audit audit_;
  Outbox outbox_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_CALENDAR_SERVICE_H_
