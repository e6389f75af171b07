#include "common/db/repeated.h"

#include <set>
#include <string>

#include "common/base/status.h"
#include "common/db/schema_fixture.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::db {
namespace {

using ::duban::testing::IsOk;

class RepeatedTest : public SchemaTest {};

constexpr Repeated kInsert = {"INSERT INTO notes (id, text) VALUES ", "(?, ?)", ", ",
                              " ON DUPLICATE KEY UPDATE text = VALUES(text)"};
constexpr Repeated kSelect = {"SELECT id, text FROM notes WHERE (id, text) IN (", "(?, ?)", ", ",
                              ") ORDER BY id LIMIT 64"};

std::vector<std::vector<Value>> NotesUpTo(int64_t count, const std::string& text) {
  std::vector<std::vector<Value>> rows;
  for (int64_t id = 1; id <= count; ++id) rows.push_back({id, text});
  return rows;
}

TEST_F(RepeatedTest, AnyNumberOfRowsIsWrittenAndFoundInOrder) {
  int64_t there = 0;
  for (const int64_t count : {0, 1, 2, 3, 5, 31, 63, 64, 65, 127, 200}) {
    const std::string text = std::to_string(count);
    const auto changed = database_->RunInTransaction(Soon(), [&](Transaction& tx) {
      return ExecuteRepeated(tx, kInsert, NotesUpTo(count, text));
    });
    ASSERT_THAT(changed, IsOk());
    EXPECT_EQ(*changed, 2 * there + (count - there)) << count;
    there = count;
    const auto found = database_->Read(Soon(), [&](Session& session) {
      return QueryRepeated(session, kSelect, NotesUpTo(count, text));
    });
    ASSERT_THAT(found, IsOk());
    ASSERT_EQ(found->size(), static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) EXPECT_EQ((*found)[i].GetInt(0), i + 1);
  }
}

TEST(RowsOfOneStatementTest, IsTheSizeBelow) {
  EXPECT_EQ(RowsOfOneStatement(0), 0u);
  for (size_t rows = 1; rows <= 8; ++rows) EXPECT_EQ(RowsOfOneStatement(rows), rows);
  EXPECT_EQ(RowsOfOneStatement(23), 20u);
  EXPECT_EQ(RowsOfOneStatement(1000), 64u);
}

TEST_F(RepeatedTest, TheHeadHasValuesOfItsOwnInEveryStatement) {
  const Repeated retext = {"UPDATE notes SET text = ? WHERE id IN (", "?", ", ", ")"};
  const auto changed =
      database_->RunInTransaction(Soon(), [&](Transaction& tx) -> absl::StatusOr<int64_t> {
        DUBAN_RETURN_IF_ERROR(ExecuteRepeated(tx, kInsert, NotesUpTo(100, "before")).status());
        std::vector<std::vector<Value>> ids;
        for (int64_t id = 1; id <= 70; ++id) ids.push_back({id});
        return ExecuteRepeated(tx, retext, ids, {"after"});
      });
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(*changed, 70);
  const auto after = database_->Read(Soon(), [&](Session& session) {
    return session.Query("SELECT COUNT(*), MAX(id) FROM notes WHERE text = ?", {"after"});
  });
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->front().GetInt(0), 70);
  EXPECT_EQ(after->front().GetInt(1), 70);
}

TEST_F(RepeatedTest, ARefusedRowRefusesItsStatement) {
  const Repeated plain = {kInsert.head, kInsert.part, kInsert.separator, ""};
  const auto changed = database_->RunInTransaction(Soon(), [&](Transaction& tx) {
    return ExecuteRepeated(tx, plain, {{1, "a"}, {2, "b"}, {1, "c"}, {4, "d"}});
  });
  EXPECT_TRUE(IsDuplicate(changed.status()));
  EXPECT_EQ(Notes(), 0);
}

}  // namespace
}  // namespace duban::db
