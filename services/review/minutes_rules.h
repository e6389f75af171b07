#ifndef DUBAN_SERVICES_REVIEW_MINUTES_RULES_H_
#define DUBAN_SERVICES_REVIEW_MINUTES_RULES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/review/v1/action_item.pb.h"
#include "duban/review/v1/session.pb.h"
#include "duban/review/v1/session_service.pb.h"

// What minutes may say, and what becomes of resolutions.
namespace duban::review {

inline constexpr Reason kResolutionInWork{
    "RESOLUTION_IN_WORK", absl::StatusCode::kFailedPrecondition,
    "第 {number} 条议定事项已交办（{item}），不能更改或删除",
    "Resolution {number} has an action item ({item}); it is neither changed nor dropped."};

// The minutes of a request, with resolutions numbered from 1. INVALID_ARGUMENT FIELD_INVALID,
// DATE_INVALID.
absl::StatusOr<v1::Minutes> CheckMinutes(const v1::Minutes& given);

// INVALID_ARGUMENT FIELD_INVALID (action_items) unless each order names a resolution of the
// minutes, once, that says which unit is to do it.
absl::Status CheckOrders(const v1::RecordMinutesRequest& request, const v1::Minutes& minutes);

// The order that a resolution becomes.
v1::ActionItem OrderOf(const std::string& session, const v1::Resolution& resolution,
                       const v1::RecordMinutesRequest::ItemOrder& order);

// The new minutes with the action items that resolutions have. FAILED_PRECONDITION
// RESOLUTION_IN_WORK if one that has is not there with the same text and unit.
absl::StatusOr<v1::Minutes> KeepItems(const v1::Minutes& before, v1::Minutes minutes);

// The session with its minutes; a CLOSED DISPATCH is PUBLISHED by them.
v1::Session Minuted(const v1::Session& session, const v1::Minutes& minutes, absl::Time now);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_MINUTES_RULES_H_
