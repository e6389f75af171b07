#include "common/tls/credentials.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <string_view>

#include "common/base/status.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace duban::tls {
namespace {

using grpc::experimental::FileWatcherCertificateProvider;

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using Owned = std::unique_ptr<T, Closer>;

absl::Status Invalid(const std::string& file, std::string_view zh, std::string_view en) {
  ERR_clear_error();  // the database driver's TLS would trip over what is left
  return Error(kTlsFileInvalid).With("file", file).With("zh", zh).With("en", en);
}

absl::StatusOr<Owned<std::FILE>> OpenFile(const std::string& file) {
  Owned<std::FILE> opened(std::fopen(file.c_str(), "re"));
  if (opened == nullptr) return Invalid(file, "读不到", "it cannot be read");
  return opened;
}

absl::StatusOr<Owned<X509>> ReadCertificate(const std::string& file) {
  DUBAN_ASSIGN_OR_RETURN(const Owned<std::FILE> opened, OpenFile(file));
  Owned<X509> certificate(PEM_read_X509(opened.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) return Invalid(file, "没有 PEM 证书", "it has no PEM certificate");
  return certificate;
}

absl::Status CheckAuthority(const std::string& file) { return ReadCertificate(file).status(); }

// gRPC would take a pair that does not fit, and then fail every handshake.
absl::Status CheckPair(const std::string& certificate_file, const std::string& key_file) {
  DUBAN_ASSIGN_OR_RETURN(const Owned<X509> certificate, ReadCertificate(certificate_file));
  DUBAN_ASSIGN_OR_RETURN(const Owned<std::FILE> opened, OpenFile(key_file));
  // Without a prompt: an empty password stands for the one that nobody is there to type.
  char no_password[] = "";
  const Owned<EVP_PKEY> key(PEM_read_PrivateKey(opened.get(), nullptr, nullptr, no_password));
  if (key == nullptr) return Invalid(key_file, "没有 PEM 私钥", "it has no PEM private key");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return Invalid(key_file, "私钥与证书不匹配", "the key is not that of the certificate");
  }
  return absl::OkStatus();
}

std::shared_ptr<FileWatcherCertificateProvider> Watch(const std::string& key,
                                                      const std::string& certificate,
                                                      const std::string& ca,
                                                      absl::Duration refresh) {
  return std::make_shared<FileWatcherCertificateProvider>(
      key, certificate, ca, static_cast<unsigned>(absl::ToInt64Seconds(refresh)));
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(
    const ServerFiles& files) {
  if (files.certificate.empty()) return grpc::InsecureServerCredentials();
  DUBAN_RETURN_IF_ERROR(CheckPair(files.certificate, files.key));
  if (!files.client_ca.empty()) DUBAN_RETURN_IF_ERROR(CheckAuthority(files.client_ca));
  grpc::experimental::TlsServerCredentialsOptions options(
      Watch(files.key, files.certificate, files.client_ca, files.refresh));
  options.watch_identity_key_cert_pairs();
  if (!files.client_ca.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> PeerCredentials(const PeerFiles& files) {
  if (files.ca.empty()) return grpc::InsecureChannelCredentials();
  DUBAN_RETURN_IF_ERROR(CheckAuthority(files.ca));
  const bool shows_itself = !files.certificate.empty();
  if (shows_itself) DUBAN_RETURN_IF_ERROR(CheckPair(files.certificate, files.key));
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Watch(files.key, files.certificate, files.ca, files.refresh));
  options.watch_root_certs();
  if (shows_itself) options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace duban::tls
