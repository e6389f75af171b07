#include "services/dubanctl/request_id.h"

#include <cstdint>

#include "absl/strings/str_format.h"

namespace duban::ctl {
namespace {

// FNV-1a.
uint64_t Hash(std::string_view text, uint64_t basis) {
  uint64_t hash = basis;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3ULL;
  return hash;
}

}  // namespace

std::string RequestIdOf(std::string_view text) {
  const uint64_t high = Hash(text, 0xCBF29CE484222325ULL);
  const uint64_t low = Hash(text, high);
  const uint64_t version = 0x8000;
  const uint64_t variant = 0x8000;
  return absl::StrFormat("%08x-%04x-%04x-%04x-%012x", high >> 32, (high >> 16) & 0xFFFF,
                         version | (high & 0x0FFF), variant | ((low >> 48) & 0x3FFF),
                         low & 0xFFFFFFFFFFFFULL);
}

}  // namespace duban::ctl
