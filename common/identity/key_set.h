#ifndef DUBAN_COMMON_IDENTITY_KEY_SET_H_
#define DUBAN_COMMON_IDENTITY_KEY_SET_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/identity/jwk.h"

namespace duban {

// The public keys of one issuer, from a JWKS file (RFC 7517). Keys that serve another purpose or
// algorithm are passed over, as providers publish them side by side. A file that is no JWKS, has no
// key of the algorithm, a broken one, or two of the same kid is refused. Thread-safe.
class KeySet {
 public:
  // FAILED_PRECONDITION naming the file and what is wrong with it.
  static absl::StatusOr<std::unique_ptr<KeySet>> Load(const std::string& path, Algorithm algorithm);

  // The key of that id. Looks at the file again if the last look was a second or more before `now`,
  // and whenever the id is unknown. A changed file replaces the keys; if it is broken, one log line
  // says so and the old keys stay.
  std::optional<Jwk> Find(std::string_view id, absl::Time now);

  // Looks at the file as Find does and returns a number that grows whenever the keys change.
  int64_t Generation(absl::Time now);

 private:
  using Keys = std::map<std::string, Jwk, std::less<>>;
  // Inode, size, and the times of content and inode: what tells one version of a file from the
  // next.
  using Version = std::array<int64_t, 4>;

  KeySet(std::string path, Algorithm algorithm);
  absl::StatusOr<Keys> Read() const;
  Version CurrentVersion() const;
  void LookIfDue(absl::Time now);
  void Look();

  const std::string path_;
  const Algorithm algorithm_;
  std::mutex mutex_;
  Keys keys_;
  Version version_{};
  absl::Time looked_ = absl::InfinitePast();
  int64_t generation_ = 0;
};

}  // namespace duban

#endif  // DUBAN_COMMON_IDENTITY_KEY_SET_H_
