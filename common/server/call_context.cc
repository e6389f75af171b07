#include "common/server/call_context.h"

namespace duban::server {

absl::Status CallContext::CheckUnit(std::string_view unit) const {
  if (!bound_to_unit) return absl::OkStatus();
  if (!unit.empty() && identity.ActsFor(unit)) return absl::OkStatus();
  return Error(kNotOwnUnit);
}

absl::Status CallContext::CheckMember(std::string_view name) const {
  const std::string& self = identity.subject;
  const bool own = name.substr(0, self.size()) == self &&
                   (name.size() == self.size() || name[self.size()] == '/');
  return own && !self.empty() ? absl::OkStatus() : Error(kNotOwnMember).Build();
}

absl::Status CallContext::HideExistence(const absl::Status& status) const {
  if (bound_to_unit && absl::IsNotFound(status)) return Error(kNotOwnUnit);
  return status;
}

}  // namespace duban::server
