#ifndef DUBAN_COMMON_SERVER_LIST_QUERY_H_
#define DUBAN_COMMON_SERVER_LIST_QUERY_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "google/protobuf/message.h"

namespace duban::server {

inline constexpr Reason kPageTokenInvalid{"PAGE_TOKEN_INVALID", absl::StatusCode::kInvalidArgument,
                                          "分页标记无效,或属于另一个查询",
                                          "The page token is invalid or belongs to another query."};
inline constexpr Reason kFilterInvalid{"FILTER_INVALID", absl::StatusCode::kInvalidArgument,
                                       "筛选条件无效:{zh}", "The filter is invalid: {en}."};

// A parsed list request: page size in force, where to go on, and the filter's terms.
struct ListQuery {
  int page_size = 100;
  std::string after;  // key of the last row of the page before; empty: first
  std::map<std::string, std::string> filter;  // field → value

  // The filter's value, or "".
  std::string Filter(std::string_view field) const;
};

// Reads page_size, page_token and filter (where the request has one) of a List request. The filter
// is `field = value` terms joined by AND, each of `fields` at most once, values bare or in double
// quotes. INVALID_ARGUMENT FIELD_INVALID (page_size < 0), PAGE_TOKEN_INVALID, FILTER_INVALID.
absl::StatusOr<ListQuery> ParseListQuery(const google::protobuf::Message& request,
                                         const std::vector<std::string_view>& fields);

// The token that goes on after `last_key`, bound to everything in the request but page_size and
// page_token.
std::string MakePageToken(const google::protobuf::Message& request, std::string_view last_key);

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_LIST_QUERY_H_
