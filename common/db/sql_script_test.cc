#include "common/db/sql_script.h"

#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::db {
namespace {

using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;

struct ScriptCase {
  std::string name;
  std::string input;
  std::vector<std::string> want;
};

class SplitStatementsTest : public ::testing::TestWithParam<ScriptCase> {};

TEST_P(SplitStatementsTest, FindsTheStatements) {
  const auto statements = SplitStatements(GetParam().input);
  ASSERT_THAT(statements, IsOk());
  EXPECT_EQ(*statements, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Scripts, SplitStatementsTest,
    ::testing::Values(ScriptCase{"nothing", "", {}},
                      ScriptCase{"only_comments", "-- a\n\n  -- b;\n", {}},
                      ScriptCase{"one_line", "SELECT 1;", {"SELECT 1"}},
                      ScriptCase{"several_lines",
                                 "CREATE TABLE a (\n  -- the key\n  id INT\n);\n",
                                 {"CREATE TABLE a (\nid INT\n)"}},
                      ScriptCase{"semicolon_within_a_line",
                                 "INSERT INTO a VALUES (';', 'x'); -- not an end\n;\n",
                                 {"INSERT INTO a VALUES (';', 'x'); -- not an end\n"}},
                      ScriptCase{
                          "two", "SELECT 1;\r\n-- and\nSELECT 2;  \n", {"SELECT 1", "SELECT 2"}}),
    [](const auto& test) { return test.param.name; });

TEST(SplitStatementsErrorTest, TheLastStatementMustEnd) {
  EXPECT_THAT(SplitStatements("SELECT 1;\nSELECT 2\n"),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "sql"));
}

}  // namespace
}  // namespace duban::db
