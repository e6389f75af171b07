#ifndef DUBAN_COMMON_CLIENT_SIGNING_FOLDER_H_
#define DUBAN_COMMON_CLIENT_SIGNING_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "common/identity/token.h"
#include "gtest/gtest.h"

namespace duban::client {

// Development keys in a folder that goes away with the test, and both who use them.
class SigningFolder {
 public:
  SigningFolder() {
    std::string name = ::testing::TempDir() + "duban-client-XXXXXX";
    path_ = mkdtemp(name.data());
    EXPECT_TRUE(MakeDevelopmentKeys(path_, "duban-test", "duban").ok());
    signer_ = TokenSigner::Load(path_ + "/key.jwk").value();
    verifier_ = TokenVerifier::Load({path_ + "/issuers.json", true}).value();
  }
  ~SigningFolder() { std::filesystem::remove_all(path_); }
  SigningFolder(const SigningFolder&) = delete;
  SigningFolder& operator=(const SigningFolder&) = delete;

  const TokenSigner* signer() const { return signer_.get(); }
  TokenVerifier& verifier() const { return *verifier_; }

 private:
  std::string path_;
  std::unique_ptr<TokenSigner> signer_;
  std::unique_ptr<TokenVerifier> verifier_;
};

}  // namespace duban::client

#endif  // DUBAN_COMMON_CLIENT_SIGNING_FOLDER_H_
