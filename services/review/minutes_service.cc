#include "services/review/minutes_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "duban/review/v1/session_events.pb.h"
#include "services/review/minutes_rules.h"
#include "services/review/session_query.h"

namespace duban::review {

using v1::Minutes;
using v1::Session;

MinutesService::MinutesService(const server::Environment& environment, PlanSource* plans,
                               const ActionItems* items)
    : mutations_(environment.mutations), plans_(plans), items_(items) {}

absl::StatusOr<Session> MinutesService::RecordMinutes(server::CallContext& call,
                                                      const v1::RecordMinutesRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<Session>(call, request));
  if (first) return *first;
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const Minutes checked, CheckMinutes(request.minutes()));
  DUBAN_RETURN_IF_ERROR(CheckOrders(request, checked));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, CheckItems(call, request, checked));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Session> {
    DUBAN_ASSIGN_OR_RETURN(const Session before, sessions_.GetForUpdate(tx, name));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
    DUBAN_RETURN_IF_ERROR(CheckMove(before, Session::RECORD_MINUTES));
    DUBAN_ASSIGN_OR_RETURN(Minutes minutes, KeepItems(before.minutes(), checked));
    minutes.set_actor(call.identity.subject);
    *minutes.mutable_record_time() = ToTimestamp(call.now());
    DUBAN_RETURN_IF_ERROR(MakeItems(tx, call, request, plan, &minutes));
    const Session after = Minuted(before, minutes, call.now());
    DUBAN_RETURN_IF_ERROR(sessions_.Write(tx, call, before, after));
    auto event = EventOf<v1::SessionMinuted>(after);
    event.set_resolutions(minutes.resolutions_size());
    DUBAN_RETURN_IF_ERROR(
        sessions_.Announce(tx, call, after, "duban.review.session.minuted", event));
    return Shown(call, after);
  });
}

absl::StatusOr<PlanPointer> MinutesService::CheckItems(const server::CallContext& call,
                                                       const v1::RecordMinutesRequest& request,
                                                       const Minutes& minutes) const {
  if (request.action_items().empty()) return PlanPointer();
  const std::string plan_name = request.name().substr(0, request.name().find("/sessions/"));
  DUBAN_ASSIGN_OR_RETURN(PlanPointer plan, plans_->GetPublished(call.info, plan_name));
  for (const auto& order : request.action_items()) {
    DUBAN_RETURN_IF_ERROR(
        items_->Check(call, plan->plan(),
                      OrderOf(request.name(), minutes.resolutions(order.resolution() - 1), order)));
  }
  return plan;
}

absl::Status MinutesService::MakeItems(db::Transaction& tx, const server::CallContext& call,
                                       const v1::RecordMinutesRequest& request,
                                       const PlanPointer& plan, Minutes* minutes) const {
  for (const auto& order : request.action_items()) {
    v1::Resolution& resolution = *minutes->mutable_resolutions(order.resolution() - 1);
    if (!resolution.action_item().empty()) {
      return Error(kResolutionInWork)
          .With("number", absl::StrCat(resolution.number()))
          .With("item", resolution.action_item());
    }
    DUBAN_ASSIGN_OR_RETURN(
        const v1::ActionItem item,
        items_->Create(tx, call, plan->plan(), OrderOf(request.name(), resolution, order)));
    resolution.set_action_item(item.name());
  }
  return absl::OkStatus();
}

}  // namespace duban::review
