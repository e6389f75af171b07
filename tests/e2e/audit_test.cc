// All services write their audit entries into one schema; the review service seals them, and says
// over gRPC what was changed behind its back.
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "common/testing/wait_until.h"
#include "duban/review/v1/audit_service.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "tests/e2e/local_stack.h"

namespace duban::testing {
namespace {

using review::v1::VerifyAuditResponse;
using Audit = review::v1::AuditService::Stub;
using Reports = submission::v1::ReportService::Stub;

const CallerIdentity kAuditor = {common::v1::AUDITOR, ""};

class SealedAuditTest : public ::testing::Test {
 protected:
  // Entries of one service that are sealed by now.
  int SealedOf(const std::string& service) {
    review::v1::ListAuditEntriesRequest request;
    request.set_filter("service = " + service);
    request.set_page_size(1000);
    const auto listed = stack_.Call(*audit_, &Audit::ListAuditEntries, kAuditor, request);
    EXPECT_THAT(listed, IsOk());
    return listed.ok() ? listed->audit_entries_size() : -1;
  }

  VerifyAuditResponse Verify() {
    const auto verified =
        stack_.Call(*audit_, &Audit::VerifyAudit, kAuditor, review::v1::VerifyAuditRequest());
    EXPECT_THAT(verified, IsOk());
    return verified.ok() ? *verified : VerifyAuditResponse();
  }

  // One statement as the database's root.
  void AsRoot(const std::string& sql) {
    db::Options options = TestServer::Get().AdminOptions();
    options.schema = stack_.database_options().schema;
    const auto root = db::Database::Open(options);
    ASSERT_THAT(root, IsOk());
    EXPECT_THAT((*root)->Read(MachineNow() + absl::Seconds(10),
                              [&](db::Session& session) { return session.Execute(sql); }),
                IsOk());
  }

  LocalStack stack_{"2024-03-29T09:00:00+08:00"};
  std::unique_ptr<Audit> audit_ = review::v1::AuditService::NewStub(
      grpc::CreateChannel(stack_.review_target(), grpc::InsecureChannelCredentials()));
};

TEST_F(SealedAuditTest, WhatTheServicesDidIsSealedAndVerified) {
  ASSERT_THAT(stack_.LoadLinxiang(), IsOk());
  ASSERT_THAT(stack_.Call(stack_.reports(), &Reports::CreateReport, Reporter("water"),
                          DraftOf("contract-count", "water", "2024-03-D3", Value("4", "项"))),
              IsOk());
  ASSERT_TRUE(WaitUntil(absl::Seconds(30), [&] {
    return SealedOf("indicator") > 0 && SealedOf("submission") > 0 &&
           stack_.CountRows("audit_seals") == stack_.CountRows("audit_entries") &&
           stack_.CountRows("audit_digests") > 0;
  }));
  const VerifyAuditResponse intact = Verify();
  EXPECT_TRUE(intact.intact()) << intact.ShortDebugString();
  EXPECT_EQ(intact.verified(), stack_.CountRows("audit_entries"));
  EXPECT_GE(intact.digests(), 1);

  AsRoot("UPDATE audit_entries SET actor = 'members/nobody' WHERE service = 'submission'");
  const VerifyAuditResponse edited = Verify();
  EXPECT_FALSE(edited.intact());
  EXPECT_EQ(edited.finding(), VerifyAuditResponse::EDITED);
  EXPECT_GT(edited.first_bad_sequence(), 1);
  EXPECT_FALSE(edited.first_bad_id().empty());
}

}  // namespace
}  // namespace duban::testing
