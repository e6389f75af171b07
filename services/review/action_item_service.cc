#include "services/review/action_item_service.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"
#include "common/server/update_mask.h"
#include "services/review/action_item_query.h"
#include "services/review/session_rules.h"

namespace duban::review {

using submission::v1::Evidence;
using submission::v1::EvidenceService;
using v1::ActionItem;

ActionItemService::ActionItemService(const server::Environment& environment, const Peers* peers,
                                     PlanSource* plans, const ActionItems* items)
    : database_(environment.database),
      mutations_(environment.mutations),
      peers_(peers),
      plans_(plans),
      items_(items),
      evidence_(EvidenceService::NewStub(peers->submission().channel())) {}

server::RpcService ActionItemService::Rpc() {
  return server::RpcService("duban.review.v1.ActionItemService")
      .Add("CreateActionItem", this, &ActionItemService::CreateActionItem)
      .Add("GetActionItem", this, &ActionItemService::GetActionItem)
      .Add("ListActionItems", this, &ActionItemService::ListActionItems)
      .Add("AcknowledgeItem", this, &ActionItemService::AcknowledgeItem)
      .Add("AddProgress", this, &ActionItemService::AddProgress)
      .Add("RequestClosure", this, &ActionItemService::RequestClosure)
      .Add("CloseItem", this, &ActionItemService::CloseItem)
      .Add("ReopenItem", this, &ActionItemService::ReopenItem);
}

absl::StatusOr<ActionItem> ActionItemService::CreateActionItem(
    server::CallContext& call, const v1::CreateActionItemRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<ActionItem>(call, request));
  if (first) return *first;
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, request.parent()));
  ActionItem order = request.action_item();
  server::ClearOutputOnly(&order);
  DUBAN_RETURN_IF_ERROR(items_->Check(call, plan->plan(), order));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<ActionItem> {
    DUBAN_RETURN_IF_ERROR(CheckSession(tx, order));
    DUBAN_ASSIGN_OR_RETURN(ActionItem item, items_->Create(tx, call, plan->plan(), order));
    return Shown(tx, call, std::move(item));
  });
}

absl::StatusOr<ActionItem> ActionItemService::GetActionItem(
    server::CallContext& call, const v1::GetActionItemRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ActionItemName name, ParseActionItemName(request.name(), "name"));
  return database_->Read(call.deadline(), [&](db::Session& session) -> absl::StatusOr<ActionItem> {
    DUBAN_ASSIGN_OR_RETURN(ActionItem item,
                           items_->Seen(call, name, items_->store().Get(session, name)));
    DUBAN_RETURN_IF_ERROR(items_->store().ReadNotes(session, name, &item));
    return Shown(session, call, std::move(item));
  });
}

absl::StatusOr<v1::ListActionItemsResponse> ActionItemService::ListActionItems(
    server::CallContext& call, const v1::ListActionItemsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ActionItemQuery query, ParseActionItemQuery(call, request));
  return database_->Read(
      call.deadline(), [&](db::Session& session) -> absl::StatusOr<v1::ListActionItemsResponse> {
        const ActionItemStore& store = items_->store();
        DUBAN_ASSIGN_OR_RETURN(std::vector<ActionItem> items,
                               store.List(session, query.filter, query.after, query.page_size + 1));
        v1::ListActionItemsResponse response;
        DUBAN_ASSIGN_OR_RETURN(*response.mutable_counts(), store.Count(session, query.filter));
        const bool more = items.size() > static_cast<size_t>(query.page_size);
        if (more) items.pop_back();
        std::vector<ActionItem*> shown;
        for (ActionItem& item : items) {
          ShowItem(ItemActorOf(call), call.now(), &item);
          shown.push_back(response.add_action_items());
          *shown.back() = std::move(item);
        }
        DUBAN_RETURN_IF_ERROR(items_->steps().ReadTaken(session, shown));
        if (more) {
          const std::string& last = shown.back()->name();
          response.set_next_page_token(
              server::MakePageToken(request, last.substr(last.rfind('/') + 1)));
        }
        return response;
      });
}

absl::StatusOr<ActionItem> ActionItemService::AcknowledgeItem(
    server::CallContext& call, const v1::AcknowledgeItemRequest& request) {
  return MoveOne(call, request, {ActionItem::ACKNOWLEDGE, "", {}});
}

absl::StatusOr<ActionItem> ActionItemService::AddProgress(server::CallContext& call,
                                                          const v1::AddProgressRequest& request) {
  return MoveOne(call, request, {ActionItem::ADD_PROGRESS, request.text(), {}});
}

absl::StatusOr<ActionItem> ActionItemService::RequestClosure(
    server::CallContext& call, const v1::RequestClosureRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<ActionItem>(call, request));
  if (first) return *first;
  DUBAN_RETURN_IF_ERROR(CheckBrought(call, request));
  return MoveOne(call, request,
                 {ActionItem::REQUEST_CLOSURE, request.text(),
                  std::vector<std::string>(request.evidence().begin(), request.evidence().end())});
}

absl::StatusOr<ActionItem> ActionItemService::CloseItem(server::CallContext& call,
                                                        const v1::CloseItemRequest& request) {
  return MoveOne(call, request, {ActionItem::CLOSE, request.reason(), {}});
}

absl::StatusOr<ActionItem> ActionItemService::ReopenItem(server::CallContext& call,
                                                         const v1::ReopenItemRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<ActionItem>(call, request));
  if (first) return *first;
  if (request.due_workdays() != 0) {
    DUBAN_RETURN_IF_ERROR(CheckDueWorkdays(request.due_workdays(), "due_workdays"));
  }
  return MoveOne(call, request, {ActionItem::REOPEN, request.reason(), {}}, request.due_workdays());
}

template <typename Request>
absl::StatusOr<ActionItem> ActionItemService::MoveOne(server::CallContext& call,
                                                      const Request& request, const ItemMove& move,
                                                      int due_workdays) {
  DUBAN_ASSIGN_OR_RETURN(const ActionItemName name, ParseActionItemName(request.name(), "name"));
  PlanPointer plan;
  if (move.action == ActionItem::REOPEN) {
    const absl::StatusOr<PlanPointer> found = plans_->Get(call.info, name.PlanName());
    if (absl::IsNotFound(found.status())) {
      return call.HideExistence(Error(kActionItemNotFound).With("item", name.ToString()));
    }
    DUBAN_RETURN_IF_ERROR(found.status());
    plan = *found;
  }
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<ActionItem> {
    DUBAN_ASSIGN_OR_RETURN(const ActionItem before,
                           items_->Seen(call, name, items_->store().GetForUpdate(tx, name)));
    // A co-handler sees it, but does not act.
    DUBAN_RETURN_IF_ERROR(call.CheckUnit(before.unit()));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
    DUBAN_ASSIGN_OR_RETURN(ActionItem after,
                           items_->Move(tx, call, plan == nullptr ? nullptr : &plan->plan(), before,
                                        move, due_workdays));
    return Shown(tx, call, std::move(after));
  });
}

absl::Status ActionItemService::CheckBrought(const server::CallContext& call,
                                             const v1::RequestClosureRequest& request) const {
  DUBAN_ASSIGN_OR_RETURN(const ActionItemName name, ParseActionItemName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(
      const ActionItem item,
      items_->Seen(call, name, database_->Read(call.deadline(), [&](db::Session& session) {
        return items_->store().Get(session, name);
      })));
  DUBAN_RETURN_IF_ERROR(call.CheckUnit(item.unit()));
  const std::vector<std::string> names(request.evidence().begin(), request.evidence().end());
  DUBAN_RETURN_IF_ERROR(CheckEvidence(item, names));
  for (const std::string& piece : names) {
    submission::v1::GetEvidenceRequest get;
    get.set_name(piece);
    DUBAN_ASSIGN_OR_RETURN(
        const Evidence evidence,
        peers_->AskSubmission(call.info, *evidence_, &EvidenceService::Stub::GetEvidence, get));
    const bool brought =
        std::any_of(evidence.sources().begin(), evidence.sources().end(),
                    [&](const Evidence::Source& source) { return source.unit() == item.unit(); });
    if (brought) continue;
    return Error(kEvidenceNotFound).With("evidence", piece).With("unit", item.unit());
  }
  return absl::OkStatus();
}

absl::Status ActionItemService::CheckSession(db::Session& session, const ActionItem& order) const {
  if (order.session().empty()) return absl::OkStatus();
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(order.session(), "session"));
  DUBAN_ASSIGN_OR_RETURN(const std::optional<v1::Session> found,
                         sessions_.Get(session, name.plan, name.session));
  if (found) return absl::OkStatus();
  return Error(kSessionNotFound).With("session", order.session());
}

absl::StatusOr<ActionItem> ActionItemService::Shown(db::Session& session,
                                                    const server::CallContext& call,
                                                    ActionItem item) const {
  item.clear_escalations();
  DUBAN_RETURN_IF_ERROR(items_->steps().ReadTaken(session, {&item}));
  ShowItem(ItemActorOf(call), call.now(), &item);
  return item;
}

}  // namespace duban::review
