#ifndef DUBAN_SERVICES_NOTIFICATION_TEMPLATE_SERVICE_H_
#define DUBAN_SERVICES_NOTIFICATION_TEMPLATE_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/base/error.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/notification/v1/template_service.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/notification/event_store.h"
#include "services/notification/expansion.h"
#include "services/notification/route_store.h"
#include "services/notification/template_store.h"

namespace duban::notification {

inline constexpr Reason kTemplateNotFound{"TEMPLATE_NOT_FOUND", absl::StatusCode::kNotFound,
                                          "没有模板 {template}",
                                          "There is no template {template}."};
inline constexpr Reason kTemplateExists{"TEMPLATE_EXISTS", absl::StatusCode::kAlreadyExists,
                                        "已有模板 {template}",
                                        "There is a template {template} already."};
inline constexpr Reason kTemplateInUse{"TEMPLATE_IN_USE", absl::StatusCode::kFailedPrecondition,
                                       "模板 {template} 仍被 {route} 使用",
                                       "The template {template} is named by {route}."};

// duban.notification.v1.TemplateService; the contract says what each method does and refuses.
class TemplateService {
 public:
  TemplateService(const server::Environment& environment, const Expansion* expansion);

  server::RpcService Rpc();

  absl::StatusOr<v1::Template> CreateTemplate(server::CallContext& call,
                                              const v1::CreateTemplateRequest& request);
  absl::StatusOr<v1::Template> GetTemplate(server::CallContext& call,
                                           const v1::GetTemplateRequest& request);
  absl::StatusOr<v1::ListTemplatesResponse> ListTemplates(server::CallContext& call,
                                                          const v1::ListTemplatesRequest& request);
  absl::StatusOr<v1::Template> UpdateTemplate(server::CallContext& call,
                                              const v1::UpdateTemplateRequest& request);
  absl::StatusOr<google::protobuf::Empty> DeleteTemplate(server::CallContext& call,
                                                         const v1::DeleteTemplateRequest& request);
  absl::StatusOr<v1::PreviewTemplateResponse> PreviewTemplate(
      server::CallContext& call, const v1::PreviewTemplateRequest& request);

 private:
  // What to show, and the event that it tells of.
  absl::StatusOr<v1::Template> SourceOf(const server::CallContext& call,
                                        const v1::PreviewTemplateRequest& request);
  absl::StatusOr<common::v1::Event> SampleOf(const server::CallContext& call,
                                             const v1::PreviewTemplateRequest& request);

  db::Database* database_;
  const server::Mutations* mutations_;
  const Expansion* expansion_;
  Audit audit_;
  TemplateStore templates_;
  RouteStore routes_;
  EventStore events_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_TEMPLATE_SERVICE_H_
