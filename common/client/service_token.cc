#include "common/client/service_token.h"

#include <utility>

namespace duban::client {
namespace {

constexpr absl::Duration kLife = absl::Minutes(5);
constexpr absl::Duration kRenewAfter = absl::Minutes(4);

}  // namespace

ServiceToken::ServiceToken(std::string subject, const TokenSigner* signer)
    : subject_(std::move(subject)), signer_(signer) {}

std::string ServiceToken::Get(absl::Time now) {
  const std::lock_guard lock(mutex_);
  // A clock set back makes the token one of the future, which nobody accepts.
  if (now < signed_at_ || now >= signed_at_ + kRenewAfter) {
    TokenClaims claims;
    claims.subject = subject_;
    claims.roles = {common::v1::SERVICE};
    claims.life = kLife;
    token_ = signer_->Sign(claims, now);
    signed_at_ = now;
  }
  return token_;
}

}  // namespace duban::client
