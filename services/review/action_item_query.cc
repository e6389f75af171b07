#include "services/review/action_item_query.h"

#include <optional>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"
#include "duban/indicator/v1/escalation.pb.h"

namespace duban::review {
namespace {

using indicator::v1::EscalationStep;
using v1::ActionItem;

absl::Status FilterError(std::string_view zh, std::string_view en) {
  return Error(server::kFilterInvalid).With("zh", zh).With("en", en).Field("filter");
}

absl::StatusOr<std::optional<bool>> TrueOrFalse(const std::string& text) {
  if (text.empty()) return std::optional<bool>();
  if (text == "true" || text == "false") return std::optional<bool>(text == "true");
  return FilterError("open、overdue 只有 true 和 false", "open and overdue are true or false");
}

absl::StatusOr<std::string> Named(const std::string& name, std::string_view pattern) {
  if (name.empty() || ParseResourceName(name, pattern, "filter").ok()) return name;
  const std::string expected(pattern);
  return FilterError(absl::StrCat("“", name, "”应形如 ", expected),
                     absl::StrCat("\"", name, "\" is not like ", expected));
}

absl::StatusOr<ActionItem::State> StateNamed(const std::string& name) {
  ActionItem::State state = ActionItem::STATE_UNSPECIFIED;
  if (name.empty()) return state;
  if (ActionItem::State_Parse(name, &state) && state != ActionItem::STATE_UNSPECIFIED) return state;
  return FilterError(absl::StrCat("没有“", name, "”状态"),
                     absl::StrCat("there is no state \"", name, "\""));
}

absl::StatusOr<int> SlipNamed(const std::string& name) {
  EscalationStep::Kind slip = EscalationStep::KIND_UNSPECIFIED;
  if (name.empty()) return 0;
  if (EscalationStep::Kind_Parse(name, &slip) && slip != EscalationStep::KIND_UNSPECIFIED) {
    return static_cast<int>(slip);
  }
  return FilterError(absl::StrCat("没有“", name, "”这一步"),
                     absl::StrCat("there is no step \"", name, "\""));
}

absl::StatusOr<std::vector<std::string>> UnitsOf(const server::CallContext& call) {
  std::vector<std::string> units;
  if (!call.bound_to_unit) return units;
  std::vector<std::string> names = call.identity.units;
  names.push_back(call.identity.unit);
  for (const std::string& name : names) {
    if (call.CheckUnit(name).ok()) units.push_back(name);
  }
  if (units.empty()) return Error(server::kNotOwnUnit).Build();
  return units;
}

}  // namespace

absl::StatusOr<ActionItemQuery> ParseActionItemQuery(const server::CallContext& call,
                                                     const v1::ListActionItemsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(request.parent(), "plans/*", "parent"));
  DUBAN_ASSIGN_OR_RETURN(
      const server::ListQuery list,
      server::ParseListQuery(request, {"unit", "state", "open", "slip", "overdue", "session"}));
  ActionItemQuery query;
  query.page_size = list.page_size;
  query.after = list.after;
  query.filter.plan = ids[0];
  query.filter.now = call.now();
  DUBAN_ASSIGN_OR_RETURN(query.filter.unit, Named(list.Filter("unit"), "units/*"));
  DUBAN_ASSIGN_OR_RETURN(
      query.filter.session,
      Named(list.Filter("session"), absl::StrCat(request.parent(), "/sessions/*")));
  DUBAN_ASSIGN_OR_RETURN(query.filter.state, StateNamed(list.Filter("state")));
  DUBAN_ASSIGN_OR_RETURN(query.filter.slip, SlipNamed(list.Filter("slip")));
  DUBAN_ASSIGN_OR_RETURN(query.filter.open, TrueOrFalse(list.Filter("open")));
  DUBAN_ASSIGN_OR_RETURN(query.filter.overdue, TrueOrFalse(list.Filter("overdue")));
  DUBAN_ASSIGN_OR_RETURN(query.filter.seen_by, UnitsOf(call));
  return query;
}

}  // namespace duban::review
