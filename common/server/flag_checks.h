#ifndef DUBAN_COMMON_SERVER_FLAG_CHECKS_H_
#define DUBAN_COMMON_SERVER_FLAG_CHECKS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/error.h"

// Checks of single flags, for the common ones and for those that only one service has.
namespace duban::server {

inline constexpr Reason kFlagInvalid{"FLAG_INVALID", absl::StatusCode::kInvalidArgument,
                                     "参数 --{flag} 无效:{zh}", "--{flag}: {en}."};

// INVALID_ARGUMENT FLAG_INVALID naming the flag, with what is wrong in both languages.
absl::Status FlagInvalid(std::string_view flag, std::string_view zh, std::string_view en);

// FLAG_INVALID unless low <= value <= high.
absl::Status CheckRange(std::string_view flag, int64_t value, int64_t low, int64_t high);
absl::Status CheckDuration(std::string_view flag, absl::Duration value, absl::Duration low,
                           absl::Duration high);

// FLAG_INVALID unless it is `host:port`, an address to listen on; port 0 is any free one. IPv6
// hosts stand in brackets.
absl::Status CheckAddress(std::string_view flag, const std::string& address);

// FLAG_INVALID unless it is `host:port`, `dns:///host:port` or, where the replicas of another
// service have no name in common, `ipv4:a.b.c.d:port,a.b.c.d:port`.
absl::Status CheckTarget(std::string_view flag, const std::string& target);

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_FLAG_CHECKS_H_
