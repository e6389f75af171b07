#include <openssl/err.h>

#include "common/db/failure.h"
#include "common/db/schema_fixture.h"
#include "common/testing/status_matchers.h"

namespace duban::db {
namespace {

using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::duban::testing::TestServer;

std::string CipherOf(const Options& options) {
  std::unique_ptr<Connection> connection;
  Rows rows;
  EXPECT_FALSE(Connection::Open(options, absl::Seconds(5), &connection));
  EXPECT_FALSE(connection->Ask("SHOW SESSION STATUS LIKE 'Ssl_cipher'", &rows));
  return rows.at(0).GetString(1);
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() : options_(TestServer::GetWithTls().NewSchema()) {
    options_.tls_required = true;
    options_.tls_ca_file = TestServer::GetWithTls().ca_file();
  }

  Options options_;
};

TEST_F(TlsTest, TheRightAuthorityGivesAnEncryptedConnection) {
  EXPECT_THAT(Database::Open(options_), IsOk());
  EXPECT_NE(CipherOf(options_), "");
  options_.tls_required = false;
  EXPECT_EQ(CipherOf(options_), "");  // so the option is what encrypts
}

TEST_F(TlsTest, AnotherAuthorityIsRefused) {
  options_.tls_ca_file = "/etc/ssl/certs/ca-certificates.crt";
  EXPECT_THAT(Database::Open(options_),
              FailsWith(absl::StatusCode::kFailedPrecondition, kDatabaseUnsuitable.name));
}

TEST_F(TlsTest, AnotherNameIsRefused) {
  options_.host = "localhost";  // the certificate is for 127.0.0.1
  EXPECT_THAT(Database::Open(options_),
              FailsWith(absl::StatusCode::kFailedPrecondition, kDatabaseUnsuitable.name));
}

TEST_F(TlsTest, AServerWithoutTlsIsRefused) {
  Options plain = TestServer::Get().NewSchema();
  plain.tls_required = true;
  plain.tls_ca_file = options_.tls_ca_file;
  EXPECT_THAT(Database::Open(plain),
              FailsWith(absl::StatusCode::kFailedPrecondition, kDatabaseUnsuitable.name));
}

TEST_F(TlsTest, AFailedCheckElsewhereDoesNotBreakTheConnection) {
  // As a refused token leaves it on the thread.
  const auto fail_elsewhere = [] { ERR_raise(ERR_LIB_X509, ERR_R_MALLOC_FAILURE); };
  fail_elsewhere();
  const auto database = Database::Open(options_);
  ASSERT_THAT(database, IsOk());
  fail_elsewhere();
  EXPECT_THAT((*database)->Read(Soon(),
                                [](Session& session) {
                                  return session.Query("SELECT SLEEP(0.1), REPEAT('x', 100000)");
                                }),
              IsOk());
}

}  // namespace
}  // namespace duban::db
