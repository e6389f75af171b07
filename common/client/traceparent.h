#ifndef DUBAN_COMMON_CLIENT_TRACEPARENT_H_
#define DUBAN_COMMON_CLIENT_TRACEPARENT_H_

#include <string>
#include <string_view>

namespace duban::client {

// True for a W3C traceparent: `vv-{32 hex}-{16 hex}-{2 hex}`, lower case, version not ff, neither
// id all zeros; versions after 00 may have more behind a hyphen.
bool IsTraceparent(std::string_view text);

// A traceparent of version 00 with a new span id: in the same trace and as sampled as `parent`, or,
// if that is no traceparent, in a new trace, sampled.
std::string ChildTraceparent(std::string_view parent);

}  // namespace duban::client

#endif  // DUBAN_COMMON_CLIENT_TRACEPARENT_H_
