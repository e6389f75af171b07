#include "services/notification/dispatcher.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status.h"

namespace duban::notification {
namespace {

using v1::EventRecord;

constexpr absl::Duration kDispatchLimit = absl::Seconds(10);  // of one transaction
constexpr size_t kNoticesAtOnce = 300;                        // of one transaction, about
constexpr size_t kEventsAtOnce = 128;
constexpr int kMostDoublings = 10;
constexpr absl::Duration kLongestWait = absl::Minutes(10);

// True if the failure is no event's own.
bool IsEverybodys(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsAborted(status);
}

TrackedObligation TrackedOf(const ObligationChange& change) {
  return {.obligation = change.obligation,
          .plan = change.plan,
          .unit = change.unit,
          .indicator = change.indicator,
          .period = change.period,
          .session = change.session,
          .article_type = change.article_type,
          .due_time = change.due_time.value_or(absl::UnixEpoch()),
          .sequence = change.sequence};
}

}  // namespace

Dispatcher::Dispatcher(const server::Environment& environment, Expansion* expansion, FanOut fan_out,
                       const Options& options)
    : database_(environment.database),
      clock_(environment.clock),
      expansion_(expansion),
      fan_out_(std::move(fan_out)),
      options_(options),
      lease_(environment.database, "dispatch", options.lease) {}

absl::StatusOr<int> Dispatcher::DispatchDue() {
  DUBAN_ASSIGN_OR_RETURN(const bool held, lease_.Hold());
  if (!held) return 0;
  DUBAN_ASSIGN_OR_RETURN(const std::vector<EventRecord> due,
                         database_->Read(MachineNow() + kDispatchLimit, [&](db::Session& session) {
                           return events_.Due(session, clock_->Now(), options_.at_once);
                         }));
  expansion_->BeginBatch();
  std::set<std::string> held_up;  // subjects
  Batch batch;
  for (const EventRecord& record : due) {
    if (held_up.contains(record.event().subject())) continue;
    absl::StatusOr<Expanded> expanded = expansion_->Expand(record);
    if (!expanded.ok()) {
      if (IsEverybodys(expanded.status())) return expanded.status();
      DUBAN_RETURN_IF_ERROR(Fail(record, expanded.status()));
      held_up.insert(record.event().subject());
      continue;
    }
    batch.events.push_back(record.event());
    if (expanded->change) batch.changes.push_back(*expanded->change);
    std::move(expanded->notices.begin(), expanded->notices.end(),
              std::back_inserter(batch.notices));
    if (batch.notices.size() < kNoticesAtOnce && batch.events.size() < kEventsAtOnce) continue;
    DUBAN_RETURN_IF_ERROR(Complete(batch));
    batch = {};
  }
  DUBAN_RETURN_IF_ERROR(Complete(batch));
  return static_cast<int>(due.size());
}

absl::Status Dispatcher::Complete(const Batch& batch) {
  if (batch.events.empty()) return absl::OkStatus();
  std::vector<std::string> ids;
  for (const common::v1::Event& event : batch.events) ids.push_back(event.id());
  return database_->RunInTransaction(
      MachineNow() + kDispatchLimit, [&](db::Transaction& tx) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(lease_.Check(tx));
        for (const ObligationChange& change : batch.changes) {
          DUBAN_RETURN_IF_ERROR(Apply(tx, change));
        }
        DUBAN_RETURN_IF_ERROR(notices_.Add(tx, batch.notices, clock_->Now()));
        if (fan_out_) DUBAN_RETURN_IF_ERROR(fan_out_(tx, batch.events, clock_->Now()));
        return events_.Complete(tx, ids, clock_->Now());
      });
}

absl::Status Dispatcher::Apply(db::Transaction& tx, const ObligationChange& change) const {
  switch (change.kind) {
    case ObligationChange::kOpened:
      return obligations_.Open(tx, TrackedOf(change));
    case ObligationChange::kMoved:
      return obligations_.Move(tx, change.obligation, *change.due_time);
    case ObligationChange::kReopened:
      return obligations_.Reopen(tx, change.obligation);
    case ObligationChange::kWaived:
      return obligations_.Waive(tx, change.obligation);
    case ObligationChange::kMet:
      return obligations_.Meet(tx, TrackedOf(change));
    case ObligationChange::kUnmet:
      return obligations_.Unmeet(tx, TrackedOf(change));
  }
  return absl::OkStatus();
}

absl::Status Dispatcher::Fail(const EventRecord& record, const absl::Status& failure) {
  LogWarning("an event cannot be dispatched",
             {{"event", record.event().id()}, {"cause", failure.ToString()}});
  const absl::Duration wait =
      std::min(kLongestWait, absl::Seconds(1 << std::min(record.attempts(), kMostDoublings)));
  const std::string error = absl::StrCat(GetReason(failure), ": ", std::string(failure.message()));
  return database_->RunInTransaction(
      MachineNow() + kDispatchLimit, [&](db::Transaction& tx) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(lease_.Check(tx));
        return events_.Fail(tx, record.event().id(), error, clock_->Now() + wait);
      });
}

}  // namespace duban::notification
