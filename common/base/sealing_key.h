#ifndef DUBAN_COMMON_BASE_SEALING_KEY_H_
#define DUBAN_COMMON_BASE_SEALING_KEY_H_

#include <array>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/base/error.h"

namespace duban {

inline constexpr Reason kSealingKeyInvalid{
    "SEALING_KEY_INVALID", absl::StatusCode::kFailedPrecondition,
    "密钥文件 {file} 无效:应为64位十六进制数字",
    "The key file {file} is invalid: it holds 64 hexadecimal digits."};

// Encrypts what must not stand readable in the database: AES-256-GCM with a key from a file and a
// fresh nonce each time, so that equal texts do not look equal. Thread-safe.
class SealingKey {
 public:
  // FAILED_PRECONDITION SEALING_KEY_INVALID naming the file.
  static absl::StatusOr<SealingKey> Load(const std::string& file);

  // The text as printable ASCII, about four thirds as long and 42 characters more. It opens only
  // with the same `place`, such as `contact_points/li/phone`, so it cannot be moved to another row.
  std::string Seal(std::string_view text, std::string_view place) const;

  // INTERNAL if it was sealed with another key or for another place, or altered since.
  absl::StatusOr<std::string> Open(std::string_view sealed, std::string_view place) const;

 private:
  using Key = std::array<unsigned char, 32>;
  explicit SealingKey(const Key& key) : key_(key) {}

  Key key_;
};

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_SEALING_KEY_H_
