#ifndef DUBAN_SERVICES_NOTIFICATION_REPLAY_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_REPLAY_RULES_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/notification/v1/delivery_service.pb.h"

namespace duban::notification {

inline constexpr Reason kReplayCursorInvalid{
    "REPLAY_CURSOR_INVALID", absl::StatusCode::kInvalidArgument,
    "游标无效,或属于另一个订阅或时间段",
    "The cursor is invalid, or of another subscription or range."};

inline constexpr Reason kReplayTooOld{
    "REPLAY_TOO_OLD", absl::StatusCode::kFailedPrecondition,
    "{since} 之前收到的事件可能已清理,不能补发",
    "Events received before {since} may have been deleted, and are not replayed."};

// Which events a call of ReplayDeliveries goes through.
struct ReplayRange {
  std::string subscription;  // `subscriptions/{subscription}`
  absl::Time from;           // where to go on: events received then
  std::string after;         // and of these, the ones whose ids come after
  absl::Time to;             // and those received before
};

// The range that the request asks for at `now`, while events are kept so long: from its times, or
// from its cursor. INVALID_ARGUMENT FIELD_INVALID (from_time, to_time, reason),
// REPLAY_CURSOR_INVALID · FAILED_PRECONDITION REPLAY_TOO_OLD (from_time, cursor) if it begins where
// some may be gone.
absl::StatusOr<ReplayRange> ReadReplay(const v1::ReplayDeliveriesRequest& request, absl::Time now,
                                       absl::Duration kept);

// The cursor that goes on after the event `after`, received at `from`.
std::string MakeCursor(const ReplayRange& range);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_REPLAY_RULES_H_
