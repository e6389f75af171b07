#include "common/server/call_context.h"

namespace duban::server {

absl::Status CallContext::CheckUnit(std::string_view unit) const {
  if (!bound_to_unit) return absl::OkStatus();
  if (!unit.empty() && identity.ActsFor(unit)) return absl::OkStatus();
  return Error(kNotOwnUnit);
}

absl::Status CallContext::HideExistence(const absl::Status& status) const {
  if (bound_to_unit && absl::IsNotFound(status)) return Error(kNotOwnUnit);
  return status;
}

}  // namespace duban::server
