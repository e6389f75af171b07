#ifndef DUBAN_SERVICES_REVIEW_ACTION_ITEM_QUERY_H_
#define DUBAN_SERVICES_REVIEW_ACTION_ITEM_QUERY_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "duban/review/v1/action_item_service.pb.h"
#include "services/review/action_item_store.h"

namespace duban::review {

// What a ListActionItems request asks for.
struct ActionItemQuery {
  ActionItemFilter filter;
  std::string after;  // id
  int page_size;
};

// Reads the request; a caller bound to its unit gets what its units handle or help with only.
// INVALID_ARGUMENT FIELD_INVALID, PAGE_TOKEN_INVALID, FILTER_INVALID; PERMISSION_DENIED
// NOT_OWN_UNIT if such a caller has no unit.
absl::StatusOr<ActionItemQuery> ParseActionItemQuery(const server::CallContext& call,
                                                     const v1::ListActionItemsRequest& request);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ACTION_ITEM_QUERY_H_
