#ifndef DUBAN_COMMON_TESTING_SERVICE_HARNESS_H_
#define DUBAN_COMMON_TESTING_SERVICE_HARNESS_H_

#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/identity/token.h"
#include "common/server/options.h"
#include "common/server/process.h"
#include "common/server/service_server.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace duban::testing {

// A service in this process as it runs in production: real gRPC on a loopback port, real tokens,
// a migrated schema of its own on the test database, everything but the process and its signals.
class ServiceHarness {
 public:
  // How it is served unless the test says otherwise: on a free port, without a metrics page.
  static server::ServingOptions Loopback();

  ServiceHarness(const server::ServiceDefinition& definition, const Clock* clock,
                 const server::ServingOptions& options = Loopback());
  ~ServiceHarness();

  std::string target() const;  // 127.0.0.1:port
  const std::shared_ptr<grpc::Channel>& channel() const;
  db::Database& database();
  server::ServiceServer& server();

  // A token for a caller of this role; unit is `units/{unit}` or empty.
  std::string Token(common::v1::Role role, const std::string& unit = "") const;

  // Puts a token and a 10 s deadline into the context.
  void Authorize(grpc::ClientContext* context, common::v1::Role role,
                 const std::string& unit = "") const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The signer behind every harness of this program, for callers between services.
const TokenSigner& TestSigner();

}  // namespace duban::testing

#endif  // DUBAN_COMMON_TESTING_SERVICE_HARNESS_H_
