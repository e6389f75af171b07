#include "common/client/traceparent.h"

#include "absl/strings/str_cat.h"
#include "common/base/id.h"

namespace duban::client {
namespace {

constexpr size_t kVersionSize = 2;
constexpr size_t kTraceBegin = 3;
constexpr size_t kTraceSize = 32;
constexpr size_t kSpanBegin = 36;
constexpr size_t kSpanSize = 16;
constexpr size_t kFlagsBegin = 53;
constexpr size_t kFlagsSize = 2;
constexpr size_t kSize = 55;

bool IsLowerHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsId(std::string_view text) {
  return IsLowerHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

// The last bit of the flags says that the caller may have recorded the trace.
bool IsSampled(std::string_view flags) {
  return std::string_view("13579bdf").find(flags.back()) != std::string_view::npos;
}

}  // namespace

bool IsTraceparent(std::string_view text) {
  if (text.size() < kSize || text[kTraceBegin - 1] != '-' || text[kSpanBegin - 1] != '-' ||
      text[kFlagsBegin - 1] != '-') {
    return false;
  }
  const std::string_view version = text.substr(0, kVersionSize);
  if (!IsLowerHex(version) || version == "ff") return false;
  if (text.size() > kSize && (version == "00" || text[kSize] != '-')) return false;
  return IsId(text.substr(kTraceBegin, kTraceSize)) && IsId(text.substr(kSpanBegin, kSpanSize)) &&
         IsLowerHex(text.substr(kFlagsBegin, kFlagsSize));
}

std::string ChildTraceparent(std::string_view parent) {
  if (!IsTraceparent(parent)) return absl::StrCat("00-", NewTraceId(), "-", NewSpanId(), "-01");
  const std::string trace(parent.substr(kTraceBegin, kTraceSize));
  const bool sampled = IsSampled(parent.substr(kFlagsBegin, kFlagsSize));
  return absl::StrCat("00-", trace, "-", NewSpanId(), sampled ? "-01" : "-00");
}

}  // namespace duban::client
