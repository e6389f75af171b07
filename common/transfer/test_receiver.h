#ifndef DUBAN_COMMON_TRANSFER_TEST_RECEIVER_H_
#define DUBAN_COMMON_TRANSFER_TEST_RECEIVER_H_

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace duban::testing {

// An HTTP, an HTTPS and an SMTP server on loopback; test_receiver.mjs says which paths and mail
// addresses fail in which way. Stops when it goes out of scope.
class TestReceiver {
 public:
  TestReceiver();
  ~TestReceiver();
  TestReceiver(const TestReceiver&) = delete;
  TestReceiver& operator=(const TestReceiver&) = delete;

  // `path` begins with a slash.
  std::string Http(const std::string& path) const;
  std::string Https(const std::string& path) const;
  std::string Smtp() const;
  // Trusts its certificate, which is for localhost and 127.0.0.1.
  std::string ca_file() const { return (folder_ / "cert.pem").string(); }
  // A folder of its own that goes with it.
  const std::filesystem::path& folder() const { return folder_; }

  // What came so far, oldest first: HTTP requests with `path`, `headers` and `body`, mails with
  // `recipient`, `user`, `secure` and `body`.
  std::vector<nlohmann::json> Received() const;

 private:
  std::filesystem::path folder_;
  std::FILE* pipe_;
  int http_port_ = 0;
  int https_port_ = 0;
  int smtp_port_ = 0;
};

}  // namespace duban::testing

#endif  // DUBAN_COMMON_TRANSFER_TEST_RECEIVER_H_
