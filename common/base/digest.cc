#include "common/base/digest.h"

#include "absl/strings/escaping.h"
#include "openssl/evp.h"

namespace duban {

std::string HexDigest(HashFunction function, std::string_view bytes) {
  const EVP_MD* kind = function == HashFunction::kSm3 ? EVP_sm3() : EVP_sha256();
  std::string digest(static_cast<size_t>(EVP_MD_get_size(kind)), '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             kind, nullptr);
  return absl::BytesToHexString(digest);
}

}  // namespace duban
