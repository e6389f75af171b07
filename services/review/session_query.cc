#include "services/review/session_query.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/calendar/period.h"
#include "common/server/list_query.h"
#include "services/review/session_rules.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using v1::Session;

constexpr size_t kDateLength = 10;

absl::Status FilterError(std::string_view zh, std::string_view en) {
  return Error(server::kFilterInvalid).With("zh", zh).With("en", en).Field("filter");
}

absl::StatusOr<int> ParseKind(const std::string& text) {
  CadenceRule::Kind kind = CadenceRule::KIND_UNSPECIFIED;
  if (text.empty()) return 0;
  if (CadenceRule::Kind_Parse(text, &kind) && kind != CadenceRule::KIND_UNSPECIFIED) return kind;
  return FilterError("没有这种会议", "there is no such kind of review");
}

absl::StatusOr<int> ParseState(const std::string& text) {
  Session::State state = Session::STATE_UNSPECIFIED;
  if (text.empty()) return 0;
  if (Session::State_Parse(text, &state) && state != Session::STATE_UNSPECIFIED) return state;
  return FilterError("没有这种状态", "there is no such state");
}

}  // namespace

absl::StatusOr<SessionStore::Query> ParseSessionQuery(const v1::ListSessionsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(request.parent(), "plans/*", "parent"));
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list,
                         server::ParseListQuery(request, {"kind", "state"}));
  SessionStore::Query query;
  query.plan = ids[0];
  DUBAN_ASSIGN_OR_RETURN(query.kind, ParseKind(list.Filter("kind")));
  DUBAN_ASSIGN_OR_RETURN(query.state, ParseState(list.Filter("state")));
  if (!list.after.empty()) {
    // A token is sealed by MakePageToken: it holds what PlaceOf wrote.
    query.after_date = list.after.substr(0, kDateLength);
    if (list.after.size() <= kDateLength ||
        !absl::SimpleAtoi(list.after.substr(kDateLength + 1), &query.after_kind)) {
      return Error(server::kPageTokenInvalid).Field("page_token").Build();
    }
  }
  query.limit = list.page_size + 1;
  return query;
}

std::string PlaceOf(const Session& session) {
  const absl::StatusOr<Period> period = Period::Parse(session.period());
  if (!period.ok()) return "";
  return absl::StrCat(FormatDate(period->last_day()), " ", static_cast<int>(session.kind()));
}

Session Shown(const server::CallContext& call, Session session) {
  SetPermitted(call.identity.Has(common::v1::OFFICE) || call.identity.Has(common::v1::LEADER),
               &session);
  return session;
}

}  // namespace duban::review
