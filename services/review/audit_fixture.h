#ifndef DUBAN_SERVICES_REVIEW_AUDIT_FIXTURE_H_
#define DUBAN_SERVICES_REVIEW_AUDIT_FIXTURE_H_

#include <memory>
#include <string>

#include "common/db/database.h"
#include "common/identity/statement_keys.h"
#include "common/testing/fake_clock.h"
#include "duban/review/v1/audit_service.pb.h"
#include "gtest/gtest.h"
#include "services/review/audit_sealing.h"

namespace duban::review {

// An audit log of its own, written by Audit as the services do, and its chain.
class AuditLogTest : public ::testing::Test {
 protected:
  AuditLogTest();
  ~AuditLogTest() override;

  static absl::Time Soon();

  // Writes entries in one transaction.
  void Write(const std::string& service, int count);
  static absl::Status WriteIn(db::Transaction& tx, const std::string& service,
                              const std::string& resource);

  // Seals until nothing waits; how many entries were sealed.
  int64_t Seal(AuditSealing& sealing);
  // As a replica that begins now, without digests.
  int64_t Seal();

  // What is found in the whole chain.
  v1::VerifyAuditResponse Verify(const v1::VerifyAuditRequest& request = {},
                                 int64_t limit = 100'000);

  // One statement as the database's root.
  void AsRoot(const std::string& sql);
  // The first column of the first row as text.
  std::string Ask(const std::string& sql);

  std::string folder_;
  db::Options options_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<StatementKeys> keys_;
  static testing::FakeClock clock_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_AUDIT_FIXTURE_H_
