#include "common/server/mutation.h"

#include <string>

#include "common/db/migration.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "duban/submission/v1/report_service.pb.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using submission::v1::Report;
using submission::v1::SubmitReportRequest;
using testing::FailsWith;
using testing::IsOk;

constexpr char kId[] = "0190a5b4-7c00-7abc-8def-0123456789ab";

class MutationsTest : public ::testing::Test {
 protected:
  MutationsTest() {
    call_.identity.issuer = "duban-test";
    call_.identity.subject = "members/zhang-wei";
    call_.info.deadline = MachineNow() + absl::Seconds(30);
    call_.clock = &clock_;
    request_.set_name("plans/p/reports/r");
    request_.set_request_id(kId);
  }

  // Answers with how often a body has run.
  absl::StatusOr<Report> Run() {
    return mutations_.Run(call_, request_, [&](db::Transaction&) -> absl::StatusOr<Report> {
      Report report;
      report.set_revision(++runs_);
      return report;
    });
  }

  const std::unique_ptr<db::Database> database_ = testing::NewDatabase({db::kRequestLogMigrations});
  const Mutations mutations_{database_.get(), "submission"};
  const testing::FakeClock clock_{absl::FromUnixSeconds(1711674000)};
  CallContext call_;
  SubmitReportRequest request_;
  int runs_ = 0;
};

TEST_F(MutationsTest, ARepeatGetsTheFirstAnswer) {
  ASSERT_THAT(Run(), IsOk());
  const auto again = Run();
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->revision(), 1);
  EXPECT_EQ(runs_, 1);
}

TEST_F(MutationsTest, TheFirstAnswerIsThereForARepeatAlone) {
  const auto first = [&] { return mutations_.FirstAnswer<Report>(call_, request_); };
  EXPECT_FALSE(first()->has_value());
  ASSERT_THAT(Run(), IsOk());
  ASSERT_THAT(first(), IsOk());
  ASSERT_TRUE(first()->has_value());
  EXPECT_EQ((*first())->revision(), 1);
  request_.set_request_id("0190A5B4-7C00-7ABC-8DEF-0123456789AB");
  EXPECT_TRUE(first()->has_value());
  request_.set_etag("3");
  EXPECT_THAT(first(),
              FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED", "request_id"));
  request_.set_request_id("first try");
  EXPECT_THAT(first(),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "request_id"));
  request_.clear_request_id();
  EXPECT_FALSE(first()->has_value());
  request_.set_request_id(kId);
  request_.clear_etag();
  call_.identity.subject = "members/li-na";
  EXPECT_FALSE(first()->has_value());
  EXPECT_EQ(runs_, 1);
}

TEST_F(MutationsTest, CaseOfTheIdDoesNotMatter) {
  ASSERT_THAT(Run(), IsOk());
  request_.set_request_id("0190A5B4-7C00-7ABC-8DEF-0123456789AB");
  EXPECT_EQ(Run()->revision(), 1);
}

TEST_F(MutationsTest, OtherContentIsRefused) {
  ASSERT_THAT(Run(), IsOk());
  request_.set_etag("3");
  EXPECT_THAT(Run(),
              FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED", "request_id"));
  EXPECT_EQ(runs_, 1);
}

TEST_F(MutationsTest, CallersDoNotShareIds) {
  ASSERT_THAT(Run(), IsOk());
  call_.identity.subject = "members/li-na";
  EXPECT_EQ(Run()->revision(), 2);
  call_.identity.issuer = "another";
  EXPECT_EQ(Run()->revision(), 3);
}

TEST_F(MutationsTest, WithoutAnIdEveryCallCounts) {
  request_.clear_request_id();
  EXPECT_EQ(Run()->revision(), 1);
  EXPECT_EQ(Run()->revision(), 2);
}

TEST_F(MutationsTest, AnIdIsAUuid) {
  request_.set_request_id("first try");
  EXPECT_THAT(Run(), FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "request_id"));
  EXPECT_EQ(runs_, 0);
}

TEST_F(MutationsTest, AFailureIsNotRemembered) {
  const auto failed = mutations_.Run(call_, request_, [](db::Transaction&) {
    return absl::StatusOr<Report>(FieldInvalid("name", "不好", "bad"));
  });
  EXPECT_THAT(failed, FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "name"));
  EXPECT_EQ(Run()->revision(), 1);
}

}  // namespace
}  // namespace duban::server
