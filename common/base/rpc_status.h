#ifndef DUBAN_COMMON_BASE_RPC_STATUS_H_
#define DUBAN_COMMON_BASE_RPC_STATUS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "google/protobuf/message.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace duban {

inline constexpr std::string_view kChinese = "zh-CN";
inline constexpr std::string_view kEnglish = "en-US";

// Sets a google.rpc detail as the status's payload at `type.googleapis.com/{full name}`; a
// LocalizedMessage at that URL with a slash and its locale behind, so that both languages fit in.
// Replaces the one that was there. Nothing happens to an OK status.
void AttachDetail(const google::protobuf::Message& detail, absl::Status* status);

// The payload that AttachDetail set; nothing if there is none or it does not parse.
template <typename Detail>
std::optional<Detail> FindDetail(const absl::Status& status, std::string_view locale = "");

// The status as it goes over the wire: ErrorInfo, LocalizedMessage in `locale` (zh-CN if it is
// neither of ours) and then in the other language, RetryInfo, BadRequest. Where it would be
// longer than `max_bytes`, field violations lose their localized message (the description has both
// languages), and what is still too long is left out from the end; metadata `violations` then tells
// how many there were. Other payloads are dropped.
google::rpc::Status ToRpcStatus(const absl::Status& status, std::string_view locale,
                                size_t max_bytes);

// What ToRpcStatus was given, as far as it is still there. A code that is none becomes UNKNOWN.
absl::Status FromRpcStatus(const google::rpc::Status& status);

// What follows serves FindDetail.
std::optional<absl::Cord> FindPayload(const absl::Status& status, const std::string& type,
                                      std::string_view locale);

template <typename Detail>
std::optional<Detail> FindDetail(const absl::Status& status, std::string_view locale) {
  const std::optional<absl::Cord> payload =
      FindPayload(status, Detail::descriptor()->full_name(), locale);
  Detail detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_RPC_STATUS_H_
