#ifndef DUBAN_SERVICES_NOTIFICATION_ROUTE_SERVICE_H_
#define DUBAN_SERVICES_NOTIFICATION_ROUTE_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/base/error.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/notification/v1/route_service.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/notification/route_store.h"
#include "services/notification/template_store.h"

namespace duban::notification {

inline constexpr Reason kRouteNotFound{"ROUTE_NOT_FOUND", absl::StatusCode::kNotFound,
                                       "没有路由 {route}", "There is no route {route}."};
inline constexpr Reason kRouteExists{"ROUTE_EXISTS", absl::StatusCode::kAlreadyExists,
                                     "已有路由 {route}", "There is a route {route} already."};
inline constexpr Reason kTemplateOfAnotherType{
    "TEMPLATE_OF_ANOTHER_TYPE", absl::StatusCode::kFailedPrecondition,
    "模板 {template} 用于 {event_type}", "The template {template} is for {event_type}."};

// duban.notification.v1.RouteService; the contract says what each method does and refuses.
class RouteService {
 public:
  explicit RouteService(const server::Environment& environment);

  server::RpcService Rpc();

  absl::StatusOr<v1::Route> CreateRoute(server::CallContext& call,
                                        const v1::CreateRouteRequest& request);
  absl::StatusOr<v1::Route> GetRoute(server::CallContext& call, const v1::GetRouteRequest& request);
  absl::StatusOr<v1::ListRoutesResponse> ListRoutes(server::CallContext& call,
                                                    const v1::ListRoutesRequest& request);
  absl::StatusOr<v1::Route> UpdateRoute(server::CallContext& call,
                                        const v1::UpdateRouteRequest& request);
  absl::StatusOr<google::protobuf::Empty> DeleteRoute(server::CallContext& call,
                                                      const v1::DeleteRouteRequest& request);

 private:
  // Locks the route's template, so that it is not deleted meanwhile. NOT_FOUND TEMPLATE_NOT_FOUND,
  // FAILED_PRECONDITION TEMPLATE_OF_ANOTHER_TYPE.
  absl::Status CheckItsTemplate(db::Transaction& tx, const v1::Route& route) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  Audit audit_;
  RouteStore routes_;
  TemplateStore templates_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_ROUTE_SERVICE_H_
