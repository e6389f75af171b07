#include "services/notification/event_service.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"
#include "services/notification/event_rules.h"

namespace duban::notification {
namespace {

using common::v1::Event;
using v1::EventRecord;
using Outcome = v1::PublishEventsResponse::Outcome;

constexpr int kMostEvents = 500;

absl::StatusOr<EventQuery> ReadQuery(const server::ListQuery& list) {
  EventQuery query = {list.Filter("type"), list.Filter("subject"), list.Filter("plan")};
  const std::string state = list.Filter("state");
  if (!state.empty() && !EventRecord::State_Parse(state, &query.state)) {
    return Error(server::kFilterInvalid)
        .With("zh", "state 应为 RECEIVED 或 DISPATCHED")
        .With("en", "state is RECEIVED or DISPATCHED")
        .Field("filter")
        .Build();
  }
  return query;
}

}  // namespace

server::RpcService EventService::Rpc() {
  return server::RpcService("duban.notification.v1.EventService")
      .Add("PublishEvents", this, &EventService::PublishEvents)
      .Add("GetEvent", this, &EventService::GetEvent)
      .Add("ListEvents", this, &EventService::ListEvents);
}

absl::StatusOr<v1::PublishEventsResponse> EventService::PublishEvents(
    server::CallContext& call, const v1::PublishEventsRequest& request) {
  if (request.events_size() == 0 || request.events_size() > kMostEvents) {
    return FieldInvalid("events", "应有1至500个事件", "there are 1 to 500 events");
  }
  std::vector<absl::Status> checks;
  std::vector<std::string> ids;
  for (const Event& event : request.events()) {
    checks.push_back(CheckEvent(event, call.identity.subject));
    if (checks.back().ok()) ids.push_back(event.id());
  }
  return database_->RunInTransaction(
      call.deadline(), [&](db::Transaction& tx) -> absl::StatusOr<v1::PublishEventsResponse> {
        DUBAN_ASSIGN_OR_RETURN(std::set<std::string> known, events_.Known(tx, ids));
        v1::PublishEventsResponse response;
        std::vector<const Event*> added;
        for (int i = 0; i < request.events_size(); ++i) {
          Outcome& outcome = *response.add_outcomes();
          const Event& event = request.events(i);
          if (!checks[i].ok()) {
            outcome.set_result(Outcome::REFUSED);
            outcome.set_reason(
                absl::StrCat(GetReason(checks[i]), ": ", std::string(checks[i].message())));
          } else if (known.insert(event.id()).second) {
            outcome.set_result(Outcome::STORED);
            added.push_back(&event);
          } else {
            outcome.set_result(Outcome::DUPLICATE);
          }
        }
        DUBAN_RETURN_IF_ERROR(events_.Insert(tx, added, call.now()));
        return response;
      });
}

absl::StatusOr<EventRecord> EventService::GetEvent(server::CallContext& call,
                                                   const v1::GetEventRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(request.name(), "events/*", "name"));
  DUBAN_ASSIGN_OR_RETURN(std::optional<EventRecord> record,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return events_.Get(session, ids.front());
                         }));
  if (!record) return Error(kEventNotFound).With("event", request.name()).Build();
  DescribeData(&*record);
  return *std::move(record);
}

absl::StatusOr<v1::ListEventsResponse> EventService::ListEvents(
    server::CallContext& call, const v1::ListEventsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list,
                         server::ParseListQuery(request, {"type", "subject", "plan", "state"}));
  DUBAN_ASSIGN_OR_RETURN(const EventQuery query, ReadQuery(list));
  DUBAN_ASSIGN_OR_RETURN(std::vector<EventRecord> records,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return events_.List(session, query, list.after, list.page_size + 1);
                         }));
  v1::ListEventsResponse response;
  if (records.size() > static_cast<size_t>(list.page_size)) {
    records.resize(list.page_size);
    response.set_next_page_token(server::MakePageToken(request, records.back().event().id()));
  }
  for (EventRecord& record : records) {
    DescribeData(&record);
    *response.add_events() = std::move(record);
  }
  return response;
}

}  // namespace duban::notification
