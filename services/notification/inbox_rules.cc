#include "services/notification/inbox_rules.h"

#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace duban::notification {
namespace {

constexpr int kMostMarked = 500;

absl::Status CursorError(std::string_view zh, std::string_view en) {
  return Error(kCursorInvalid).With("zh", zh).With("en", en).Field("cursor");
}

}  // namespace

std::string MakeCursor(std::string_view member, int64_t sequence) {
  return absl::WebSafeBase64Escape(absl::StrCat(std::string(member), "/", sequence));
}

absl::StatusOr<int64_t> ParseCursor(const std::string& cursor, std::string_view member,
                                    int64_t last_sequence) {
  std::string text;
  const bool decoded = absl::WebSafeBase64Unescape(cursor, &text);
  const size_t slash = text.find('/');
  int64_t sequence = -1;
  // Made again, so that other spellings of the same number are refused, too.
  if (!decoded || slash == std::string::npos ||
      !absl::SimpleAtoi(text.substr(slash + 1), &sequence) || sequence < 0 ||
      MakeCursor(text.substr(0, slash), sequence) != cursor) {
    return CursorError("不是本系统给出的", "it is none that this service gave");
  }
  if (text.substr(0, slash) != member) {
    return CursorError("属于另一个收件箱", "it is of another inbox");
  }
  if (sequence > last_sequence) {
    return CursorError("超出收件箱的末尾", "it lies beyond the end of the inbox");
  }
  return sequence;
}

absl::StatusOr<std::vector<std::string>> MessagesNamed(const v1::MarkReadRequest& request,
                                                       std::string_view member) {
  if (request.up_to_sequence() < 0) {
    return FieldInvalid("up_to_sequence", "不能为负数", "it must not be negative");
  }
  if ((request.names_size() > 0) == (request.up_to_sequence() > 0)) {
    return FieldInvalid("names", "names 与 up_to_sequence 应给出其一",
                        "one of names and up_to_sequence is to be given");
  }
  if (request.names_size() > kMostMarked) {
    return FieldInvalid("names", "最多500条", "there are at most 500");
  }
  std::vector<std::string> ids;
  std::set<std::string> seen;
  for (int i = 0; i < request.names_size(); ++i) {
    const std::string field = absl::StrCat("names[", i, "]");
    DUBAN_ASSIGN_OR_RETURN(const auto parts,
                           ParseResourceName(request.names(i), "members/*/messages/*", field));
    if (parts[0] != member) {
      return FieldInvalid(field, "属于另一个收件箱", "it is of another inbox");
    }
    if (seen.insert(parts[1]).second) ids.push_back(parts[1]);
  }
  return ids;
}

absl::StatusOr<v1::Message> Acknowledge(v1::Message message, absl::Time now) {
  if (!message.acknowledgement_required()) {
    return Error(kAcknowledgementNotAsked).With("message", message.name()).Build();
  }
  if (message.has_acknowledge_time()) return message;
  *message.mutable_acknowledge_time() = ToTimestamp(now);
  if (!message.has_read_time()) *message.mutable_read_time() = ToTimestamp(now);
  message.clear_step_up_time();
  return message;
}

}  // namespace duban::notification
