// Prints what checking a token costs, first and repeated, in microseconds: one line a figure,
// `name value unit`. Run a release build of it.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/identity/test_keys.h"
#include "common/identity/token.h"

namespace duban {
namespace {

constexpr int kTokens = 2000;

double MicrosecondsEach(const std::function<void()>& all) {
  const auto start = std::chrono::steady_clock::now();
  all();
  const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - start;
  return taken.count() / kTokens;
}

void Measure(std::string_view jwk_text) {
  const testing::TempFolder folder;
  Json jwk = testing::TestJwk(jwk_text);
  const std::string algorithm = jwk["alg"].get<std::string>();
  folder.Write("jwks.json", Json{{"keys", std::vector<Json>{PublicPart(jwk)}}}.dump());
  const std::string issuers = folder.Write(
      "issuers.json",
      absl::StrCat(R"([{"issuer":"speed","audience":"duban","jwks_file":"jwks.json","algorithm":")",
                   algorithm, "\"}]"));
  jwk["iss"] = "speed";
  jwk["aud"] = "duban";
  const auto signer = TokenSigner::Load(folder.Write("key.jwk", jwk.dump())).value();
  const auto verifier = TokenVerifier::Load({issuers}).value();

  const absl::Time now = MachineNow();
  std::vector<std::string> tokens;
  TokenClaims claims;
  claims.unit = "units/sci-industry";
  claims.roles = {common::v1::REPORTER};
  for (int i = 0; i < kTokens; ++i) {
    claims.subject = absl::StrCat("members/", i);
    tokens.push_back(signer->Sign(claims, now));
  }
  const auto verify_all = [&] {
    for (const std::string& token : tokens) verifier->Verify(token, now).value();
  };
  std::printf("token_first_%s %.1f us\n", algorithm.c_str(), MicrosecondsEach(verify_all));
  std::printf("token_repeated_%s %.1f us\n", algorithm.c_str(), MicrosecondsEach(verify_all));
}

}  // namespace
}  // namespace duban

int main() {
  for (const std::string_view jwk :
       {duban::testing::kRsaJwk, duban::testing::kEcJwk, duban::testing::kOkpJwk}) {
    duban::Measure(jwk);
  }
}
