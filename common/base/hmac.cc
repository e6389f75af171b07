#include "common/base/hmac.h"

#include <unistd.h>

#include <cstdlib>

#include "openssl/crypto.h"
#include "openssl/evp.h"
#include "openssl/hmac.h"

namespace duban {

std::string HmacSha256(std::string_view key, std::string_view bytes) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(digest.data()), &size) == nullptr) {
    std::abort();  // for lack of memory only
  }
  digest.resize(size);
  return digest;
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string SecretBytes(size_t size) {
  std::string bytes(size, '\0');
  if (getentropy(bytes.data(), bytes.size()) != 0) std::abort();
  return bytes;
}

}  // namespace duban
