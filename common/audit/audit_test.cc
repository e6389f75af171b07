#include "common/audit/audit.h"

#include <string>

#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "duban/submission/v1/report.pb.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using submission::v1::Report;
using testing::IsOk;

class AuditTest : public ::testing::Test {
 protected:
  AuditTest() {
    call_.identity.subject = "members/zhang-wei";
    call_.identity.issuer = "duban-test";
    call_.identity.unit = "units/water";
    call_.identity.roles = {common::v1::REPORTER, common::v1::UNIT_HEAD};
    call_.method = "/duban.submission.v1.ReportService/UpdateReport";
    call_.info.request_id = "request-1";
    call_.info.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    call_.info.deadline = MachineNow() + absl::Seconds(10);
    call_.clock = &clock_;
    before_.set_unit("units/water");
    before_.set_comment("old");
    before_.mutable_measurement()->set_value("1");
    after_ = before_;
    after_.set_comment("新的 \"quoted\"");
    after_.mutable_measurement()->set_value("2");
  }

  db::Rows Entries() {
    auto rows = database_->Read(call_.deadline(), [](db::Session& session) {
      return session.Query(
          "SELECT service, time, actor, issuer, unit, roles, method, resource, outcome, request_id,"
          " trace_id, before_json, after_json FROM audit_entries ORDER BY id LIMIT 100");
    });
    EXPECT_THAT(rows, IsOk());
    return *rows;
  }

  absl::Status Append(const Report& before, const Report& after, const absl::Status& outcome) {
    return database_->RunInTransaction(call_.deadline(), [&](db::Transaction& tx) -> absl::Status {
      DUBAN_RETURN_IF_ERROR(
          Audit("submission").Append(tx, call_, "plans/p/reports/r", before, after));
      return outcome;
    });
  }

  const std::unique_ptr<db::Database> database_ = testing::NewDatabase({kAuditMigrations});
  const testing::FakeClock clock_{absl::FromUnixMicros(1711674000123456)};
  server::CallContext call_;
  Report before_;
  Report after_;
};

TEST_F(AuditTest, SaysWhoDidWhatAndOnlyWhatChanged) {
  ASSERT_THAT(Append(before_, after_, absl::OkStatus()), IsOk());
  const db::Rows rows = Entries();
  ASSERT_EQ(rows.size(), 1U);
  const db::Row& row = rows.front();
  EXPECT_EQ(row.GetString(0), "submission");
  EXPECT_EQ(row.GetTime(1), clock_.Now());
  EXPECT_EQ(row.GetString(2), "members/zhang-wei");
  EXPECT_EQ(row.GetString(3), "duban-test");
  EXPECT_EQ(row.GetString(4), "units/water");
  EXPECT_EQ(row.GetString(5), "REPORTER,UNIT_HEAD");
  EXPECT_EQ(row.GetString(6), "/duban.submission.v1.ReportService/UpdateReport");
  EXPECT_EQ(row.GetString(7), "plans/p/reports/r");
  EXPECT_EQ(row.GetString(8), "OK");
  EXPECT_EQ(row.GetString(9), "request-1");
  EXPECT_EQ(row.GetString(10), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(row.GetString(11), R"({"measurement":{"value":"1"},"comment":"old"})");
  EXPECT_EQ(row.GetString(12), R"({"measurement":{"value":"2"},"comment":"新的 \"quoted\""})");
}

TEST_F(AuditTest, WhatDidNotExistIsNull) {
  ASSERT_THAT(Append(Report(), after_, absl::OkStatus()), IsOk());
  ASSERT_THAT(Append(after_, Report(), absl::OkStatus()), IsOk());
  const db::Rows rows = Entries();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[0].IsNull(11));
  EXPECT_NE(rows[0].GetString(12).find("\"unit\":\"units/water\""), std::string::npos);
  EXPECT_EQ(rows[1].GetString(11), rows[0].GetString(12));
  EXPECT_TRUE(rows[1].IsNull(12));
}

TEST_F(AuditTest, GoesWithItsTransaction) {
  EXPECT_EQ(Append(before_, after_, absl::AbortedError("rule")), absl::AbortedError("rule"));
  EXPECT_TRUE(Entries().empty());
}

TEST_F(AuditTest, RefusalsAreRecordedWithTheirReason) {
  call_.resource = "plans/p/reports/r";
  ASSERT_THAT(Audit("submission").AppendRefusal(*database_, call_, Error(server::kNotOwnUnit)),
              IsOk());
  const db::Rows rows = Entries();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].GetString(2), "members/zhang-wei");
  EXPECT_EQ(rows[0].GetString(7), "plans/p/reports/r");
  EXPECT_EQ(rows[0].GetString(8), "NOT_OWN_UNIT");
  EXPECT_TRUE(rows[0].IsNull(11));
  EXPECT_TRUE(rows[0].IsNull(12));
}

TEST_F(AuditTest, StrangersMaySendWhatTheyLike) {
  call_.identity = Identity();
  call_.info.traceparent.clear();
  call_.resource = std::string(70'000, 'x') + "\xff";
  ASSERT_THAT(Audit("submission").AppendRefusal(*database_, call_, Error(kTokenMissing)), IsOk());
  const db::Rows rows = Entries();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].GetString(2), "");
  EXPECT_EQ(rows[0].GetString(7).substr(0, 3), "xxx");
  EXPECT_EQ(rows[0].GetString(8), "TOKEN_MISSING");
}

}  // namespace
}  // namespace duban
