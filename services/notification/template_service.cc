#include "services/notification/template_service.h"

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
#include "services/notification/event_service.h"
#include "services/notification/template_rules.h"

namespace duban::notification {
namespace {

using v1::PreviewTemplateRequest;
using v1::Template;

absl::StatusOr<std::string> TemplateId(const std::string& name, std::string_view field) {
  DUBAN_ASSIGN_OR_RETURN(std::vector<std::string> ids,
                         ParseResourceName(name, "templates/*", field));
  return std::move(ids.front());
}

absl::StatusOr<Template> FoundTemplate(absl::StatusOr<std::optional<Template>> found,
                                       const std::string& name) {
  DUBAN_RETURN_IF_ERROR(found.status());
  if (!*found) return Error(kTemplateNotFound).With("template", name).Build();
  return **std::move(found);
}

}  // namespace

TemplateService::TemplateService(const server::Environment& environment, const Expansion* expansion)
    : database_(environment.database),
      mutations_(environment.mutations),
      expansion_(expansion),
      audit_("notification") {}

server::RpcService TemplateService::Rpc() {
  return server::RpcService("duban.notification.v1.TemplateService")
      .Add("CreateTemplate", this, &TemplateService::CreateTemplate)
      .Add("GetTemplate", this, &TemplateService::GetTemplate)
      .Add("ListTemplates", this, &TemplateService::ListTemplates)
      .Add("UpdateTemplate", this, &TemplateService::UpdateTemplate)
      .Add("DeleteTemplate", this, &TemplateService::DeleteTemplate)
      .Add("PreviewTemplate", this, &TemplateService::PreviewTemplate);
}

absl::StatusOr<Template> TemplateService::CreateTemplate(server::CallContext& call,
                                                         const v1::CreateTemplateRequest& request) {
  if (!IsSlug(request.template_id())) {
    return FieldInvalid("template_id", "应为小写字母、数字和连字符", "it is a slug");
  }
  Template created = request.template_();
  server::ClearOutputOnly(&created);
  created.set_name(absl::StrCat("templates/", request.template_id()));
  *created.mutable_update_time() = ToTimestamp(call.now());
  DUBAN_RETURN_IF_ERROR(CheckTemplate(created));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Template> {
    const absl::Status inserted = templates_.Insert(tx, created);
    if (db::IsDuplicate(inserted)) {
      return Error(kTemplateExists).With("template", created.name()).Build();
    }
    DUBAN_RETURN_IF_ERROR(inserted);
    DUBAN_ASSIGN_OR_RETURN(
        const Template after,
        FoundTemplate(templates_.Get(tx, request.template_id()), created.name()));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after.name(), Template(), after));
    return after;
  });
}

absl::StatusOr<Template> TemplateService::GetTemplate(server::CallContext& call,
                                                      const v1::GetTemplateRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, TemplateId(request.name(), "name"));
  if (request.revision() < 0) {
    return FieldInvalid("revision", "不能为负数", "it is not negative");
  }
  return database_->Read(call.deadline(), [&](db::Session& session) {
    return FoundTemplate(templates_.Get(session, id, request.revision()), request.name());
  });
}

absl::StatusOr<v1::ListTemplatesResponse> TemplateService::ListTemplates(
    server::CallContext& call, const v1::ListTemplatesRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list,
                         server::ParseListQuery(request, {"event_type"}));
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<Template> templates, database_->Read(call.deadline(), [&](db::Session& session) {
        return templates_.List(session, list.Filter("event_type"), list.after, list.page_size + 1);
      }));
  v1::ListTemplatesResponse response;
  const bool more = templates.size() > static_cast<size_t>(list.page_size);
  if (more) templates.pop_back();
  if (more) {
    const std::string& last = templates.back().name();
    response.set_next_page_token(server::MakePageToken(request, last.substr(last.rfind('/') + 1)));
  }
  for (Template& one : templates) *response.add_templates() = std::move(one);
  return response;
}

absl::StatusOr<Template> TemplateService::UpdateTemplate(server::CallContext& call,
                                                         const v1::UpdateTemplateRequest& request) {
  const std::string& name = request.template_().name();
  DUBAN_ASSIGN_OR_RETURN(const std::string id, TemplateId(name, "template.name"));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Template> {
    DUBAN_ASSIGN_OR_RETURN(const Template before,
                           FoundTemplate(templates_.GetForUpdate(tx, id), name));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.template_().etag(), before.etag()));
    Template changed = before;
    DUBAN_RETURN_IF_ERROR(
        server::ApplyUpdateMask(request.update_mask(), request.template_(), &changed));
    if (changed.event_type() != before.event_type()) {
      return FieldInvalid("template.event_type", "不能更改", "it never changes");
    }
    DUBAN_RETURN_IF_ERROR(CheckTemplate(changed));
    changed.set_revision(before.revision() + 1);
    *changed.mutable_update_time() = ToTimestamp(call.now());
    DUBAN_RETURN_IF_ERROR(templates_.Write(tx, changed));
    DUBAN_ASSIGN_OR_RETURN(const Template after, FoundTemplate(templates_.Get(tx, id), name));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, name, before, after));
    return after;
  });
}

absl::StatusOr<google::protobuf::Empty> TemplateService::DeleteTemplate(
    server::CallContext& call, const v1::DeleteTemplateRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, TemplateId(request.name(), "name"));
  return mutations_->Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<google::protobuf::Empty> {
        DUBAN_ASSIGN_OR_RETURN(const Template before,
                               FoundTemplate(templates_.GetForUpdate(tx, id), request.name()));
        DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
        DUBAN_ASSIGN_OR_RETURN(
            const std::vector<v1::Route> users,
            routes_.List(tx, {.plan = "", .event_type = "", .template_name = before.name()}, "",
                         1));
        if (!users.empty()) {
          return Error(kTemplateInUse)
              .With("template", before.name())
              .With("route", users.front().name())
              .Build();
        }
        DUBAN_RETURN_IF_ERROR(templates_.Delete(tx, id));
        DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, before.name(), before, Template()));
        return google::protobuf::Empty();
      });
}

absl::StatusOr<v1::PreviewTemplateResponse> TemplateService::PreviewTemplate(
    server::CallContext& call, const PreviewTemplateRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const Template source, SourceOf(call, request));
  DUBAN_ASSIGN_OR_RETURN(const common::v1::Event event, SampleOf(call, request));
  if (event.type() != source.event_type()) {
    return FieldInvalid("sample_event", "事件类型与模板不同", "its type is not the template's");
  }
  return expansion_->Preview(source, event);
}

absl::StatusOr<Template> TemplateService::SourceOf(const server::CallContext& call,
                                                   const PreviewTemplateRequest& request) {
  if (request.source_case() == PreviewTemplateRequest::kTemplate) {
    DUBAN_RETURN_IF_ERROR(CheckTemplate(request.template_()));
    return request.template_();
  }
  DUBAN_ASSIGN_OR_RETURN(const std::string id, TemplateId(request.name(), "name"));
  return database_->Read(call.deadline(), [&](db::Session& session) {
    return FoundTemplate(templates_.Get(session, id), request.name());
  });
}

absl::StatusOr<common::v1::Event> TemplateService::SampleOf(const server::CallContext& call,
                                                            const PreviewTemplateRequest& request) {
  if (request.sample_case() == PreviewTemplateRequest::kSampleEvent) return request.sample_event();
  DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(request.event(), "events/*", "event"));
  DUBAN_ASSIGN_OR_RETURN(const std::optional<v1::EventRecord> record,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return events_.Get(session, ids.front());
                         }));
  if (!record) return Error(kEventNotFound).With("event", request.event()).Build();
  return record->event();
}

}  // namespace duban::notification
