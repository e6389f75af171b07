#ifndef DUBAN_COMMON_TLS_CREDENTIALS_H_
#define DUBAN_COMMON_TLS_CREDENTIALS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"

namespace duban::tls {

inline constexpr Reason kTlsFileInvalid{"TLS_FILE_INVALID", absl::StatusCode::kFailedPrecondition,
                                        "证书文件 {file} 不可用:{zh}",
                                        "TLS file {file} cannot be used: {en}."};

// Files in PEM, as Kubernetes mounts them. They are looked at again every `refresh`: a renewed
// certificate is used by the next connection, without a restart.

// How others reach this process.
struct ServerFiles {
  std::string certificate;  // with the chain up to the authority; empty: no TLS
  std::string key;
  std::string client_ca;  // authorities of clients, who then need a certificate; empty: they do not
  absl::Duration refresh = absl::Seconds(10);
};

// How this process reaches others.
struct PeerFiles {
  std::string ca;           // authorities of the others; empty: no TLS
  std::string certificate;  // to show to those who ask for one; may be empty
  std::string key;
  absl::Duration refresh = absl::Seconds(10);
};

// Credentials to listen with, in the clear without a certificate. FAILED_PRECONDITION
// TLS_FILE_INVALID if a file cannot be read, is no PEM, or the key is not the certificate's.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(
    const ServerFiles& files);

// Credentials to connect with, in the clear without an authority. The other's certificate must be
// signed by the authority, in force, and for the host name of the target. Errors as above.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> PeerCredentials(const PeerFiles& files);

}  // namespace duban::tls

#endif  // DUBAN_COMMON_TLS_CREDENTIALS_H_
