#ifndef DUBAN_COMMON_BASE_DIGEST_H_
#define DUBAN_COMMON_BASE_DIGEST_H_

#include <string>
#include <string_view>

namespace duban {

// What a chain of digests may be made with.
enum class HashFunction {
  kSha256,  // FIPS 180-4
  kSm3,     // 国密 SM3, GB/T 32905-2016
};

// The digest of the bytes as 64 lower-case hexadecimal digits.
std::string HexDigest(HashFunction function, std::string_view bytes);

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_DIGEST_H_
