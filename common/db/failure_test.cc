#include "common/db/failure.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/db/schema_fixture.h"
#include "common/testing/status_matchers.h"

namespace duban::db {
namespace {

using ::duban::testing::FailsWith;

struct FailureCase {
  int number;
  const Reason* reason;
  int runs;  // of a transaction's body
};

class FailureTest : public SchemaTest, public ::testing::WithParamInterface<FailureCase> {};

// The server raises the number itself, so that it comes the way of every other failure.
TEST_P(FailureTest, IsAnsweredByTheTable) {
  const std::string signal =
      absl::StrCat("SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = ", GetParam().number);
  int runs = 0;
  const absl::Status status =
      database_->RunInTransaction(Soon(), [&](Transaction& transaction) -> absl::Status {
        ++runs;
        DUBAN_RETURN_IF_ERROR(Note(transaction, 1));
        return transaction.Execute(signal).status();
      });
  EXPECT_THAT(status, FailsWith(GetParam().reason->code, GetParam().reason->name));
  EXPECT_NE(GetLocalizedText(status, "zh-CN"), "");
  EXPECT_EQ(runs, GetParam().runs);
  EXPECT_EQ(Notes(), 0);
  EXPECT_EQ(database_->Stats().in_use, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Numbers, FailureTest,
    ::testing::Values(
        FailureCase{1062, &kDatabaseDuplicate, 1}, FailureCase{1213, &kDatabaseConflict, 4},
        FailureCase{1020, &kDatabaseConflict, 4}, FailureCase{1205, &kDatabaseConflict, 2},
        FailureCase{1290, &kDatabaseUnavailable, 1}, FailureCase{1792, &kDatabaseUnavailable, 1},
        FailureCase{1836, &kDatabaseUnavailable, 1}, FailureCase{1047, &kDatabaseUnavailable, 1},
        FailureCase{1053, &kDatabaseUnavailable, 1}, FailureCase{1243, &kDatabaseUnavailable, 1},
        FailureCase{1040, &kDatabaseUnavailable, 1}, FailureCase{1203, &kDatabaseUnavailable, 1},
        FailureCase{1226, &kDatabaseUnavailable, 1}, FailureCase{1021, &kDatabaseUnavailable, 1},
        FailureCase{1114, &kDatabaseUnavailable, 1}, FailureCase{1317, &kDatabaseDeadline, 1},
        FailureCase{1969, &kDatabaseDeadline, 1}, FailureCase{3024, &kDatabaseDeadline, 1},
        FailureCase{1146, &kDatabaseNotMigrated, 1}, FailureCase{1064, &kDatabaseFault, 1}),
    [](const auto& test) { return absl::StrCat("Error", test.param.number); });

struct DiscardCase {
  int number;
  int64_t discarded;  // of two open connections
};

class DiscardTest : public SchemaTest, public ::testing::WithParamInterface<DiscardCase> {};

TEST_P(DiscardTest, ThrowsAwayWhatCannotBeTrusted) {
  // Two connections lie idle.
  const absl::Status two = database_->Read(Soon(), [&](Session&) {
    return database_->Read(Soon(), [](Session&) { return absl::OkStatus(); });
  });
  ASSERT_TRUE(two.ok());
  ASSERT_EQ(database_->Stats().open, 2);
  const auto status = database_->Read(Soon(), [](Session& session) {
    return session.Execute(
        absl::StrCat("SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = ", GetParam().number));
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(database_->Stats().discarded, GetParam().discarded);
  EXPECT_EQ(database_->Stats().open, 2 - GetParam().discarded);
}

INSTANTIATE_TEST_SUITE_P(Numbers, DiscardTest,
                         ::testing::Values(DiscardCase{1062, 0}, DiscardCase{1205, 0},
                                           DiscardCase{1290, 2}, DiscardCase{1047, 2},
                                           DiscardCase{1243, 2}, DiscardCase{1927, 2}),
                         [](const auto& test) { return absl::StrCat("Error", test.param.number); });

// The client's own numbers; the tests of outages meet them in earnest.
TEST(KindOfTest, ALostConnectionIsKnownByItsNumber) {
  for (const int number : {2002, 2003, 2005, 2006, 2013, 2014, 2027, 2055}) {
    EXPECT_EQ(KindOf(number), FailureKind::kConnectionLost) << number;
  }
  EXPECT_EQ(KindOf(2026), FailureKind::kRefused);
  EXPECT_EQ(KindOf(0), FailureKind::kFault);
}

class MissingTableTest : public SchemaTest {};

TEST_F(MissingTableTest, AsksForTheMigrations) {
  const auto rows = database_->Read(
      Soon(), [](Session& session) { return session.Query("SELECT 1 FROM absent LIMIT 1"); });
  EXPECT_THAT(rows, FailsWith(absl::StatusCode::kFailedPrecondition, kDatabaseNotMigrated.name));
}

}  // namespace
}  // namespace duban::db
