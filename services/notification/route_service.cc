#include "services/notification/route_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/server/list_query.h"
#include "common/server/update_mask.h"
#include "services/notification/route_rules.h"
#include "services/notification/template_service.h"

namespace duban::notification {
namespace {

using v1::Route;

absl::StatusOr<std::string> RouteId(const std::string& name, std::string_view field) {
  DUBAN_ASSIGN_OR_RETURN(std::vector<std::string> ids, ParseResourceName(name, "routes/*", field));
  return std::move(ids.front());
}

absl::StatusOr<Route> FoundRoute(absl::StatusOr<std::optional<Route>> found,
                                 const std::string& name) {
  DUBAN_RETURN_IF_ERROR(found.status());
  if (!*found) return Error(kRouteNotFound).With("route", name).Build();
  return **std::move(found);
}

}  // namespace

RouteService::RouteService(const server::Environment& environment)
    : database_(environment.database), mutations_(environment.mutations), audit_("notification") {}

server::RpcService RouteService::Rpc() {
  return server::RpcService("duban.notification.v1.RouteService")
      .Add("CreateRoute", this, &RouteService::CreateRoute)
      .Add("GetRoute", this, &RouteService::GetRoute)
      .Add("ListRoutes", this, &RouteService::ListRoutes)
      .Add("UpdateRoute", this, &RouteService::UpdateRoute)
      .Add("DeleteRoute", this, &RouteService::DeleteRoute);
}

absl::Status RouteService::CheckItsTemplate(db::Transaction& tx, const Route& route) const {
  const std::string& name = route.template_();
  DUBAN_ASSIGN_OR_RETURN(const std::optional<v1::Template> found,
                         templates_.GetForUpdate(tx, name.substr(name.rfind('/') + 1)));
  if (!found) return Error(kTemplateNotFound).With("template", name).Field("route.template");
  if (found->event_type() == route.event_type()) return absl::OkStatus();
  return Error(kTemplateOfAnotherType)
      .With("template", name)
      .With("event_type", found->event_type())
      .Field("route.template");
}

absl::StatusOr<Route> RouteService::CreateRoute(server::CallContext& call,
                                                const v1::CreateRouteRequest& request) {
  if (!IsSlug(request.route_id())) {
    return FieldInvalid("route_id", "应为小写字母、数字和连字符", "it is a slug");
  }
  Route route = request.route();
  server::ClearOutputOnly(&route);
  route.set_name(absl::StrCat("routes/", request.route_id()));
  *route.mutable_update_time() = ToTimestamp(call.now());
  DUBAN_RETURN_IF_ERROR(CheckRoute(route));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Route> {
    DUBAN_RETURN_IF_ERROR(CheckItsTemplate(tx, route));
    const absl::Status inserted = routes_.Insert(tx, route);
    if (db::IsDuplicate(inserted)) return Error(kRouteExists).With("route", route.name()).Build();
    DUBAN_RETURN_IF_ERROR(inserted);
    DUBAN_ASSIGN_OR_RETURN(const Route created,
                           FoundRoute(routes_.Get(tx, request.route_id()), route.name()));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, created.name(), Route(), created));
    return created;
  });
}

absl::StatusOr<Route> RouteService::GetRoute(server::CallContext& call,
                                             const v1::GetRouteRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, RouteId(request.name(), "name"));
  return database_->Read(call.deadline(), [&](db::Session& session) {
    return FoundRoute(routes_.Get(session, id), request.name());
  });
}

absl::StatusOr<v1::ListRoutesResponse> RouteService::ListRoutes(
    server::CallContext& call, const v1::ListRoutesRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list,
                         server::ParseListQuery(request, {"plan", "event_type"}));
  const RouteQuery query = {list.Filter("plan"), list.Filter("event_type"), ""};
  DUBAN_ASSIGN_OR_RETURN(std::vector<Route> routes,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return routes_.List(session, query, list.after, list.page_size + 1);
                         }));
  v1::ListRoutesResponse response;
  const bool more = routes.size() > static_cast<size_t>(list.page_size);
  if (more) routes.pop_back();
  if (more) {
    const std::string& last = routes.back().name();
    response.set_next_page_token(server::MakePageToken(request, last.substr(last.rfind('/') + 1)));
  }
  for (Route& route : routes) *response.add_routes() = std::move(route);
  return response;
}

absl::StatusOr<Route> RouteService::UpdateRoute(server::CallContext& call,
                                                const v1::UpdateRouteRequest& request) {
  const std::string& name = request.route().name();
  DUBAN_ASSIGN_OR_RETURN(const std::string id, RouteId(name, "route.name"));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Route> {
    DUBAN_ASSIGN_OR_RETURN(const Route before, FoundRoute(routes_.GetForUpdate(tx, id), name));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.route().etag(), before.etag()));
    Route changed = before;
    DUBAN_RETURN_IF_ERROR(
        server::ApplyUpdateMask(request.update_mask(), request.route(), &changed));
    *changed.mutable_update_time() = ToTimestamp(call.now());
    DUBAN_RETURN_IF_ERROR(CheckRoute(changed));
    DUBAN_RETURN_IF_ERROR(CheckItsTemplate(tx, changed));
    DUBAN_RETURN_IF_ERROR(routes_.Write(tx, changed));
    DUBAN_ASSIGN_OR_RETURN(const Route after, FoundRoute(routes_.Get(tx, id), name));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, name, before, after));
    return after;
  });
}

absl::StatusOr<google::protobuf::Empty> RouteService::DeleteRoute(
    server::CallContext& call, const v1::DeleteRouteRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, RouteId(request.name(), "name"));
  return mutations_->Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<google::protobuf::Empty> {
        DUBAN_ASSIGN_OR_RETURN(const Route before,
                               FoundRoute(routes_.GetForUpdate(tx, id), request.name()));
        DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
        DUBAN_RETURN_IF_ERROR(routes_.Delete(tx, id));
        DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, before.name(), before, Route()));
        return google::protobuf::Empty();
      });
}

}  // namespace duban::notification
