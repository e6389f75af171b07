#ifndef DUBAN_COMMON_IDENTITY_STATEMENT_KEYS_H_
#define DUBAN_COMMON_IDENTITY_STATEMENT_KEYS_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace duban {

// Signs and verifies statements: texts that are kept for years, such as the digest of a log. One is
// a compact JWS (RFC 7515) whose payload is the text and whose `typ` is `duban-statement`, so that
// no statement passes for a token and no token for a statement. Thread-safe.
class StatementKeys {
 public:
  // `key_file` as TokenSigner takes it; statements are verified with the key set that
  // `issuers_file`, as TokenVerifier takes it, names for the key's own issuer. FAILED_PRECONDITION
  // naming the file and what is wrong with it, also if that set has not the key.
  static absl::StatusOr<std::unique_ptr<StatementKeys>> Load(const std::string& key_file,
                                                             const std::string& issuers_file);
  virtual ~StatementKeys() = default;

  // Id of the key that signs.
  virtual const std::string& key_id() const = 0;

  virtual std::string Sign(std::string_view text) const = 0;

  // True if `statement` says exactly `text` and one of the issuer's keys signed it, also one that
  // does not sign any more.
  virtual bool Verify(std::string_view statement, std::string_view text, absl::Time now) = 0;
};

}  // namespace duban

#endif  // DUBAN_COMMON_IDENTITY_STATEMENT_KEYS_H_
