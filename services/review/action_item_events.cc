#include "services/review/action_item_events.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "duban/review/v1/action_item_events.pb.h"

namespace duban::review {
namespace {

using v1::ActionItem;

template <typename Data>
ActionItemEvent Event(const char* what, Data data) {
  return {absl::StrCat("duban.review.action_item.", what), std::make_unique<Data>(std::move(data))};
}

// Events of moves begin alike.
template <typename Data>
Data Begin(const ActionItem& item, const std::string& actor) {
  Data data;
  data.set_title(item.title());
  data.set_actor(actor);
  return data;
}

ActionItemEvent ProgressAdded(const ActionItem& item, const std::string& actor) {
  auto data = Begin<v1::ActionItemProgressAdded>(item, actor);
  data.set_text(item.progress(item.progress_size() - 1).text());
  return Event("progress_added", std::move(data));
}

ActionItemEvent Reopened(const ActionItem& item, const std::string& actor) {
  auto data = Begin<v1::ActionItemReopened>(item, actor);
  data.set_reason(item.decision().reason());
  *data.mutable_due_time() = item.due_time();
  return Event("reopened", std::move(data));
}

}  // namespace

ActionItemEvent AssignedEvent(const ActionItem& item) {
  v1::ActionItemAssigned data;
  data.set_title(item.title());
  *data.mutable_co_handlers() = item.co_handlers();
  *data.mutable_due_time() = item.due_time();
  data.set_session(item.session());
  return Event("assigned", std::move(data));
}

ActionItemEvent MovedEvent(const ActionItem& item, ActionItem::Action move,
                           const std::string& actor) {
  switch (move) {
    case ActionItem::ADD_PROGRESS:
      return ProgressAdded(item, actor);
    case ActionItem::REQUEST_CLOSURE:
      return Event("closure_requested", Begin<v1::ActionItemClosureRequested>(item, actor));
    case ActionItem::CLOSE:
      return Event("closed", Begin<v1::ActionItemClosed>(item, actor));
    case ActionItem::REOPEN:
      return Reopened(item, actor);
    default:
      return Event("acknowledged", Begin<v1::ActionItemAcknowledged>(item, actor));
  }
}

ActionItemEvent EscalatedEvent(const ActionItem& item, const ActionItem::Escalation& taken) {
  v1::ActionItemEscalated data;
  data.set_title(item.title());
  data.set_step(taken.step());
  *data.mutable_due_time() = item.due_time();
  *data.mutable_nominal_time() = taken.nominal_time();
  *data.mutable_co_handlers() = item.co_handlers();
  return Event("escalated", std::move(data));
}

}  // namespace duban::review
