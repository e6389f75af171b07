#ifndef DUBAN_SERVICES_REVIEW_SESSION_QUERY_H_
#define DUBAN_SERVICES_REVIEW_SESSION_QUERY_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "duban/review/v1/session_service.pb.h"
#include "services/review/session_store.h"

namespace duban::review {

// What a list of sessions asks for; its limit is one more than the page holds. INVALID_ARGUMENT
// FIELD_INVALID, PAGE_TOKEN_INVALID, FILTER_INVALID.
absl::StatusOr<SessionStore::Query> ParseSessionQuery(const v1::ListSessionsRequest& request);

// The place of a session in lists, as page tokens hold it.
std::string PlaceOf(const v1::Session& session);

// The session as its caller sees it.
v1::Session Shown(const server::CallContext& call, v1::Session session);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_QUERY_H_
