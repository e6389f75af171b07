#ifndef DUBAN_COMMON_SERVER_ACCESS_RULES_H_
#define DUBAN_COMMON_SERVER_ACCESS_RULES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/identity/token.h"
#include "common/server/call_context.h"
#include "common/server/rpc_service.h"
#include "duban/common/v1/access.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace duban::server {

inline constexpr Reason kServiceInvalid{"SERVICE_INVALID", absl::StatusCode::kFailedPrecondition,
                                        "{method}:{zh}", "{method}: {en}."};

// Who may call a method and for how long, as its proto options say.
class MethodRule {
 public:
  // FAILED_PRECONDITION SERVICE_INVALID naming the method if it has no access option, no role, no
  // scope, or a unit_field or member_field that is no string of its request.
  static absl::StatusOr<MethodRule> Of(const google::protobuf::MethodDescriptor& method);

  // PERMISSION_DENIED ROLE_NOT_ALLOWED unless one of the caller's roles may call; otherwise sets
  // call->bound_to_unit: true for a caller who may call as REPORTER, UNIT_HEAD or SYSTEM only.
  absl::Status Admit(CallContext* call) const;

  // PERMISSION_DENIED NOT_OWN_UNIT if the call is bound and unit_field names another unit or none;
  // NOT_OWN_MEMBER if the scope is OWN_MEMBER and member_field names nothing of the caller's.
  absl::Status CheckOwner(const CallContext& call, const google::protobuf::Message& request) const;

  // 2 s for what HTTP would GET, 5 s for anything else; 60 s for exports, 10 min for streams.
  absl::Duration time_limit() const { return time_limit_; }

 private:
  MethodRule() = default;

  unsigned roles_ = 0;  // one bit for each common.v1.Role
  common::v1::Access::Scope scope_ = common::v1::Access::SCOPE_UNSPECIFIED;
  std::vector<const google::protobuf::FieldDescriptor*> owner_path_;  // unit_field, member_field
  absl::Duration time_limit_;
};

// A method of a service with everything needed to answer it.
struct BoundMethod {
  std::string full_name;  // `/duban.submission.v1.ReportService/SubmitReport`
  std::string service;
  RpcService::Method method;
  MethodRule rule;
};

// The methods of the proto service in its order, each with its handler and rule.
// FAILED_PRECONDITION SERVICE_INVALID naming the method that lacks one, that has a handler of other
// types or that streams otherwise than the proto says, or that the proto does not have.
absl::StatusOr<std::vector<BoundMethod>> BindMethods(const RpcService& service);

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_ACCESS_RULES_H_
