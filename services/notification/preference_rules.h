#ifndef DUBAN_SERVICES_NOTIFICATION_PREFERENCE_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_PREFERENCE_RULES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/base/error.h"
#include "duban/notification/v1/preference.pb.h"
#include "duban/notification/v1/preference_service.pb.h"

// What members may want, and how their contact points look to others.
namespace duban::notification {

inline constexpr Reason kTypeNotMutable{"TYPE_NOT_MUTABLE", absl::StatusCode::kFailedPrecondition,
                                        "{event_type} 类消息不能关闭",
                                        "What is told of {event_type} may not be muted."};

// INVALID_ARGUMENT FIELD_INVALID for more than 100 mutes or a channel that reaches no person,
// EVENT_TYPE_UNKNOWN.
absl::Status CheckPreferences(const v1::Preferences& preferences);

// True if the member does not want this type by this channel.
bool IsMuted(const v1::Preferences& preferences, std::string_view event_type, v1::Channel channel);

// INVALID_ARGUMENT FIELD_INVALID for what is no phone number of 5–15 digits, mail address or
// account.
absl::Status CheckContactPoints(const v1::SetContactPointsRequest& request);

// `138****5678`; of what is shorter than eleven characters a quarter at each end.
std::string MaskNumber(std::string_view number);
// `z***@example.gov.cn`.
std::string MaskMail(std::string_view mail);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_PREFERENCE_RULES_H_
