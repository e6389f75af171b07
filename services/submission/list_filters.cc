#include "services/submission/list_filters.h"

#include <algorithm>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"
#include "services/submission/report_name.h"

namespace duban::submission {

absl::Status FilterError(std::string_view zh, std::string_view en) {
  return Error(server::kFilterInvalid).With("zh", zh).With("en", en).Field("filter");
}

absl::StatusOr<std::string> FilteredId(const std::string& name, std::string_view pattern) {
  if (name.empty()) return std::string();
  if (!ParseResourceName(name, pattern, "filter").ok()) {
    const std::string expected(pattern);
    return FilterError(absl::StrCat("“", name, "”应形如 ", expected),
                       absl::StrCat("\"", name, "\" is not like ", expected));
  }
  return LastId(name);
}

absl::StatusOr<std::vector<std::string>> VisibleUnits(const server::CallContext& call,
                                                      const std::string& asked) {
  std::vector<std::string> units;
  if (!asked.empty()) {
    DUBAN_RETURN_IF_ERROR(call.CheckUnit(absl::StrCat("units/", asked)));
    return std::vector<std::string>{asked};
  }
  if (!call.bound_to_unit) return units;
  std::vector<std::string> names = call.identity.units;
  names.push_back(call.identity.unit);
  for (const std::string& name : names) {
    if (call.CheckUnit(name).ok()) units.push_back(LastId(name));
  }
  if (units.empty()) return Error(server::kNotOwnUnit);
  std::sort(units.begin(), units.end());
  return units;
}

}  // namespace duban::submission
