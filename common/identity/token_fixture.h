#ifndef DUBAN_COMMON_IDENTITY_TOKEN_FIXTURE_H_
#define DUBAN_COMMON_IDENTITY_TOKEN_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/identity/test_keys.h"
#include "common/identity/token.h"
#include "gtest/gtest.h"

namespace duban::testing {

inline constexpr int64_t kNowSeconds = 1'710'000'000;
inline const absl::Time kNow = absl::FromUnixSeconds(kNowSeconds);

inline Jwk EcKey() { return ParsePrivateJwk(TestJwk(kEcJwk), Algorithm::kEs256).value(); }

// The parts of a token that TokenTest's verifier takes at kNow.
inline Json Header() { return {{"alg", "ES256"}, {"kid", "ES256"}, {"typ", "JWT"}}; }
inline Json Payload() {
  return {{"iss", "ES256"},          {"aud", "duban"},           {"sub", "members/zhang-wei"},
          {"iat", kNowSeconds - 60}, {"exp", kNowSeconds + 240}, {"roles", {"REPORTER"}},
          {"unit", "sci-industry"}};
}
inline std::string Signed(const Json& header, const Json& payload) {
  return Forge(EcKey(), header.dump(), payload.dump());
}

// A verifier of one issuer per algorithm, each named by it; every key file also has an RSA key
// "rsa".
class TokenTest : public ::testing::Test {
 protected:
  TokenTest() {
    Json issuers = Json::array();
    for (const std::string_view text : {kRsaJwk, kEcJwk, kOkpJwk}) {
      const Json jwk = TestJwk(text);
      const std::string name = jwk["alg"].get<std::string>();
      WriteKeys(name, {PublicPart(jwk), PublicPart(WithId(TestJwk(kRsaJwk), "rsa"))});
      issuers.push_back({{"issuer", name},
                         {"audience", "duban"},
                         {"algorithm", name},
                         {"jwks_file", name + ".json"}});
    }
    verifier_ = TokenVerifier::Load({folder_.Write("issuers.json", issuers.dump())}).value();
  }

  void WriteKeys(const std::string& issuer, std::vector<Json> keys) const {
    folder_.Write(issuer + ".json", Json{{"keys", std::move(keys)}}.dump());
  }

  TempFolder folder_;
  std::unique_ptr<TokenVerifier> verifier_;
};

}  // namespace duban::testing

#endif  // DUBAN_COMMON_IDENTITY_TOKEN_FIXTURE_H_
