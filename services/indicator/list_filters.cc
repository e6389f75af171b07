#include "services/indicator/list_filters.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/resource_name.h"

namespace duban::indicator {
namespace {

absl::Status ValueInvalid(std::string_view field, const std::string& value) {
  return Error(server::kFilterInvalid)
      .With("zh", absl::StrCat(std::string(field), " 不能是“", value, "”"))
      .With("en", absl::StrCat(std::string(field), " is never \"", value, "\""))
      .Field("filter");
}

}  // namespace

absl::Status CheckEnumFilter(const server::ListQuery& query, std::string_view field,
                             const google::protobuf::EnumDescriptor* type) {
  const std::string value = query.Filter(field);
  if (value.empty() || type->FindValueByName(value) != nullptr) return absl::OkStatus();
  return ValueInvalid(field, value);
}

absl::Status CheckNameFilter(const server::ListQuery& query, std::string_view field,
                             std::string_view pattern) {
  const std::string value = query.Filter(field);
  if (value.empty() || ParseResourceName(value, pattern, field).ok()) return absl::OkStatus();
  return ValueInvalid(field, value);
}

absl::StatusOr<int64_t> NumberFilter(const server::ListQuery& query, std::string_view field) {
  const std::string value = query.Filter(field);
  int64_t number = 0;
  if (value.empty() || absl::SimpleAtoi(value, &number)) return number;
  return ValueInvalid(field, value);
}

int64_t NumberAfter(const server::ListQuery& query, int64_t first) {
  int64_t number = 0;
  return absl::SimpleAtoi(query.after, &number) ? number : first;
}

}  // namespace duban::indicator
