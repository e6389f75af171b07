#include "common/tls/credentials.h"

#include <fstream>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/client/caller.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "common/tls/test_certificates.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"

namespace duban::tls {
namespace {

using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::duban::testing::WaitUntil;
using grpc::health::v1::Health;

constexpr absl::Duration kPatience = absl::Seconds(20);

// A server that answers as soon as the handshake is done.
class AnsweringServer {
 public:
  explicit AnsweringServer(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
    builder.RegisterService(&health_);
    server_ = builder.BuildAndStart();
  }

  std::string target() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  class Answering : public Health::Service {
    grpc::Status Check(grpc::ServerContext*, const grpc::health::v1::HealthCheckRequest*,
                       grpc::health::v1::HealthCheckResponse*) override {
      return grpc::Status::OK;
    }
  };

  Answering health_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// Authorities `ours` and `theirs`; `server` is for this host, `elsewhere` for another host,
// `expired` was for this one until yesterday, `client` is ours, `stranger` theirs.
class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() {
    made_.MakeAuthority("ours");
    made_.MakeAuthority("theirs");
    made_.MakeCertificate("server", "IP:127.0.0.1", "ours");
    made_.MakeCertificate("elsewhere", "DNS:elsewhere.example", "ours");
    made_.MakeCertificate("expired", "IP:127.0.0.1", "ours", -1);
    made_.MakeCertificate("client", "DNS:client.example", "ours");
    made_.MakeCertificate("stranger", "IP:127.0.0.1", "theirs");
  }

  ServerFiles Serving(const std::string& certificate, const std::string& client_ca = "") const {
    return {.certificate = made_.File(certificate + ".pem"),
            .key = made_.File(certificate + ".key"),
            .client_ca = client_ca.empty() ? "" : made_.File(client_ca + ".pem"),
            .refresh = absl::Seconds(1)};
  }
  PeerFiles Calling(const std::string& ca, const std::string& certificate = "") const {
    PeerFiles files = {.ca = made_.File(ca + ".pem"), .refresh = absl::Seconds(1)};
    if (!certificate.empty()) {
      files.certificate = made_.File(certificate + ".pem");
      files.key = made_.File(certificate + ".key");
    }
    return files;
  }

  // One call on a connection of its own.
  static absl::Status Call(const AnsweringServer& server, const PeerFiles& files) {
    const auto credentials = PeerCredentials(files);
    if (!credentials.ok()) return credentials.status();
    const client::Caller caller(server.target(), "services/test", nullptr, *credentials);
    grpc::ClientContext context;
    caller.Prepare({MachineNow() + absl::Seconds(3), "", ""}, &context);
    grpc::health::v1::HealthCheckResponse response;
    return client::FromGrpc(Health::NewStub(caller.channel())->Check(&context, {}, &response));
  }

  static AnsweringServer Serve(const ServerFiles& files) {
    const auto credentials = ServerCredentials(files);
    EXPECT_THAT(credentials, IsOk());
    return AnsweringServer(*credentials);
  }

  TestCertificates made_;
};

TEST_F(CredentialsTest, WithoutFilesNothingIsEncrypted) {
  const AnsweringServer server = Serve({});
  EXPECT_THAT(Call(server, {}), IsOk());
  EXPECT_FALSE(Call(server, Calling("ours")).ok());
}

TEST_F(CredentialsTest, TheCallerWantsTheRightCertificate) {
  const struct {
    const char* name;
    const char* certificate;
    PeerFiles files;
    bool answered;
  } kCases[] = {
      {"its authority, its host", "server", Calling("ours"), true},
      {"a caller without TLS", "server", {}, false},
      {"another authority", "server", Calling("theirs"), false},
      {"another host", "elsewhere", Calling("ours"), false},
      {"expired", "expired", Calling("ours"), false},
  };
  for (const auto& [name, certificate, files, answered] : kCases) {
    const AnsweringServer server = Serve(Serving(certificate));
    const absl::Status status = Call(server, files);
    EXPECT_EQ(status.ok(), answered) << name << ": " << status;
  }
}

TEST_F(CredentialsTest, AMutualServerWantsItsCallersCertificate) {
  const AnsweringServer server = Serve(Serving("server", "ours"));
  EXPECT_THAT(Call(server, Calling("ours", "client")), IsOk());
  EXPECT_FALSE(Call(server, Calling("ours")).ok()) << "none at all";
  EXPECT_FALSE(Call(server, Calling("ours", "stranger")).ok()) << "of another authority";
  EXPECT_FALSE(Call(server, Calling("ours", "expired")).ok()) << "expired";
}

TEST_F(CredentialsTest, ARenewedCertificateIsUsedWithoutARestart) {
  const AnsweringServer server = Serve(Serving("server"));
  ASSERT_THAT(Call(server, Calling("ours")), IsOk());
  ASSERT_FALSE(Call(server, Calling("theirs")).ok());
  made_.Replace("server", "stranger");
  EXPECT_TRUE(WaitUntil(kPatience, [&] { return Call(server, Calling("theirs")).ok(); }));
  EXPECT_FALSE(Call(server, Calling("ours")).ok());
}

TEST_F(CredentialsTest, FilesThatCannotServeStopTheStart) {
  const auto refused = FailsWith(absl::StatusCode::kFailedPrecondition, kTlsFileInvalid.name);
  std::ofstream(made_.File("text.pem")) << "no certificate\n";
  ServerFiles mixed = Serving("server");
  mixed.key = made_.File("client.key");
  EXPECT_THAT(ServerCredentials(mixed), refused) << "the key of another certificate";
  EXPECT_THAT(ServerCredentials(Serving("absent")), refused) << "no file";
  EXPECT_THAT(ServerCredentials(Serving("server", "text")), refused) << "an authority without PEM";
  mixed.key = made_.File("text.pem");
  EXPECT_THAT(ServerCredentials(mixed), refused) << "a key without PEM";
  EXPECT_THAT(PeerCredentials(Calling("text")), refused);
  EXPECT_THAT(PeerCredentials(Calling("ours", "absent")), refused);
}

}  // namespace
}  // namespace duban::tls
