#ifndef DUBAN_COMMON_BASE_ID_H_
#define DUBAN_COMMON_BASE_ID_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace duban {

// A UUIDv7 (RFC 9562) in lower-case text form. Ids made by one process at growing times sort by
// time, also within one millisecond. Thread-safe.
std::string NewUuid7(absl::Time now);

// When a UUIDv7 was made, to the millisecond; the epoch's begin for a text that is no UUID.
absl::Time TimeOfId(std::string_view id);

// Any UUID in the 8-4-4-4-12 hexadecimal form, either case.
bool IsUuid(std::string_view text);

// 1–63 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen.
bool IsSlug(std::string_view text);

// A random 16-byte value in lower-case hexadecimal (32 characters), as in a W3C trace id.
std::string NewTraceId();
// The same of 8 bytes, as in a W3C span id.
std::string NewSpanId();

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_ID_H_
