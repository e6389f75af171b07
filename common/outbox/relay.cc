#include "common/outbox/relay.h"

#include <optional>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/log.h"
#include "common/base/status.h"

namespace duban {

using common::v1::Event;
using notification::v1::PublishEventsRequest;
using notification::v1::PublishEventsResponse;

Relay::Relay(db::Database* database, const std::string& service, EventSink sink,
             const RelayOptions& options)
    : database_(database),
      store_(service),
      sink_(std::move(sink)),
      options_(options),
      owner_(NewUuid7(MachineNow())) {}

absl::StatusOr<bool> Relay::Hold(absl::Time deadline) {
  if (!enrolled_) {
    DUBAN_RETURN_IF_ERROR(
        database_->Read(deadline, [&](db::Session& session) { return store_.Enroll(session); }));
    enrolled_ = true;
  }
  DUBAN_ASSIGN_OR_RETURN(const std::optional<int64_t> fence,
                         database_->RunInTransaction(deadline, [&](db::Transaction& tx) {
                           return store_.Hold(tx, owner_, fence_, options_.lease);
                         }));
  fence_ = fence.value_or(0);
  return fence.has_value();
}

absl::StatusOr<Relay::Step> Relay::Run(absl::Time deadline) {
  Step step;
  DUBAN_ASSIGN_OR_RETURN(step.held, Hold(deadline));
  if (!step.held) return step;
  DUBAN_ASSIGN_OR_RETURN(std::vector<Event> events,
                         database_->Read(deadline, [&](db::Session& session) {
                           return store_.Undelivered(session, options_.batch);
                         }));
  if (events.empty()) return step;
  step.more = events.size() == static_cast<size_t>(options_.batch);
  PublishEventsRequest request;
  size_t bytes = 0;
  for (Event& event : events) {
    bytes += event.ByteSizeLong();
    if (bytes > options_.batch_bytes && request.events_size() > 0) {
      step.more = true;
      break;
    }
    *request.add_events() = std::move(event);
  }
  DUBAN_ASSIGN_OR_RETURN(const PublishEventsResponse response, sink_(request, deadline));
  DUBAN_ASSIGN_OR_RETURN(step.held, Record(request, response, deadline, &step));
  return step;
}

absl::StatusOr<bool> Relay::Record(const PublishEventsRequest& request,
                                   const PublishEventsResponse& response, absl::Time deadline,
                                   Step* step) {
  if (response.outcomes_size() != request.events_size()) {
    return absl::InternalError("the answer to PublishEvents has not one outcome for each event");
  }
  std::vector<std::string> ids;
  std::vector<RefusedEvent> refused;
  for (int i = 0; i < request.events_size(); ++i) {
    const Event& event = request.events(i);
    const PublishEventsResponse::Outcome& outcome = response.outcomes(i);
    ids.push_back(event.id());
    if (outcome.result() != PublishEventsResponse::Outcome::REFUSED) continue;
    LogError("an event was refused",
             {{"event", event.id()}, {"type", event.type()}, {"cause", outcome.reason()}});
    refused.push_back({event.id(), outcome.reason()});
  }
  DUBAN_ASSIGN_OR_RETURN(const bool held,
                         database_->RunInTransaction(deadline, [&](db::Transaction& tx) {
                           return store_.SetDelivered(tx, fence_, ids, refused);
                         }));
  if (!held) return false;
  step->delivered = static_cast<int64_t>(ids.size());
  step->refused = static_cast<int64_t>(refused.size());
  return true;
}

absl::StatusOr<int64_t> Relay::Purge(int limit, absl::Time deadline) {
  return database_->Read(deadline, [&](db::Session& session) {
    return store_.Purge(session, options_.retention, limit);
  });
}

absl::StatusOr<RelayStore::Backlog> Relay::GetBacklog(absl::Time deadline) {
  return database_->Read(deadline,
                         [&](db::Session& session) { return store_.GetBacklog(session); });
}

void Relay::Release(absl::Time deadline) {
  if (fence_ == 0) return;
  const absl::Status released = database_->Read(
      deadline, [&](db::Session& session) { return store_.Release(session, fence_); });
  if (!released.ok()) LogWarning("relay not released", {{"cause", released.ToString()}});
  fence_ = 0;
}

}  // namespace duban
