#include "services/review/audit_fixture.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/audit/audit.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/identity/token.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "duban/review/v1/calendar.pb.h"
#include "services/review/audit_verification.h"
#include "services/review/review.h"

namespace duban::review {

using testing::IsOk;

testing::FakeClock AuditLogTest::clock_{absl::FromUnixSeconds(1711674000)};

AuditLogTest::AuditLogTest()
    : folder_(absl::StrCat(::testing::TempDir(), "duban-audit-", NewUuid7(MachineNow()))),
      options_(testing::TestServer::Get().NewSchema()) {
  std::filesystem::create_directory(folder_);
  EXPECT_THAT(db::Migrate(options_, {kReviewMigrations, kAuditMigrations}, Soon()), IsOk());
  database_ = *db::Database::Open(options_);
  EXPECT_THAT(MakeDevelopmentKeys(folder_, "duban-test", "duban"), IsOk());
  keys_ = *StatementKeys::Load(folder_ + "/key.jwk", folder_ + "/issuers.json");
}

AuditLogTest::~AuditLogTest() { std::filesystem::remove_all(folder_); }

absl::Time AuditLogTest::Soon() { return MachineNow() + absl::Seconds(30); }

absl::Status AuditLogTest::WriteIn(db::Transaction& tx, const std::string& service,
                                   const std::string& resource) {
  server::CallContext call;
  call.identity.subject = "members/li";
  call.method = "/duban.review.v1.CalendarService/ImportCalendar";
  call.clock = &clock_;
  v1::Calendar after;
  after.set_notice_number("国办发明电〔2023〕7号");
  return Audit(service).Append(tx, call, resource, v1::Calendar(), after);
}

void AuditLogTest::Write(const std::string& service, int count) {
  EXPECT_THAT(database_->RunInTransaction(Soon(),
                                          [&](db::Transaction& tx) -> absl::Status {
                                            for (int i = 0; i < count; ++i) {
                                              DUBAN_RETURN_IF_ERROR(WriteIn(
                                                  tx, service, absl::StrCat("calendars/c-", i)));
                                            }
                                            return absl::OkStatus();
                                          }),
              IsOk());
}

int64_t AuditLogTest::Seal(AuditSealing& sealing) {
  int64_t sealed = 0;
  bool more = true;
  while (more) {
    const auto step = sealing.Run(Soon());
    EXPECT_THAT(step, IsOk());
    if (!step.ok()) return -1;
    EXPECT_TRUE(step->held);
    sealed += step->sealed;
    more = step->more;
  }
  return sealed;
}

int64_t AuditLogTest::Seal() {
  AuditSealing sealing(database_.get(), nullptr, {});
  const int64_t sealed = Seal(sealing);
  sealing.Release(Soon());
  return sealed;
}

v1::VerifyAuditResponse AuditLogTest::Verify(const v1::VerifyAuditRequest& request, int64_t limit) {
  const auto response =
      AuditVerification(database_.get(), keys_.get()).Verify(request, limit, Soon());
  EXPECT_THAT(response, IsOk());
  return response.ok() ? *response : v1::VerifyAuditResponse();
}

void AuditLogTest::AsRoot(const std::string& sql) {
  db::Options options = testing::TestServer::Get().AdminOptions();
  options.schema = options_.schema;
  const auto root = db::Database::Open(options);
  ASSERT_THAT(root, IsOk());
  const auto changed =
      (*root)->Read(Soon(), [&](db::Session& session) { return session.Execute(sql); });
  ASSERT_THAT(changed, IsOk());
  ASSERT_GT(*changed, 0) << sql;
}

std::string AuditLogTest::Ask(const std::string& sql) {
  const auto rows =
      database_->Read(Soon(), [&](db::Session& session) { return session.Query(sql); });
  EXPECT_THAT(rows, IsOk());
  return rows.ok() && !rows->empty() && !rows->front().IsNull(0) ? rows->front().GetString(0) : "";
}

}  // namespace duban::review
