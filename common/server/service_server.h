#ifndef DUBAN_COMMON_SERVER_SERVICE_SERVER_H_
#define DUBAN_COMMON_SERVER_SERVICE_SERVER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/db/database.h"
#include "common/identity/token.h"
#include "common/server/options.h"
#include "common/server/process.h"
#include "grpcpp/security/credentials.h"

namespace duban::server {

// A service that serves: its assembly behind gRPC, health, reflection and the metrics page, on a
// migrated database. Everything of a service process but its flags and signals.
//
// serving → draining → stopped. Health follows the database while serving (services and ""), and is
// NOT_SERVING from draining on; `liveness` is SERVING as long as there is an answer at all.
class ServiceServer {
 public:
  // What the service stands on; outlives the server.
  struct Foundation {
    db::Database* database;
    const Clock* clock;
    TokenVerifier* verifier;
    const TokenSigner* signer;  // null: the service calls no other
    // How to connect to other services.
    std::shared_ptr<grpc::ChannelCredentials> peer_credentials = grpc::InsecureChannelCredentials();
  };

  // Serves. FAILED_PRECONDITION if the definition is incomplete (SERVICE_INVALID names the method)
  // or an address cannot be listened on (ADDRESS_UNUSABLE names the flag), or a file of
  // certificates is unusable (TLS_FILE_INVALID).
  static absl::StatusOr<std::unique_ptr<ServiceServer>> Start(const ServiceDefinition& definition,
                                                              const ServingOptions& options,
                                                              const Foundation& foundation);
  ~ServiceServer();  // stops

  int port() const;          // of gRPC
  int metrics_port() const;  // 0 without a page

  // Refuses new calls with SERVER_DRAINING and reports NOT_SERVING; running calls go on.
  void BeginDrain();

  // Sends clients away, lets running calls end, cancels those that have not after `timeout` and
  // waits for their handlers.
  void Stop(absl::Duration timeout);

 private:
  struct State;
  explicit ServiceServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_SERVICE_SERVER_H_
