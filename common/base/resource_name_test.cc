#include "common/base/resource_name.h"

#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

TEST(ResourceNameTest, Matches) {
  const struct {
    std::string name;
    const char* pattern;
    std::vector<std::string> want;
  } cases[] = {
      {"units/sci-industry", "units/*", {"sci-industry"}},
      {"plans/p/reports/018e8a2c-7b1d-7f00-8a00-0123456789ab",
       "plans/*/reports/*",
       {"p", "018e8a2c-7b1d-7f00-8a00-0123456789ab"}},
      {"plans/p/indicators/i/amendments/2", "plans/*/indicators/*/amendments/*", {"p", "i", "2"}},
      {"units/" + std::string(63, 'x'), "units/*", {std::string(63, 'x')}},
      {"plans/-", "plans/*", {"-"}},
  };
  for (const auto& c : cases) {
    const auto ids = ParseResourceName(c.name, c.pattern, "name");
    ASSERT_THAT(ids, IsOk()) << c.name;
    EXPECT_EQ(*ids, c.want) << c.name;
  }
}

TEST(ResourceNameTest, Refuses) {
  const std::string cases[] = {
      "",
      "plans",
      "plans/p",
      "plans/p/reports",
      "plans/p/reports/",
      "plans//reports/r",
      "/plans/p/reports/r",
      "plans/p/reports/r/",
      "plans/p/reports/r/revisions/1",
      "plans/p/indicators/r",
      "Plans/p/reports/r",
      "plans/P/reports/r",
      "plans/p/reports/r_1",
      "plans/p/reports/*",
      "plans/p/reports/..",
      "plans/p/reports/r%2f",
      "plans/p/reports/r\n",
      "plans/p/reports/填报",
      "plans/p/reports/" + std::string(64, 'x'),
  };
  for (const std::string& name : cases) {
    const auto ids = ParseResourceName(name, "plans/*/reports/*", "report.name");
    EXPECT_THAT(ids, FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "report.name"))
        << name;
    EXPECT_THAT(std::string(ids.status().message()), HasSubstr("plans/*/reports/*")) << name;
  }
}

}  // namespace
}  // namespace duban
