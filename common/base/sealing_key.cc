#include "common/base/sealing_key.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "openssl/evp.h"

namespace duban {
namespace {

constexpr std::string_view kVersion = "v1.";
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* Bytes(std::string* text) { return reinterpret_cast<unsigned char*>(text->data()); }

// What cannot fail but for lack of memory.
void Require(int result) {
  if (result != 1) std::abort();
}

absl::Status Unopened() { return absl::InternalError("a sealed text does not open"); }

}  // namespace

absl::StatusOr<SealingKey> SealingKey::Load(const std::string& file) {
  std::ifstream stream(file);
  std::ostringstream content;
  content << stream.rdbuf();
  const std::string digits(absl::StripAsciiWhitespace(content.str()));
  Key key;
  const bool hexadecimal = std::all_of(digits.begin(), digits.end(),
                                       [](unsigned char c) { return absl::ascii_isxdigit(c); });
  if (digits.size() != 2 * key.size() || !hexadecimal) {
    return Error(kSealingKeyInvalid).With("file", file).Build();
  }
  const std::string bytes = absl::HexStringToBytes(digits);
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return SealingKey(key);
}

std::string SealingKey::Seal(std::string_view text, std::string_view place) const {
  std::string sealed(kNonceBytes + text.size() + kTagBytes, '\0');
  unsigned char* const nonce = Bytes(&sealed);
  if (getentropy(nonce, kNonceBytes) != 0) std::abort();
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int written = 0;
  Require(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce));
  Require(EVP_EncryptUpdate(cipher.get(), nullptr, &written, Bytes(place),
                            static_cast<int>(place.size())));
  unsigned char* const body = nonce + kNonceBytes;
  Require(
      EVP_EncryptUpdate(cipher.get(), body, &written, Bytes(text), static_cast<int>(text.size())));
  Require(EVP_EncryptFinal_ex(cipher.get(), body + text.size(), &written));
  Require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, body + text.size()));
  return absl::StrCat(std::string(kVersion), absl::WebSafeBase64Escape(sealed));
}

absl::StatusOr<std::string> SealingKey::Open(std::string_view sealed,
                                             std::string_view place) const {
  std::string bytes;
  if (sealed.substr(0, kVersion.size()) != kVersion ||
      !absl::WebSafeBase64Unescape(std::string(sealed.substr(kVersion.size())), &bytes) ||
      bytes.size() < kNonceBytes + kTagBytes) {
    return Unopened();
  }
  unsigned char* const nonce = Bytes(&bytes);
  unsigned char* const body = nonce + kNonceBytes;
  const size_t size = bytes.size() - kNonceBytes - kTagBytes;
  std::string text(size, '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int written = 0;
  Require(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce));
  Require(EVP_DecryptUpdate(cipher.get(), nullptr, &written, Bytes(place),
                            static_cast<int>(place.size())));
  Require(EVP_DecryptUpdate(cipher.get(), Bytes(&text), &written, body, static_cast<int>(size)));
  Require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, body + size));
  if (EVP_DecryptFinal_ex(cipher.get(), Bytes(&text) + size, &written) != 1) return Unopened();
  return text;
}

}  // namespace duban
