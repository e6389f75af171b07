#ifndef DUBAN_COMMON_CLIENT_SERVICE_TOKEN_H_
#define DUBAN_COMMON_CLIENT_SERVICE_TOKEN_H_

#include <mutex>
#include <string>

#include "absl/time/time.h"
#include "common/identity/token.h"

namespace duban::client {

// A token of role SERVICE in this service's name, kept for its life of five minutes, so that the
// called service knows it again, and renewed a minute before it ends. Thread-safe.
class ServiceToken {
 public:
  // The signer must outlive this.
  ServiceToken(std::string subject, const TokenSigner* signer);

  // A token that is good for at least a minute from `now`, shared time.
  std::string Get(absl::Time now);

 private:
  const std::string subject_;
  const TokenSigner* const signer_;
  std::mutex mutex_;
  std::string token_;
  absl::Time signed_at_ = absl::InfinitePast();
};

}  // namespace duban::client

#endif  // DUBAN_COMMON_CLIENT_SERVICE_TOKEN_H_
