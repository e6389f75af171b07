#include "common/base/sealing_key.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "openssl/err.h"
#include "openssl/evp.h"

namespace duban {
namespace {

constexpr std::string_view kNameless = "v1.";
constexpr std::string_view kNamed = "v2.";  // and the key's name and a dot
constexpr size_t kMostKeys = 10;
constexpr size_t kLongestName = 16;
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

bool IsKeyName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

// What stands in the text after the prefix; nothing if it begins otherwise.
std::optional<std::string_view> After(std::string_view text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return std::nullopt;
  return text.substr(prefix.size());
}

}  // namespace

std::optional<SealingKey::Key> SealingKey::ReadKey(std::string_view line) {
  Key key;
  std::string_view digits = line;
  if (const size_t colon = line.find(':'); colon != std::string_view::npos) {
    key.name = std::string(line.substr(0, colon));
    digits = line.substr(colon + 1);
    if (!IsKeyName(key.name)) return std::nullopt;
  }
  const bool hexadecimal = std::all_of(digits.begin(), digits.end(),
                                       [](unsigned char c) { return absl::ascii_isxdigit(c); });
  if (digits.size() != 2 * key.bytes.size() || !hexadecimal) return std::nullopt;
  const std::string bytes = absl::HexStringToBytes(std::string(digits));
  std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
  return key;
}

absl::StatusOr<SealingKey> SealingKey::Load(const std::string& file) {
  const absl::Status invalid = Error(kSealingKeyInvalid).With("file", file).Build();
  std::ifstream stream(file);
  std::vector<Key> keys;
  std::set<std::string> names;
  for (std::string line; std::getline(stream, line);) {
    const std::string text(absl::StripAsciiWhitespace(line));
    if (text.empty()) continue;
    std::optional<Key> key = ReadKey(text);
    if (!key || !names.insert(key->name).second) return invalid;
    keys.push_back(*std::move(key));
  }
  if (keys.empty() || keys.size() > kMostKeys) return invalid;
  return SealingKey(std::move(keys));
}

std::string SealingKey::Seal(std::string_view text, std::string_view place) const {
  const Key& key = keys_.front();
  std::string sealed(kNonceBytes + text.size() + kTagBytes, '\0');
  unsigned char* const nonce = Bytes(&sealed);
  if (getentropy(nonce, kNonceBytes) != 0) std::abort();
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int written = 0;
  Require(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(), nonce));
  Require(EVP_EncryptUpdate(cipher.get(), nullptr, &written, Bytes(place),
                            static_cast<int>(place.size())));
  unsigned char* const body = nonce + kNonceBytes;
  Require(
      EVP_EncryptUpdate(cipher.get(), body, &written, Bytes(text), static_cast<int>(text.size())));
  Require(EVP_EncryptFinal_ex(cipher.get(), body + text.size(), &written));
  Require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, body + text.size()));
  const std::string head =
      key.name.empty() ? std::string(kNameless) : absl::StrCat(std::string(kNamed), key.name, ".");
  return absl::StrCat(head, absl::WebSafeBase64Escape(sealed));
}

absl::StatusOr<std::string> SealingKey::Open(std::string_view sealed,
                                             std::string_view place) const {
  for (const Key& key : keys_) {
    const std::optional<std::string_view> named =
        After(sealed, absl::StrCat(std::string(kNamed), key.name, "."));
    const std::optional<std::string_view> body = named ? named : After(sealed, kNameless);
    if (!body) continue;
    absl::StatusOr<std::string> text = OpenWith(key, *body, place);
    if (text.ok()) return text;
  }
  return Unopened();
}

absl::StatusOr<std::string> SealingKey::OpenWith(const Key& key, std::string_view encoded,
                                                 std::string_view place) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(std::string(encoded), &bytes) ||
      bytes.size() < kNonceBytes + kTagBytes) {
    return Unopened();
  }
  unsigned char* const nonce = Bytes(&bytes);
  unsigned char* const body = nonce + kNonceBytes;
  const size_t size = bytes.size() - kNonceBytes - kTagBytes;
  std::string text(size, '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int written = 0;
  Require(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(), nonce));
  Require(EVP_DecryptUpdate(cipher.get(), nullptr, &written, Bytes(place),
                            static_cast<int>(place.size())));
  Require(EVP_DecryptUpdate(cipher.get(), Bytes(&text), &written, body, static_cast<int>(size)));
  Require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, body + size));
  if (EVP_DecryptFinal_ex(cipher.get(), Bytes(&text) + size, &written) == 1) return text;
  ERR_clear_error();  // what is left there would end a connection to the database
  return Unopened();
}

}  // namespace duban
