#ifndef DUBAN_SERVICES_NOTIFICATION_EVENT_SERVICE_H_
#define DUBAN_SERVICES_NOTIFICATION_EVENT_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/notification/v1/event_service.pb.h"
#include "services/notification/event_store.h"

namespace duban::notification {

inline constexpr Reason kEventNotFound{"EVENT_NOT_FOUND", absl::StatusCode::kNotFound,
                                       "没有事件 {event}", "There is no event {event}."};

// duban.notification.v1.EventService; the contract says what each method does and refuses.
class EventService {
 public:
  explicit EventService(const server::Environment& environment) : database_(environment.database) {}

  server::RpcService Rpc();

  absl::StatusOr<v1::PublishEventsResponse> PublishEvents(server::CallContext& call,
                                                          const v1::PublishEventsRequest& request);
  absl::StatusOr<v1::EventRecord> GetEvent(server::CallContext& call,
                                           const v1::GetEventRequest& request);
  absl::StatusOr<v1::ListEventsResponse> ListEvents(server::CallContext& call,
                                                    const v1::ListEventsRequest& request);

 private:
  db::Database* database_;
  EventStore events_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_EVENT_SERVICE_H_
