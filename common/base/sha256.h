#ifndef DUBAN_COMMON_BASE_SHA256_H_
#define DUBAN_COMMON_BASE_SHA256_H_

#include <memory>
#include <string>
#include <string_view>

namespace duban {

// SHA-256 (FIPS 180-4) of bytes that come in parts.
class Sha256Hash {
 public:
  Sha256Hash();
  ~Sha256Hash();
  Sha256Hash(const Sha256Hash&) = delete;
  Sha256Hash& operator=(const Sha256Hash&) = delete;

  void Add(std::string_view bytes);

  // The 32 bytes of the digest of everything added. Called once, last.
  std::string Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The 32 bytes of the digest.
std::string Sha256(std::string_view bytes);

// The digest as 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);

// True for 64 lower-case hexadecimal digits.
bool IsSha256Hex(std::string_view text);

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_SHA256_H_
