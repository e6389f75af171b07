#include <limits>
#include <string>

#include "common/base/decimal.h"
#include "common/db/schema_fixture.h"

namespace duban::db {
namespace {

class RowTest : public SchemaTest {};

TEST_F(RowTest, KeysKeepRareCharactersAndLetterCaseApart) {
  const std::vector<std::string> keys = {"𠮷", "吉", "㐂", "喜", "Ab", "ab",
                                         "AB", "é",  "e",  "ß",  "ss"};
  Execute(
      "CREATE TABLE words (word VARCHAR(20) PRIMARY KEY) "
      "DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  for (const std::string& key : keys) Execute("INSERT INTO words VALUES (?)", {key});
  for (const std::string& key : keys) {
    const Rows rows =
        Select("SELECT word, CHAR_LENGTH(word), HEX(word) FROM words WHERE word = ?", {key});
    ASSERT_EQ(rows.size(), 1) << key;
    EXPECT_EQ(rows[0].GetString(0), key);
  }
  EXPECT_EQ(Select("SELECT HEX(word) FROM words WHERE word = ?", {"𠮷"}).at(0).GetString(0),
            "F0A0AEB7");
  EXPECT_FALSE(Select("SELECT 'a' = 'A'").at(0).GetBool(0));
}

TEST_F(RowTest, DecimalsAreExact) {
  Execute("CREATE TABLE figures (id INT PRIMARY KEY, value DECIMAL(28,6) NOT NULL)");
  struct Case {
    std::string input;
    std::string stored;
  };
  const std::vector<Case> cases = {
      {"9999999999999999999999.999999", "9999999999999999999999.999999"},
      {"-9999999999999999999999.999999", "-9999999999999999999999.999999"},
      {"0.1", "0.100000"},
      {"0.000001", "0.000001"},
      {"1234567890123456789012.345678", "1234567890123456789012.345678"},
      {"0", "0.000000"},
  };
  int id = 0;
  for (const Case& one : cases) {
    const Decimal value = Decimal::Parse(one.input).value();
    Execute("INSERT INTO figures VALUES (?, ?)", {++id, value});
    const Rows rows = Select("SELECT value FROM figures WHERE id = ?", {id});
    EXPECT_EQ(rows.at(0).GetString(0), one.stored);
    EXPECT_EQ(rows.at(0).GetDecimal(0), value);
  }
}

TEST_F(RowTest, TimesKeepMicrosecondsAndStandInUtc) {
  Execute("CREATE TABLE times (id INT PRIMARY KEY, time DATETIME(6) NULL)");
  struct Case {
    absl::Time time;
    std::string stored;
  };
  const absl::Time whole = absl::FromUnixSeconds(1711674000);
  const std::vector<Case> cases = {
      {whole, "2024-03-29 01:00:00.000000"},
      {whole + absl::Microseconds(1), "2024-03-29 01:00:00.000001"},
      {whole + absl::Milliseconds(250), "2024-03-29 01:00:00.250000"},
      {absl::FromUnixSeconds(-1), "1969-12-31 23:59:59.000000"},
  };
  int id = 0;
  for (const Case& one : cases) {
    Execute("INSERT INTO times VALUES (?, ?)", {++id, one.time});
    const Rows rows = Select("SELECT time, CAST(time AS CHAR) FROM times WHERE id = ?", {id});
    EXPECT_EQ(rows.at(0).GetTime(0), one.time);
    EXPECT_EQ(rows.at(0).GetString(1), one.stored);
  }
  Execute("INSERT INTO times VALUES (?, ?)", {++id, nullptr});
  const Rows rows = Select("SELECT time FROM times WHERE id IN (?, 1) ORDER BY id DESC", {id});
  EXPECT_EQ(rows.at(0).GetOptionalTime(0), std::nullopt);
  EXPECT_EQ(rows.at(1).GetOptionalTime(0), whole);
  // The server's own time is UTC as well.
  EXPECT_TRUE(
      Select("SELECT ABS(TIMESTAMPDIFF(SECOND, NOW(), UTC_TIMESTAMP())) < 2").at(0).GetBool(0));
}

TEST_F(RowTest, NullIsNeitherZeroNorEmpty) {
  Execute("CREATE TABLE gaps (id INT PRIMARY KEY, number BIGINT NULL, text VARCHAR(9) NULL)");
  Execute("INSERT INTO gaps VALUES (1, ?, ?), (2, ?, ?)",
          {std::optional<int64_t>(), nullptr, std::optional<int64_t>(0), ""});
  const Rows rows = Select("SELECT number, text FROM gaps ORDER BY id LIMIT 2");
  EXPECT_TRUE(rows.at(0).IsNull(0));
  EXPECT_TRUE(rows.at(0).IsNull(1));
  EXPECT_FALSE(rows.at(1).IsNull(0));
  EXPECT_EQ(rows.at(1).GetInt(0), 0);
  EXPECT_EQ(rows.at(1).GetString(1), "");
}

TEST_F(RowTest, IntegersReachBothEnds) {
  Execute("CREATE TABLE ends (number BIGINT PRIMARY KEY)");
  for (const int64_t number : {std::numeric_limits<int64_t>::min(), int64_t{-1}, int64_t{0},
                               std::numeric_limits<int64_t>::max()}) {
    Execute("INSERT INTO ends VALUES (?)", {number});
    EXPECT_EQ(Select("SELECT number FROM ends WHERE number = ?", {number}).at(0).GetInt(0), number);
  }
}

TEST_F(RowTest, BytesComeBackAsTheyWere) {
  Execute("CREATE TABLE blobs (id INT PRIMARY KEY, bytes LONGBLOB NOT NULL)");
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  std::string large;  // beyond the connector's chunk of 256 KiB
  while (large.size() < 700'000) large += all;
  int id = 0;
  for (const std::string& bytes : {all, large, std::string()}) {
    Execute("INSERT INTO blobs VALUES (?, ?)", {++id, bytes});
    EXPECT_TRUE(Select("SELECT bytes FROM blobs WHERE id = ?", {id}).at(0).GetString(0) == bytes);
  }
  // A short value after a long one: nothing of the long one is left in the statement.
  Execute("INSERT INTO blobs VALUES (?, ?)", {++id, "short"});
  EXPECT_EQ(Select("SELECT bytes FROM blobs WHERE id = ?", {id}).at(0).GetString(0), "short");
}

TEST_F(RowTest, ExecuteCountsChangedRows) {
  const auto changed = [&](std::string_view sql) {
    return database_->Read(Soon(), [&](Session& session) { return session.Execute(sql); });
  };
  EXPECT_EQ(*changed("INSERT INTO notes VALUES (1, 'a'), (2, 'a')"), 2);
  EXPECT_EQ(*changed("UPDATE notes SET text = 'b' WHERE id = 1"), 1);
  EXPECT_EQ(*changed("UPDATE notes SET text = 'b'"), 1);  // the other one is so already
  EXPECT_EQ(*changed("DELETE FROM notes WHERE id > 2"), 0);
}

TEST(RowDeathTest, MisreadingStopsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const Row row({std::nullopt, "words"});
  EXPECT_DEATH(row.GetInt(0), "read as what it is not");
  EXPECT_DEATH(row.GetInt(1), "read as what it is not");
  EXPECT_DEATH(row.GetDecimal(1), "read as what it is not");
  EXPECT_DEATH(row.GetTime(1), "read as what it is not");
  EXPECT_DEATH(row.GetString(2), "read as what it is not");
}

}  // namespace
}  // namespace duban::db
