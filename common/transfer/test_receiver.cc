#include "common/transfer/test_receiver.h"

#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"

namespace duban::testing {
namespace {

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "test receiver: %s\n", what);
  std::abort();
}

}  // namespace

// The server's standard input is a pipe that this process holds open, so that it ends with it; its
// ports come by a file.
TestReceiver::TestReceiver()
    : folder_(std::filesystem::temp_directory_path() /
              absl::StrCat("duban-receiver-", NewUuid7(MachineNow()))) {
  std::filesystem::create_directory(folder_);
  const std::string folder = folder_.string();
  const std::string certificate = absl::StrCat(
      "cd ", folder,
      " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
      " -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
      " -keyout key.pem -out cert.pem 2>openssl.log && : >received && mkfifo ports");
  if (std::system(certificate.c_str()) != 0) Die("no certificate");
  const std::string server = absl::StrCat("exec node ", DUBAN_RECEIVER, " ", DUBAN_NODE_MODULES,
                                          " ", folder, " >", folder, "/ports");
  pipe_ = popen(server.c_str(), "w");
  if (pipe_ == nullptr) Die("node does not start");
  // Waits until the server has opened it, and reads an end if it died.
  std::ifstream ports(folder_ / "ports");
  if (!(ports >> http_port_ >> https_port_ >> smtp_port_)) Die("the server does not listen");
}

TestReceiver::~TestReceiver() {
  pclose(pipe_);
  std::filesystem::remove_all(folder_);
}

std::string TestReceiver::Http(const std::string& path) const {
  return absl::StrCat("http://127.0.0.1:", http_port_, path);
}

std::string TestReceiver::Https(const std::string& path) const {
  return absl::StrCat("https://127.0.0.1:", https_port_, path);
}

std::string TestReceiver::Smtp() const { return absl::StrCat("smtp://localhost:", smtp_port_); }

std::vector<nlohmann::json> TestReceiver::Received() const {
  std::vector<nlohmann::json> received;
  std::ifstream stream(folder_ / "received");
  for (std::string line; std::getline(stream, line);) {
    // The last line may be half written.
    nlohmann::json json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_discarded()) received.push_back(std::move(json));
  }
  return received;
}

}  // namespace duban::testing
