#ifndef DUBAN_SERVICES_INDICATOR_LIST_FILTERS_H_
#define DUBAN_SERVICES_INDICATOR_LIST_FILTERS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/server/list_query.h"
#include "google/protobuf/descriptor.h"

// What the reads of this service take beside a name. An empty value means not asked for.
namespace duban::indicator {

// FILTER_INVALID unless the filter's value is the name of a value of the enum.
absl::Status CheckEnumFilter(const server::ListQuery& query, std::string_view field,
                             const google::protobuf::EnumDescriptor* type);

// FILTER_INVALID unless the filter's value is a resource name of the pattern.
absl::Status CheckNameFilter(const server::ListQuery& query, std::string_view field,
                             std::string_view pattern);

// The number that the filter's value is; 0 for an empty one. FILTER_INVALID.
absl::StatusOr<int64_t> NumberFilter(const server::ListQuery& query, std::string_view field);

// The number of the row after which a page begins; `first` on the first page.
int64_t NumberAfter(const server::ListQuery& query, int64_t first);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_LIST_FILTERS_H_
