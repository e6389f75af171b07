#include "common/base/id.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace duban {
namespace {

template <size_t size>
std::array<unsigned char, size> RandomBytes() {
  std::array<unsigned char, size> bytes;
  if (getentropy(bytes.data(), size) != 0) std::abort();
  return bytes;
}

template <size_t size>
std::string Hex(const std::array<unsigned char, size>& bytes) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), size));
}

template <size_t size>
std::string RandomNonZeroHex() {
  while (true) {
    const std::array<unsigned char, size> bytes = RandomBytes<size>();
    // W3C trace context takes all zeros for "no id".
    if (std::any_of(bytes.begin(), bytes.end(), [](unsigned char b) { return b != 0; })) {
      return Hex(bytes);
    }
  }
}

// Ticks of 1/4096 ms, which fill the 48 bits of milliseconds and the 12 bits after the version
// (RFC 9562, section 6.2, method 3).
constexpr int64_t kTicksPerMillisecond = 4096;

// A clock that went back by less was read by a racing thread or was adjusted, and the ids go on
// where they were; one that went back further is another clock, whose times count from anew.
constexpr int64_t kToleratedStepBack = 10'000 * kTicksPerMillisecond;

// The ticks of `now`, moved on so far that no two calls get the same.
int64_t NextTick(absl::Time now) {
  static std::atomic<int64_t> last{0};
  const int64_t micros = std::max<int64_t>(0, absl::ToUnixMicros(now));
  const int64_t wanted =
      micros / 1000 * kTicksPerMillisecond + micros % 1000 * kTicksPerMillisecond / 1000;
  int64_t previous = last.load();
  int64_t next = 0;
  do {
    const bool goes_on = wanted <= previous && previous - wanted < kToleratedStepBack;
    next = goes_on ? previous + 1 : wanted;
  } while (!last.compare_exchange_weak(previous, next));
  return next;
}

}  // namespace

std::string NewUuid7(absl::Time now) {
  std::array<unsigned char, 16> bytes = RandomBytes<16>();
  const int64_t tick = NextTick(now);
  const int64_t milliseconds = tick / kTicksPerMillisecond;
  const int64_t fraction = tick % kTicksPerMillisecond;
  for (int i = 0; i < 6; ++i) {
    bytes[i] = static_cast<unsigned char>(milliseconds >> (40 - 8 * i));
  }
  bytes[6] = static_cast<unsigned char>(0x70 | fraction >> 8);  // version 7
  bytes[7] = static_cast<unsigned char>(fraction);
  bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3F));  // variant 10
  std::string text = Hex(bytes);
  for (const size_t hyphen : {8, 13, 18, 23}) text.insert(hyphen, "-");
  return text;
}

absl::Time TimeOfId(std::string_view id) {
  if (!IsUuid(id)) return absl::UnixEpoch();
  // A UUIDv7 begins with 48 bits of milliseconds since the epoch.
  uint64_t milliseconds = 0;
  const std::string digits =
      absl::StrCat(std::string(id.substr(0, 8)), std::string(id.substr(9, 4)));
  if (!absl::SimpleHexAtoi(digits, &milliseconds)) return absl::UnixEpoch();
  return absl::FromUnixMillis(static_cast<int64_t>(milliseconds));
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const auto c = static_cast<unsigned char>(text[i]);
    if (hyphen ? c != '-' : !absl::ascii_isxdigit(c)) return false;
  }
  return true;
}

bool IsSlug(std::string_view text) {
  if (text.empty() || text.size() > 63) return false;
  if (!absl::ascii_islower(static_cast<unsigned char>(text.front())) || text.back() == '-') {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
}

std::string NewTraceId() { return RandomNonZeroHex<16>(); }

std::string NewSpanId() { return RandomNonZeroHex<8>(); }

}  // namespace duban
