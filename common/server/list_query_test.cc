#include "common/server/list_query.h"

#include <map>
#include <string>

#include "common/testing/status_matchers.h"
#include "duban/submission/v1/report_service.pb.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using submission::v1::ListReportRevisionsRequest;
using submission::v1::ListReportsRequest;
using testing::FailsWith;
using testing::IsOk;
using testing::kInvalid;
using ::testing::TestWithParam;
using ::testing::ValuesIn;

ListReportsRequest Query() {
  ListReportsRequest request;
  request.set_parent("plans/p");
  request.set_filter("state = SUBMITTED");
  return request;
}

absl::StatusOr<ListQuery> Parse(const ListReportsRequest& request) {
  return ParseListQuery(request, {"unit", "state"});
}

TEST(PageSizeTest, DefaultAndCap) {
  ListReportsRequest request = Query();
  EXPECT_EQ(Parse(request)->page_size, 100);
  request.set_page_size(7);
  EXPECT_EQ(Parse(request)->page_size, 7);
  request.set_page_size(5000);
  EXPECT_EQ(Parse(request)->page_size, 1000);
  request.set_page_size(-1);
  EXPECT_THAT(Parse(request), FailsWith(kInvalid, "FIELD_INVALID", "page_size"));
}

TEST(PageTokenTest, GoesOnAfterTheKeyWithAnyPageSize) {
  ListReportsRequest request = Query();
  EXPECT_EQ(Parse(request)->after, "");
  const std::string key = "0190-a b键";
  request.set_page_token(MakePageToken(request, key));
  request.set_page_size(3);
  ASSERT_THAT(Parse(request), IsOk());
  EXPECT_EQ(Parse(request)->after, key);
}

TEST(PageTokenTest, BelongsToItsQuery) {
  const std::string token = MakePageToken(Query(), "k");
  ListReportsRequest other = Query();
  other.set_filter("state = ACCEPTED");
  other.set_page_token(token);
  EXPECT_THAT(Parse(other), FailsWith(kInvalid, "PAGE_TOKEN_INVALID", "page_token"));

  ListReportRevisionsRequest other_type;
  other_type.set_parent("plans/p");
  other_type.set_page_token(token);
  EXPECT_THAT(ParseListQuery(other_type, {}),
              FailsWith(kInvalid, "PAGE_TOKEN_INVALID", "page_token"));
}

TEST(PageTokenTest, EveryChangedCharacterIsFound) {
  const std::string token = MakePageToken(Query(), "key-of-a-row");
  ListReportsRequest request = Query();
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    request.set_page_token(changed);
    EXPECT_THAT(Parse(request), FailsWith(kInvalid, "PAGE_TOKEN_INVALID", "page_token")) << i;
  }
  for (const std::string& changed :
       {token.substr(1), token + "A", token + "=", std::string("!"), std::string("AAAA")}) {
    request.set_page_token(changed);
    EXPECT_THAT(Parse(request), FailsWith(kInvalid, "PAGE_TOKEN_INVALID", "page_token")) << changed;
  }
}

struct FilterCase {
  const char* name;
  const char* filter;
  std::map<std::string, std::string> want;
};

class FilterTest : public TestWithParam<FilterCase> {};

TEST_P(FilterTest, IsRead) {
  ListReportsRequest request;
  request.set_filter(GetParam().filter);
  const auto query = Parse(request);
  ASSERT_THAT(query, IsOk());
  EXPECT_EQ(query->filter, GetParam().want);
}

const FilterCase kFilterCases[] = {
    {"Empty", "", {}},
    {"Blank", "  ", {}},
    {"Bare", "state = SUBMITTED", {{"state", "SUBMITTED"}}},
    {"Tight", "state=SUBMITTED", {{"state", "SUBMITTED"}}},
    {"Quoted", "unit = \"units/water\"", {{"unit", "units/water"}}},
    {"QuotedBlankAndAnd", "unit = \"a AND b = c\"", {{"unit", "a AND b = c"}}},
    {"QuotedEmpty", "unit = \"\"", {{"unit", ""}}},
    {"Two", "unit = units/water AND state = DRAFT", {{"unit", "units/water"}, {"state", "DRAFT"}}},
};
INSTANTIATE_TEST_SUITE_P(Filters, FilterTest, ValuesIn(kFilterCases),
                         [](const auto& tested) { return tested.param.name; });

class BadFilterTest : public TestWithParam<const char*> {};

TEST_P(BadFilterTest, IsRefused) {
  ListReportsRequest request;
  request.set_filter(GetParam());
  EXPECT_THAT(Parse(request), FailsWith(kInvalid, "FILTER_INVALID", "filter"));
}

INSTANTIATE_TEST_SUITE_P(Filters, BadFilterTest,
                         ::testing::Values("weather = fine", "state", "state =", "state = \"open",
                                           "state = A OR unit = b", "state = A unit = b",
                                           "state = A AND", "state = A AND state = B", "= A",
                                           "state == A", "AND", "state = A and unit = b"));

TEST(ListQueryTest, FilterByField) {
  const auto query = Parse(Query());
  EXPECT_EQ(query->Filter("state"), "SUBMITTED");
  EXPECT_EQ(query->Filter("unit"), "");
}

}  // namespace
}  // namespace duban::server
