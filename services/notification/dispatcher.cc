#include "services/notification/dispatcher.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "services/notification/reminder_rules.h"
#include "services/notification/rendering_rules.h"

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
          .met = change.met,
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
  DUBAN_ASSIGN_OR_RETURN(const std::vector<EventRecord> due,
                         lease_.LookHeld(options_.at_once, [&](db::Session& session, int limit) {
                           return events_.Due(session, clock_->Now(), limit);
                         }));
  expansion_->BeginBatch();
  std::set<std::string> held_up;  // subjects
  std::vector<Made> batch;
  size_t notices = 0;
  for (const EventRecord& record : due) {
    if (held_up.contains(record.event().subject())) continue;
    absl::StatusOr<Expanded> expanded = expansion_->Expand(record);
    if (!expanded.ok()) {
      if (IsEverybodys(expanded.status())) return expanded.status();
      // What came before it is said before it.
      DUBAN_RETURN_IF_ERROR(Complete(&batch, &held_up));
      notices = 0;
      if (!held_up.insert(record.event().subject()).second) continue;
      DUBAN_RETURN_IF_ERROR(Fail(record, expanded.status()));
      continue;
    }
    notices += expanded->notices.size();
    batch.push_back({record, *std::move(expanded)});
    if (notices < kNoticesAtOnce && batch.size() < kEventsAtOnce) continue;
    DUBAN_RETURN_IF_ERROR(Complete(&batch, &held_up));
    notices = 0;
  }
  DUBAN_RETURN_IF_ERROR(Complete(&batch, &held_up));
  return static_cast<int>(due.size());
}

absl::Status Dispatcher::Complete(std::vector<Made>* batch, std::set<std::string>* held_up) {
  const std::vector<Made> all = std::exchange(*batch, {});
  const absl::Status together = Store(all);
  if (together.ok() || IsEverybodys(together)) return together;
  for (const Made& one : all) {
    if (held_up->contains(one.record.event().subject())) continue;
    const absl::Status alone = Store({one});
    if (alone.ok()) continue;
    if (IsEverybodys(alone)) return alone;
    DUBAN_RETURN_IF_ERROR(Fail(one.record, alone));
    held_up->insert(one.record.event().subject());
  }
  return absl::OkStatus();
}

absl::Status Dispatcher::Store(const std::vector<Made>& batch) {
  if (batch.empty()) return absl::OkStatus();
  std::vector<common::v1::Event> events;
  std::vector<std::string> ids;
  std::vector<NoticeRecord> notices;
  for (const Made& one : batch) {
    events.push_back(one.record.event());
    ids.push_back(one.record.event().id());
    notices.insert(notices.end(), one.expanded.notices.begin(), one.expanded.notices.end());
  }
  return StoreByPages(events, [&](db::Transaction& tx) -> absl::Status {
    for (const Made& one : batch) {
      if (one.expanded.change) DUBAN_RETURN_IF_ERROR(Apply(tx, *one.expanded.change));
    }
    DUBAN_RETURN_IF_ERROR(notices_.Add(tx, notices, clock_->Now()));
    return events_.Complete(tx, ids, clock_->Now());
  });
}

absl::Status Dispatcher::StoreByPages(const std::vector<common::v1::Event>& events, Rest rest) {
  using Next = absl::StatusOr<std::optional<FanoutPlace>>;
  std::optional<FanoutPlace> place = FanoutPlace();
  while (place) {
    DUBAN_ASSIGN_OR_RETURN(
        place, database_->RunInTransaction(
                   MachineNow() + kDispatchLimit, [&](db::Transaction& tx) -> Next {
                     DUBAN_RETURN_IF_ERROR(lease_.Check(tx));
                     std::optional<FanoutPlace> next;
                     if (fan_out_) {
                       DUBAN_ASSIGN_OR_RETURN(next, fan_out_(tx, events, *place, clock_->Now()));
                     }
                     if (!next) DUBAN_RETURN_IF_ERROR(rest(tx));
                     return next;
                   }));
  }
  return absl::OkStatus();
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
    case ObligationChange::kSettled:
      return obligations_.Settle(tx, change.obligation);
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
  const auto fail = [&](db::Transaction& tx) {
    return events_.Fail(tx, record.event().id(), error, clock_->Now() + wait);
  };
  if (!record.has_dispatch_time()) {
    const absl::Status said =
        StoreByPages({record.event()}, [&](db::Transaction& tx) -> absl::Status {
          DUBAN_RETURN_IF_ERROR(Say(tx, record));
          return fail(tx);
        });
    if (said.ok() || IsEverybodys(said)) return said;
  }
  return database_->RunInTransaction(MachineNow() + kDispatchLimit,
                                     [&](db::Transaction& tx) -> absl::Status {
                                       DUBAN_RETURN_IF_ERROR(lease_.Check(tx));
                                       return fail(tx);
                                     });
}

absl::Status Dispatcher::Say(db::Transaction& tx, const EventRecord& record) const {
  const common::v1::Event& event = record.event();
  const auto data = ReadEventData(event);
  // A later release may read it, and then knows what it says.
  if (!data.ok()) return absl::OkStatus();
  if (const auto change = ChangeOf(event, **data)) DUBAN_RETURN_IF_ERROR(Apply(tx, *change));
  return events_.SetSaid(tx, event.id(), clock_->Now());
}

}  // namespace duban::notification
