#ifndef DUBAN_COMMON_BASE_SEALING_KEY_H_
#define DUBAN_COMMON_BASE_SEALING_KEY_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/error.h"

namespace duban {

inline constexpr Reason kSealingKeyInvalid{
    "SEALING_KEY_INVALID", absl::StatusCode::kFailedPrecondition,
    "密钥文件 {file} 无效:每行一个密钥,为64位十六进制数字,前面可写“名称:”,名称不能重复,至多10个",
    "The key file {file} is invalid: each line is a key of 64 hexadecimal digits, with `name:` "
    "before "
    "it or not, no name twice, at most ten."};

// Encrypts what must not stand readable in the database: AES-256-GCM with a key from a file and a
// fresh nonce each time, so that equal texts do not look equal. The file has one key a line,
// `{name}:{64 hexadecimal digits}`, a name of up to 16 lower-case letters, digits and hyphens; one
// of them may be without a name. The first one seals, all of them open. Thread-safe.
class SealingKey {
 public:
  // FAILED_PRECONDITION SEALING_KEY_INVALID naming the file.
  static absl::StatusOr<SealingKey> Load(const std::string& file);

  // The text as printable ASCII, about four thirds as long and 42 characters more, and the key's
  // name: `v2.{name}.…`, or `v1.…` without one. It opens only with the same `place`, such as
  // `contact_points/li/phone`, so it cannot be moved to another row.
  std::string Seal(std::string_view text, std::string_view place) const;

  // INTERNAL if it was sealed with a key that is not in the file or for another place, or altered
  // since. One without a name may be sealed with any of them: one that was given a name later.
  absl::StatusOr<std::string> Open(std::string_view sealed, std::string_view place) const;

 private:
  struct Key {
    std::string name;
    std::array<unsigned char, 32> bytes;
  };
  explicit SealingKey(std::vector<Key> keys) : keys_(std::move(keys)) {}

  static std::optional<Key> ReadKey(std::string_view line);
  static absl::StatusOr<std::string> OpenWith(const Key& key, std::string_view encoded,
                                              std::string_view place);

  std::vector<Key> keys_;  // one at least
};

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_SEALING_KEY_H_
