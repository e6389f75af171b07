#ifndef DUBAN_SERVICES_SUBMISSION_LIST_FILTERS_H_
#define DUBAN_SERVICES_SUBMISSION_LIST_FILTERS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/server/call_context.h"

namespace duban::submission {

// INVALID_ARGUMENT FILTER_INVALID (field filter) with what is wrong in both languages.
absl::Status FilterError(std::string_view zh, std::string_view en);

// The id of a resource that the filter names, or "" if it names none. FILTER_INVALID if the name is
// not like the pattern.
absl::StatusOr<std::string> FilteredId(const std::string& name, std::string_view pattern);

// The value of a proto enum that the filter names, `zero` if it names none. FILTER_INVALID if the
// enum has no such value, or it is `zero`.
template <typename Enum>
absl::StatusOr<Enum> FilteredEnum(const std::string& name, bool (*parse)(const std::string&, Enum*),
                                  Enum zero) {
  Enum value = zero;
  if (name.empty()) return value;
  if (parse(name, &value) && value != zero) return value;
  return FilterError(absl::StrCat("没有“", name, "”状态"),
                     absl::StrCat("there is no state \"", name, "\""));
}

// The ids of the units whose resources a list may answer: the one asked for (an id, or ""), else
// those that the caller is bound to; empty: all. PERMISSION_DENIED NOT_OWN_UNIT if the caller is
// bound to other units, or to none.
absl::StatusOr<std::vector<std::string>> VisibleUnits(const server::CallContext& call,
                                                      const std::string& asked);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_LIST_FILTERS_H_
