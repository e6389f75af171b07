#ifndef DUBAN_COMMON_SERVER_CALL_METADATA_H_
#define DUBAN_COMMON_SERVER_CALL_METADATA_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "grpcpp/support/string_ref.h"

namespace duban::server {

using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

// The token of `authorization: Bearer {token}`. UNAUTHENTICATED TOKEN_MISSING if there is none,
// TOKEN_INVALID if the header stands more than once or is of another scheme.
absl::StatusOr<std::string_view> ReadBearerToken(const Metadata& metadata);

// The caller's x-request-id if it is 1–128 of A–Z a–z 0–9 . _ -, else a new id.
std::string ReadRequestId(const Metadata& metadata);

// The caller's W3C traceparent, cut to what version 00 knows, if it is well formed; else a new one.
std::string ReadTraceparent(const Metadata& metadata);

// The trace id inside a traceparent made by ReadTraceparent.
std::string TraceId(std::string_view traceparent);

// The language that accept-language prefers, zh-CN or en-US; zh-CN if it names neither.
std::string_view ReadLocale(const Metadata& metadata);

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_CALL_METADATA_H_
