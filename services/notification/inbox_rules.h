#ifndef DUBAN_SERVICES_NOTIFICATION_INBOX_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_INBOX_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/notification/v1/inbox_service.pb.h"
#include "duban/notification/v1/message.pb.h"

namespace duban::notification {

inline constexpr Reason kMessageNotFound{"MESSAGE_NOT_FOUND", absl::StatusCode::kNotFound,
                                         "收件箱里没有消息 {message}",
                                         "There is no message {message} in the inbox."};
inline constexpr Reason kAcknowledgementNotAsked{
    "ACKNOWLEDGEMENT_NOT_ASKED", absl::StatusCode::kFailedPrecondition, "消息 {message} 无须签收",
    "Message {message} does not ask to be acknowledged."};
inline constexpr Reason kCursorInvalid{"CURSOR_INVALID", absl::StatusCode::kInvalidArgument,
                                       "游标无效:{zh}", "The cursor is invalid: {en}."};

// Where a watch of the member's inbox goes on after the message of this number.
std::string MakeCursor(std::string_view member, int64_t sequence);

// The number in a cursor of MakeCursor. INVALID_ARGUMENT CURSOR_INVALID if it is another member's,
// none of ours, or beyond the inbox's last number.
absl::StatusOr<int64_t> ParseCursor(const std::string& cursor, std::string_view member,
                                    int64_t last_sequence);

// The ids of the messages that a request names, each once; none if it says `up_to_sequence`.
// INVALID_ARGUMENT FIELD_INVALID if it says both or neither, names more than 500 or one of another
// inbox than the member's.
absl::StatusOr<std::vector<std::string>> MessagesNamed(const v1::MarkReadRequest& request,
                                                       std::string_view member);

// 签收: the message as it stands once its member has acknowledged it: read, and not to be stepped
// up. One that was acknowledged before stays as it is. FAILED_PRECONDITION
// ACKNOWLEDGEMENT_NOT_ASKED.
absl::StatusOr<v1::Message> Acknowledge(v1::Message message, absl::Time now);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_INBOX_RULES_H_
