#ifndef DUBAN_COMMON_BASE_HMAC_H_
#define DUBAN_COMMON_BASE_HMAC_H_

#include <string>
#include <string_view>

namespace duban {

// The 32 bytes of HMAC-SHA256 (RFC 2104).
std::string HmacSha256(std::string_view key, std::string_view bytes);

// Whether two texts are equal, in a time that does not tell where they differ.
bool EqualInConstantTime(std::string_view a, std::string_view b);

// So many bytes that nobody can guess.
std::string SecretBytes(size_t size);

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_HMAC_H_
