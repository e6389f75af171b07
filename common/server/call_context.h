#ifndef DUBAN_COMMON_SERVER_CALL_CONTEXT_H_
#define DUBAN_COMMON_SERVER_CALL_CONTEXT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/client/caller.h"
#include "common/identity/token.h"

namespace duban::server {

inline constexpr Reason kRoleNotAllowed{"ROLE_NOT_ALLOWED", absl::StatusCode::kPermissionDenied,
                                        "您的角色不能进行此操作({method})",
                                        "None of your roles may call {method}."};
inline constexpr Reason kNotOwnUnit{"NOT_OWN_UNIT", absl::StatusCode::kPermissionDenied,
                                    "只能办理本单位的事项", "You may act for your own unit only."};
inline constexpr Reason kNotOwnMember{"NOT_OWN_MEMBER", absl::StatusCode::kPermissionDenied,
                                      "只能办理本人的事项", "You may act for yourself only."};

// What a handler knows about the call it answers. Made by the adapter, or by a test.
struct CallContext {
  Identity identity;
  std::string method;            // full name, `/duban.submission.v1.ReportService/SubmitReport`
  std::string locale = "zh-CN";  // zh-CN or en-US
  bool bound_to_unit = false;    // by the method's access rule and the caller's roles
  std::string resource;          // set with a refusal only: the `name` or `parent` of the request
  client::CallInfo info;
  const Clock* clock = nullptr;

  absl::Time now() const { return clock->Now(); }
  absl::Time deadline() const { return info.deadline; }

  // PERMISSION_DENIED NOT_OWN_UNIT if the call is bound to the caller's unit and this is another.
  absl::Status CheckUnit(std::string_view unit) const;

  // PERMISSION_DENIED NOT_OWN_MEMBER unless the resource is the caller themselves,
  // `members/{member}` of their token, or something below it.
  absl::Status CheckMember(std::string_view name) const;

  // For lookups: turns NOT_FOUND into NOT_OWN_UNIT for a caller bound to its unit, so that a
  // stranger cannot tell what exists; any other status stays.
  absl::Status HideExistence(const absl::Status& status) const;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_CALL_CONTEXT_H_
