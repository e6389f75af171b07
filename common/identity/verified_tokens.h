#ifndef DUBAN_COMMON_IDENTITY_VERIFIED_TOKENS_H_
#define DUBAN_COMMON_IDENTITY_VERIFIED_TOKENS_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/identity/token.h"

namespace duban {

// What is known of a token whose signature was found good.
struct VerifiedToken {
  Identity identity;
  absl::Time valid_from;
  absl::Time valid_until;
  size_t issuer;       // its place in the issuers file
  int64_t generation;  // of the keys that it was checked with
};

// The tokens checked most recently, by the SHA-256 of their text; the one not asked for longest
// goes first. Holds no token itself. Thread-safe.
class VerifiedTokens {
 public:
  explicit VerifiedTokens(size_t capacity) : capacity_(capacity) {}

  // Null if it is not known.
  std::shared_ptr<const VerifiedToken> Find(const std::string& digest);

  void Put(const std::string& digest, VerifiedToken token);
  void Erase(const std::string& digest);

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const VerifiedToken>>;

  const size_t capacity_;
  std::mutex mutex_;
  std::list<Entry> latest_first_;
  absl::flat_hash_map<std::string, std::list<Entry>::iterator> places_;
};

}  // namespace duban

#endif  // DUBAN_COMMON_IDENTITY_VERIFIED_TOKENS_H_
