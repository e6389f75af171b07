#ifndef DUBAN_COMMON_SERVER_ANSWER_H_
#define DUBAN_COMMON_SERVER_ANSWER_H_

#include <string>

#include "absl/status/status.h"
#include "common/base/error.h"

namespace duban::server {

// Why the server answers without running a handler.
inline constexpr Reason kMessageTooLarge{
    "MESSAGE_TOO_LARGE", absl::StatusCode::kResourceExhausted,
    "请求有 {bytes} 字节,超过上限 {limit} 字节",
    "The request has {bytes} bytes; at most {limit} are taken."};
inline constexpr Reason kRequestMalformed{"REQUEST_MALFORMED", absl::StatusCode::kInvalidArgument,
                                          "请求内容无法解析", "The request cannot be parsed."};
inline constexpr Reason kServerDraining{"SERVER_DRAINING", absl::StatusCode::kUnavailable,
                                        "服务正在停止,请稍后重试",
                                        "The server is stopping; try again."};
inline constexpr Reason kOverloaded{"OVERLOADED", absl::StatusCode::kResourceExhausted,
                                    "系统繁忙,请稍后重试", "The server is busy; try again later."};
inline constexpr Reason kDeadlineExpired{"DEADLINE_EXPIRED", absl::StatusCode::kDeadlineExceeded,
                                         "处理超时", "The call took too long."};
inline constexpr Reason kCallCancelled{"CALL_CANCELLED", absl::StatusCode::kCancelled,
                                       "请求已被取消", "The call was cancelled."};
inline constexpr Reason kStreamIdle{"STREAM_IDLE", absl::StatusCode::kDeadlineExceeded,
                                    "对方 {limit} 内没有发送或接收,连接流已关闭",
                                    "The caller sent or took nothing for {limit}."};
// What the server makes of an UNAVAILABLE that came without a reason, from a service it called.
inline constexpr Reason kServiceUnavailable{
    "SERVICE_UNAVAILABLE", absl::StatusCode::kUnavailable, "所依赖的服务暂不可用,请稍后重试",
    "A service that this call needs is unavailable; try again."};

// True for what tells of our own faults: INTERNAL, UNKNOWN, DATA_LOSS, and statuses that nobody
// gave a reason. Their texts may hold SQL, paths or addresses.
bool IsOurFault(const absl::Status& status);

// The status as the caller may see it: one with a reason. What is our fault becomes kInternal with
// the request id.
absl::Status ForCaller(const absl::Status& status, const std::string& request_id);

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_ANSWER_H_
