#include "common/server/access_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "duban/common/v1/access.pb.h"
#include "google/api/annotations.pb.h"

namespace duban::server {
namespace {

using common::v1::Access;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr absl::Duration kReadLimit = absl::Seconds(2);
constexpr absl::Duration kWriteLimit = absl::Seconds(5);
constexpr absl::Duration kExportLimit = absl::Seconds(60);
constexpr absl::Duration kStreamLimit = absl::Minutes(10);

constexpr unsigned Bit(common::v1::Role role) { return 1U << static_cast<unsigned>(role); }

constexpr unsigned kRolesOfUnits =
    Bit(common::v1::REPORTER) | Bit(common::v1::UNIT_HEAD) | Bit(common::v1::SYSTEM);

unsigned Bits(const std::vector<common::v1::Role>& roles) {
  unsigned bits = 0;
  for (const common::v1::Role role : roles) bits |= Bit(role);
  return bits;
}

absl::Status Invalid(const std::string& method, std::string_view zh, std::string_view en) {
  return Error(kServiceInvalid).With("method", method).With("zh", zh).With("en", en);
}

absl::Duration TimeLimit(const MethodDescriptor& method, const Access& access) {
  if (access.cost() == Access::EXPORT) return kExportLimit;
  if (access.cost() == Access::STREAM) return kStreamLimit;
  const bool reads = method.options().GetExtension(google::api::http).has_get();
  return reads ? kReadLimit : kWriteLimit;
}

// The fields on the way to `path` (such as `report.unit`), a string at its end; empty if there is
// no such way.
std::vector<const FieldDescriptor*> ResolvePath(const google::protobuf::Descriptor* message,
                                                const std::string& path) {
  std::vector<const FieldDescriptor*> fields;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    if (message == nullptr) return {};
    const FieldDescriptor* field = message->FindFieldByName(std::string(name));
    if (field == nullptr || field->is_repeated()) return {};
    fields.push_back(field);
    message = field->message_type();
  }
  if (fields.back()->type() != FieldDescriptor::TYPE_STRING) return {};
  return fields;
}

// The way to the field that names whose the resource is; empty where the method has none.
absl::StatusOr<std::vector<const FieldDescriptor*>> OwnerPath(const MethodDescriptor& method,
                                                              const Access& access) {
  const bool member = access.scope() == Access::OWN_MEMBER;
  const char* const option = member ? "member_field" : "unit_field";
  const std::string& field = member ? access.member_field() : access.unit_field();
  const std::string& other = member ? access.unit_field() : access.member_field();
  if (!other.empty()) {
    return Invalid(method.full_name(), absl::StrCat("“", other, "”与范围不符"),
                   absl::StrCat("\"", other, "\" does not go with its scope"));
  }
  if (field.empty() && !member) return std::vector<const FieldDescriptor*>();
  std::vector<const FieldDescriptor*> path = ResolvePath(method.input_type(), field);
  if (path.empty() || !(member || access.scope() == Access::OWN_UNIT)) {
    return Invalid(method.full_name(), absl::StrCat(option, " “", field, "”无效"),
                   absl::StrCat(option, " \"", field,
                                "\" is no string of its request, or its scope is not OWN_UNIT"));
  }
  return path;
}

}  // namespace

absl::StatusOr<MethodRule> MethodRule::Of(const MethodDescriptor& method) {
  const std::string& name = method.full_name();
  if (!method.options().HasExtension(common::v1::access)) {
    return Invalid(name, "没有权限规则", "it has no access rule");
  }
  const Access& access = method.options().GetExtension(common::v1::access);
  MethodRule rule;
  for (const int role : access.roles()) {
    if (role == common::v1::ROLE_UNSPECIFIED) {
      return Invalid(name, "权限规则含有未指定的角色", "its access rule names no real role");
    }
    rule.roles_ |= Bit(static_cast<common::v1::Role>(role));
  }
  if (rule.roles_ == 0) return Invalid(name, "权限规则没有角色", "its access rule has no role");
  if (access.scope() == Access::SCOPE_UNSPECIFIED) {
    return Invalid(name, "权限规则没有范围", "its access rule has no scope");
  }
  if (access.scope() == Access::SERVICES && rule.roles_ != Bit(common::v1::SERVICE)) {
    return Invalid(name, "范围 SERVICES 只允许角色 SERVICE",
                   "scope SERVICES goes with role SERVICE and no other");
  }
  rule.scope_ = access.scope();
  DUBAN_ASSIGN_OR_RETURN(rule.owner_path_, OwnerPath(method, access));
  rule.time_limit_ = TimeLimit(method, access);
  return rule;
}

absl::Status MethodRule::Admit(CallContext* call) const {
  const unsigned granted = roles_ & Bits(call->identity.roles);
  if (granted == 0) return Error(kRoleNotAllowed).With("method", call->method);
  call->bound_to_unit = scope_ == Access::OWN_UNIT && (granted & ~kRolesOfUnits) == 0;
  return absl::OkStatus();
}

absl::Status MethodRule::CheckOwner(const CallContext& call, const Message& request) const {
  if (owner_path_.empty()) return absl::OkStatus();
  const Message* message = &request;
  for (size_t i = 0; i + 1 < owner_path_.size(); ++i) {
    message = &message->GetReflection()->GetMessage(*message, owner_path_[i]);
  }
  std::string scratch;
  const std::string& owner =
      message->GetReflection()->GetStringReference(*message, owner_path_.back(), &scratch);
  return scope_ == Access::OWN_MEMBER ? call.CheckMember(owner) : call.CheckUnit(owner);
}

absl::StatusOr<std::vector<BoundMethod>> BindMethods(const RpcService& service) {
  const google::protobuf::ServiceDescriptor* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service.full_name());
  if (descriptor == nullptr) {
    return Invalid(service.full_name(), "接口定义中没有这个服务", "no proto declares this service");
  }
  for (const RpcService::Method& method : service.methods()) {
    if (descriptor->FindMethodByName(method.name) != nullptr) continue;
    return Invalid(absl::StrCat(service.full_name(), ".", method.name), "接口定义中没有这个方法",
                   "it has a handler, but no proto declares it");
  }
  std::vector<BoundMethod> bound;
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const MethodDescriptor& method = *descriptor->method(i);
    const auto handler = std::find_if(
        service.methods().begin(), service.methods().end(),
        [&](const RpcService::Method& candidate) { return candidate.name == method.name(); });
    if (handler == service.methods().end()) {
      return Invalid(method.full_name(), "没有处理程序", "it has no handler");
    }
    if (handler->request_prototype->GetDescriptor() != method.input_type() ||
        handler->response_prototype->GetDescriptor() != method.output_type()) {
      return Invalid(method.full_name(), "处理程序的类型不符", "its handler has other types");
    }
    if (handler->client_streaming != method.client_streaming() ||
        handler->server_streaming != method.server_streaming()) {
      return Invalid(method.full_name(), "处理程序的流式与接口定义不符",
                     "its handler streams otherwise than the proto says");
    }
    DUBAN_ASSIGN_OR_RETURN(MethodRule rule, MethodRule::Of(method));
    bound.push_back({absl::StrCat("/", service.full_name(), "/", method.name()),
                     service.full_name(), *handler, std::move(rule)});
  }
  return bound;
}

}  // namespace duban::server
