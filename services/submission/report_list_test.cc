// Listing reports and revisions: order, pages, filters, and who sees what.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/submission_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kInvalid;
using v1::Report;

class ReportListTest : public SubmissionTest {
 protected:
  ReportListTest() {
    Keep(Accepted("2024-01-D1", "1"));
    Keep(Submitted("2024-01-D2", "2"));
    Keep(Draft("2024-01-D3", "3"));
    Keep(Create(kSouth, R"(indicator: "$/indicators/contracts" unit: "units/south"
        period: "2024-01-D1" measurement { value: "4" unit_of_measure: "项" })"));
    Keep(Create(kNorth, R"(indicator: "$/indicators/articles" unit: "units/north"
        period: "2024-01" measurement { value: "5" unit_of_measure: "篇" })"));
  }

  // Remembers a new report; the next one comes a moment later.
  void Keep(const absl::StatusOr<Report>& report) {
    ASSERT_THAT(report, IsOk());
    names_.push_back(report->name());
    Services::Get().clock.Advance(absl::Milliseconds(1));
  }

  // Which of names_ are listed, in the order of the list.
  std::vector<int> Listed(const Who& who, const std::string& request) const {
    std::vector<int> indices;
    const auto response = List(who, request);
    EXPECT_THAT(response, IsOk());
    if (!response.ok()) return indices;
    for (const Report& report : response->reports()) {
      for (size_t i = 0; i < names_.size(); ++i) {
        if (names_[i] == report.name()) indices.push_back(static_cast<int>(i));
      }
    }
    return indices;
  }

  std::vector<std::string> names_;
};

TEST_F(ReportListTest, OldestFirstAndByFilter) {
  EXPECT_THAT(Listed(kAuditor, ""), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(Listed(kAuditor, R"(filter: "unit = \"units/south\"")"), ElementsAre(3));
  EXPECT_THAT(Listed(kAuditor, R"(filter: "state = SUBMITTED")"), ElementsAre(1));
  EXPECT_THAT(Listed(kAuditor, R"(filter: "period = 2024-01-D1")"), ElementsAre(0, 3));
  EXPECT_THAT(Listed(kAuditor, R"(filter: "indicator = \"$/indicators/articles\"")"),
              ElementsAre(4));
  EXPECT_THAT(
      Listed(kAuditor, R"(filter: "state = DRAFT AND unit = units/north )"
                       R"(AND period = 2024-01-D3 AND indicator = $/indicators/contracts")"),
      ElementsAre(2));
  EXPECT_THAT(Listed(kAuditor, R"(filter: "state = RETURNED")"), IsEmpty());
}

TEST_F(ReportListTest, CallersBoundToTheirUnitSeeItsReportsOnly) {
  EXPECT_THAT(Listed(kNorth, ""), ElementsAre(0, 1, 2, 4));
  EXPECT_THAT(Listed(kSouth, ""), ElementsAre(3));
  EXPECT_THAT(Listed(kNorth, R"(filter: "unit = units/north AND state = DRAFT")"),
              ElementsAre(2, 4));
  EXPECT_THAT(List(kSouth, R"(filter: "unit = units/north")"),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(List({common::v1::REPORTER, ""}, ""),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
}

TEST_F(ReportListTest, ASystemSeesTheReportsOfAllItsUnits) {
  TokenClaims claims;
  claims.subject = "systems/statistics-platform";
  claims.units = {"units/south", "units/north"};
  claims.roles = {common::v1::SYSTEM};
  grpc::ClientContext context;
  context.AddMetadata("authorization",
                      absl::StrCat("Bearer ", testing::TestSigner().Sign(claims, MachineNow())));
  v1::ListReportsRequest request;
  request.set_parent(plan_);
  v1::ListReportsResponse response;
  EXPECT_THAT(client::FromGrpc(reports_->ListReports(&context, request, &response)), IsOk());
  EXPECT_EQ(response.reports_size(), 5);
}

TEST_F(ReportListTest, PagesGoOnWhereTheLastOneEnded) {
  std::vector<std::string> seen;
  std::string token;
  int pages = 0;
  do {
    const auto page = List(kAuditor, absl::StrCat(R"(page_size: 2 page_token: ")", token, R"(")"));
    ASSERT_THAT(page, IsOk());
    EXPECT_LE(page->reports_size(), 2);
    for (const Report& report : page->reports()) seen.push_back(report.name());
    token = page->next_page_token();
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen, names_);
}

TEST_F(ReportListTest, ATokenOfAnotherQueryIsRefused) {
  const std::string token = List(kAuditor, "page_size: 2")->next_page_token();
  ASSERT_NE(token, "");
  const std::string field = absl::StrCat(R"( page_token: ")", token, R"(")");
  EXPECT_THAT(List(kAuditor, "page_size: 1" + field), IsOk());
  EXPECT_THAT(List(kAuditor, R"(filter: "state = DRAFT")" + field),
              FailsWith(kInvalid, "PAGE_TOKEN_INVALID", "page_token"));
  EXPECT_THAT(List(kAuditor, R"(parent: "plans/linxiang-innovation-2024")" + field),
              FailsWith(kInvalid, "PAGE_TOKEN_INVALID", "page_token"));
  EXPECT_THAT(List(kAuditor, R"(page_token: "!!")"),
              FailsWith(kInvalid, "PAGE_TOKEN_INVALID", "page_token"));
}

TEST_F(ReportListTest, FiltersThatMakeNoSense) {
  for (const char* filter : {"state = ACCEPTET", "state = STATE_UNSPECIFIED", "unit = north",
                             "indicator = plans/other/indicators/contracts", "value = 1",
                             "unit = units/north AND unit = units/north"}) {
    EXPECT_THAT(List(kAuditor, absl::StrCat(R"(filter: ")", filter, R"(")")),
                FailsWith(kInvalid, "FILTER_INVALID", "filter"))
        << filter;
  }
  EXPECT_THAT(List(kAuditor, "page_size: -1"), FailsWith(kInvalid, "FIELD_INVALID", "page_size"));
  EXPECT_THAT(List(kAuditor, R"(parent: "plans")"), FailsWith(kInvalid, "FIELD_INVALID", "parent"));
  EXPECT_THAT(List(kAuditor, R"(parent: "plans/nowhere")"),
              FailsWith(StatusCode::kNotFound, "PLAN_NOT_FOUND"));
}

TEST_F(ReportListTest, RevisionsHavePagesToo) {
  const std::string parent = absl::StrCat(R"(parent: ")", names_[0], R"(" page_size: 2 )");
  const auto first = Revisions(kAuditor, parent);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->revisions_size(), 2);
  const std::string token = absl::StrCat(R"(page_token: ")", first->next_page_token(), R"(")");
  const auto second = Revisions(kAuditor, parent + token);
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->revisions_size(), 1);
  EXPECT_EQ(second->revisions(0).report().revision(), 3);
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(Revisions(kAuditor, absl::StrCat(R"(parent: ")", names_[1], R"(" )", token)),
              FailsWith(kInvalid, "PAGE_TOKEN_INVALID", "page_token"));
  EXPECT_THAT(Revisions(kAuditor, parent + "page_token: \"AAAA\""),
              FailsWith(kInvalid, "PAGE_TOKEN_INVALID", "page_token"));
}

}  // namespace
}  // namespace duban::submission
