#include "common/outbox/outbox.h"

#include <string>

#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "duban/indicator/v1/events.pb.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using testing::IsOk;

constexpr char kType[] = "duban.indicator.plan.closed";

class OutboxTest : public ::testing::Test {
 protected:
  OutboxTest() {
    subject_ = {.resource = "plans/p", .sequence = 4, .plan = "plans/p", .unit = "units/water"};
    data_.set_reason("年底 \"完成\"");
  }

  absl::Status Append(const EventSubject& subject, const absl::Status& outcome) {
    return database_->RunInTransaction(deadline_, [&](db::Transaction& tx) -> absl::Status {
      DUBAN_RETURN_IF_ERROR(Outbox("indicator").Append(tx, kType, subject, data_, now_));
      return outcome;
    });
  }

  db::Rows Events() {
    auto rows = database_->Read(deadline_, [](db::Session& session) {
      return session.Query(
          "SELECT id, service, type, subject, plan, unit, sequence, time, data_type, data_json,"
          " delivered_time FROM outbox_events ORDER BY id LIMIT 100");
    });
    EXPECT_THAT(rows, IsOk());
    return *rows;
  }

  const std::unique_ptr<db::Database> database_ = testing::NewDatabase({kOutboxMigrations});
  const absl::Time deadline_ = MachineNow() + absl::Seconds(30);
  const absl::Time now_ = absl::FromUnixMicros(1711674000123456);
  EventSubject subject_;
  indicator::v1::PlanClosed data_;
};

TEST_F(OutboxTest, KeepsTheWholeEvent) {
  ASSERT_THAT(Append(subject_, absl::OkStatus()), IsOk());
  const db::Rows rows = Events();
  ASSERT_EQ(rows.size(), 1U);
  const db::Row& row = rows.front();
  EXPECT_TRUE(IsUuid(row.GetString(0)));
  EXPECT_EQ(row.GetString(1), "indicator");
  EXPECT_EQ(row.GetString(2), kType);
  EXPECT_EQ(row.GetString(3), "plans/p");
  EXPECT_EQ(row.GetString(4), "plans/p");
  EXPECT_EQ(row.GetString(5), "units/water");
  EXPECT_EQ(row.GetInt(6), 4);
  EXPECT_EQ(row.GetTime(7), now_);
  EXPECT_EQ(row.GetString(8), "duban.indicator.v1.PlanClosed");
  EXPECT_EQ(row.GetString(9), R"({"reason":"年底 \"完成\""})");
  EXPECT_TRUE(row.IsNull(10));
}

TEST_F(OutboxTest, GoesWithItsTransaction) {
  EXPECT_EQ(Append(subject_, absl::AbortedError("rule")), absl::AbortedError("rule"));
  EXPECT_TRUE(Events().empty());
}

TEST_F(OutboxTest, OneEventOfATypeForEachVersion) {
  ASSERT_THAT(Append(subject_, absl::OkStatus()), IsOk());
  EXPECT_TRUE(db::IsDuplicate(Append(subject_, absl::OkStatus())));
  ++subject_.sequence;
  EXPECT_THAT(Append(subject_, absl::OkStatus()), IsOk());
  EXPECT_EQ(Events().size(), 2U);
}

TEST_F(OutboxTest, TheTypeIsTheDatas) {
  const absl::Status status = database_->RunInTransaction(deadline_, [&](db::Transaction& tx) {
    return Outbox("indicator").Append(tx, "duban.indicator.plan.lost", subject_, data_, now_);
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(Events().empty());
}

}  // namespace
}  // namespace duban
