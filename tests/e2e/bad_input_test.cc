// What callers get wrong: each case names the code, reason and field that it must be refused with,
// and leaves every table as it was (the audit log may say that somebody tried).
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "tests/e2e/local_stack.h"

namespace duban::testing {
namespace {

using absl::StatusCode;
using submission::v1::CreateReportRequest;
using submission::v1::Report;
using Plans = indicator::v1::PlanService::Stub;
using Reports = submission::v1::ReportService::Stub;
using Progress = submission::v1::ProgressService::Stub;

class BadInputTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    stack_ = new LocalStack("2024-04-08T09:00:00+08:00");
    ASSERT_THAT(stack_->LoadLinxiang(), IsOk());
  }
  static void TearDownTestSuite() {
    delete stack_;
    stack_ = nullptr;
  }

  // A digest of the content of every table but those that follow on their own: the audit log and
  // its seals, and the events on their way, of which the number counts.
  static std::string Content() {
    const auto deadline = MachineNow() + absl::Seconds(10);
    const auto tables = stack_->database().Read(deadline, [](db::Session& session) {
      return session.Query(
          "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
          "AND table_name NOT LIKE 'audit\\_%' AND table_name NOT LIKE 'outbox\\_%' "
          "AND table_name NOT LIKE 'notification\\_%' ORDER BY table_name");
    });
    std::vector<std::string> names;
    for (const db::Row& row : *tables) names.push_back(row.GetString(0));
    const auto checksums = stack_->database().Read(deadline, [&](db::Session& session) {
      return session.Query("CHECKSUM TABLE " + absl::StrJoin(names, ", "));
    });
    const auto told = stack_->database().Read(deadline, [](db::Session& session) {
      return session.Query("SELECT COUNT(*) FROM outbox_events");
    });
    std::string content = absl::StrCat("events told=", told->front().GetInt(0), "\n");
    for (const db::Row& row : *checksums)
      content += row.GetString(0) + "=" + row.GetString(1) + "\n";
    return content;
  }

  static absl::StatusOr<Report> Create(const CreateReportRequest& request,
                                       const CallerIdentity& caller) {
    return stack_->Call(stack_->reports(), &Reports::CreateReport, caller, request);
  }

  static absl::StatusOr<Report> Submit(const Report& report, const CallerIdentity& caller) {
    submission::v1::SubmitReportRequest request;
    request.set_name(report.name());
    return stack_->Call(stack_->reports(), &Reports::SubmitReport, caller, request);
  }

  static LocalStack* stack_;
};

LocalStack* BadInputTest::stack_ = nullptr;

TEST_F(BadInputTest, FiguresThatAreRefused) {
  struct Case {
    std::string name;
    CreateReportRequest request;
    CallerIdentity caller;
    StatusCode code;
    std::string reason;
    std::string field;
  };
  const std::string water = "water";
  auto count = [&](const std::string& value, const std::string& unit_of_measure = "项",
                   const std::string& period = "2024-03-D3") {
    return DraftOf("contract-count", water, period, Value(value, unit_of_measure));
  };
  const std::vector<Case> cases = {
      {"exponent", count("1e999"), Reporter(water), StatusCode::kInvalidArgument, "DECIMAL_INVALID",
       "report.measurement.value"},
      {"not a number", count("NaN"), Reporter(water), StatusCode::kInvalidArgument,
       "DECIMAL_INVALID", "report.measurement.value"},
      {"23 digits", count("12345678901234567890123"), Reporter(water), StatusCode::kInvalidArgument,
       "DECIMAL_INVALID", "report.measurement.value"},
      {"no such dekad", count("1", "项", "2024-02-D4"), Reporter(water),
       StatusCode::kInvalidArgument, "PERIOD_INVALID", "report.period"},
      {"wrong family", count("1", "万元"), Reporter(water), StatusCode::kInvalidArgument,
       "UNIT_OF_MEASURE_MISMATCH", "report.measurement.unit_of_measure"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string before = Content();
    EXPECT_THAT(Create(c.request, c.caller), FailsWith(c.code, c.reason, c.field));
    EXPECT_EQ(Content(), before);
  }
}

TEST_F(BadInputTest, CallersThatAreRefused) {
  const auto draft = DraftOf("contract-count", "water", "2024-03-D2", Value("3", "项"));
  const std::string before = Content();
  EXPECT_THAT(Create(draft, Reporter("housing")),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Create(draft, {common::v1::AUDITOR, ""}),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(
      Create(DraftOf("sci-fiscal", "water", "2024-03", Value("1", "亿元")), Reporter("water")),
      FailsWith(StatusCode::kFailedPrecondition, "UNIT_OWES_NOTHING", "report.unit"));
  EXPECT_EQ(Content(), before);
}

TEST_F(BadInputTest, TokensThatAreRefused) {
  TokenClaims claims;
  claims.subject = "members/late";
  claims.roles = {common::v1::OFFICE};
  const std::string expired = stack_->SignAt(claims, MachineNow() - absl::Hours(2));
  struct Case {
    std::string name;
    std::vector<std::string> authorization;
    std::string reason;
  };
  const std::string good = "Bearer " + stack_->Token(Office());
  const std::vector<Case> cases = {
      {"none", {}, "TOKEN_MISSING"},
      {"expired", {"Bearer " + expired}, "TOKEN_EXPIRED"},
      {"garbage", {"Bearer a.b.c"}, "TOKEN_INVALID"},
      {"twice", {good, good}, "TOKEN_INVALID"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    grpc::ClientContext context;
    for (const std::string& value : c.authorization) context.AddMetadata("authorization", value);
    indicator::v1::GetPlanRequest request;
    request.set_name(kPlan);
    indicator::v1::Plan plan;
    const absl::Status status = client::FromGrpc(stack_->plans().GetPlan(&context, request, &plan));
    EXPECT_THAT(status, FailsWith(StatusCode::kUnauthenticated, c.reason));
    EXPECT_FALSE(GetLocalizedText(status, "zh-CN").empty());
  }
}

TEST_F(BadInputTest, PlansThatAreRefused) {
  struct Case {
    std::string name;
    std::function<void(indicator::v1::PlanDocument&)> spoil;
    std::string reason;
    std::string field;
  };
  const std::vector<Case> cases = {
      {"a split that misses by one",
       [](auto& document) {
         // 新增规模工业企业: 10 + 5 + 5 + 20 + 5 of 45.
         document.mutable_indicators(3)->mutable_responsibility()->mutable_lines(0)->set_quota("9");
       },
       "QUOTA_SUM_MISMATCH", "document.indicators[3].responsibility.lines"},
      {"light bands with a hole",
       [](auto& document) { document.mutable_plan()->mutable_light_bands()->RemoveLast(); },
       "LIGHT_BANDS_INVALID", "document.plan.light_bands[1].gap_at_least"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    indicator::v1::ImportPlanRequest request;
    *request.mutable_document() = LocalStack::LinxiangDocument();
    request.mutable_document()->mutable_plan()->set_name("plans/another");
    for (auto& indicator : *request.mutable_document()->mutable_indicators()) {
      indicator.set_name("plans/another" + indicator.name().substr(std::string(kPlan).size()));
    }
    c.spoil(*request.mutable_document());
    const std::string before = Content();
    EXPECT_THAT(stack_->Call(stack_->plans(), &Plans::ImportPlan, Office(), request),
                FailsWith(StatusCode::kInvalidArgument, c.reason, c.field));
    EXPECT_EQ(Content(), before);
  }
}

TEST_F(BadInputTest, StaleAndRepeatedRequests) {
  auto draft = DraftOf("contract-count", "water", "2024-03-D1", Value("3", "项"));
  draft.set_request_id("018f3b5e-7c11-7000-8000-000000000001");
  const auto report = Create(draft, Reporter("water"));
  ASSERT_THAT(report, IsOk());
  const std::string before = Content();

  const auto repeat = Create(draft, Reporter("water"));
  ASSERT_THAT(repeat, IsOk());
  EXPECT_EQ(repeat->name(), report->name());

  draft.mutable_report()->mutable_measurement()->set_value("4");
  EXPECT_THAT(Create(draft, Reporter("water")),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED", "request_id"));

  submission::v1::SubmitReportRequest stale;
  stale.set_name(report->name());
  stale.set_etag("\"no-such-version\"");
  const auto refused =
      stack_->Call(stack_->reports(), &Reports::SubmitReport, Reporter("water"), stale);
  EXPECT_THAT(refused, FailsWith(StatusCode::kAborted, "STALE_ETAG", "etag"));
  EXPECT_EQ(GetErrorInfo(refused.status())->metadata().at("current"), report->etag());
  EXPECT_EQ(Content(), before);
}

TEST_F(BadInputTest, TheOfficeDoesNotJudgeItsOwnBureau) {
  const auto draft =
      Create(DraftOf("knowledge-credit-loans", "sci-industry", "2024-03-D1", Value("100", "万元")),
             Reporter("sci-industry"));
  ASSERT_THAT(draft, IsOk());
  const auto report = Submit(*draft, Reporter("sci-industry"));
  ASSERT_THAT(report, IsOk());
  const std::string before = Content();
  submission::v1::AcceptReportRequest accept;
  accept.set_name(report->name());
  EXPECT_THAT(stack_->Call(stack_->reports(), &Reports::AcceptReport, Office(), accept),
              FailsWith(StatusCode::kPermissionDenied, "OWN_UNIT_REVIEW"));
  EXPECT_EQ(Content(), before);
  EXPECT_THAT(stack_->Call(stack_->reports(), &Reports::AcceptReport, RecusalReviewer(), accept),
              IsOk());
}

TEST_F(BadInputTest, PageTokensBelongToTheirQuery) {
  for (const char* period : {"2024-02-D1", "2024-02-D2"}) {
    ASSERT_THAT(
        Create(DraftOf("contract-count", "housing", period, Value("1", "项")), Reporter("housing")),
        IsOk());
  }
  submission::v1::ListReportsRequest list;
  list.set_parent(kPlan);
  list.set_page_size(1);
  list.set_filter("unit = \"units/housing\"");
  const auto page = stack_->Call(stack_->reports(), &Reports::ListReports, Office(), list);
  ASSERT_THAT(page, IsOk());
  ASSERT_FALSE(page->next_page_token().empty());

  list.set_page_token(page->next_page_token());
  const auto next = stack_->Call(stack_->reports(), &Reports::ListReports, Office(), list);
  ASSERT_THAT(next, IsOk());
  EXPECT_NE(next->reports(0).name(), page->reports(0).name());

  list.set_filter("unit = \"units/water\"");
  EXPECT_THAT(stack_->Call(stack_->reports(), &Reports::ListReports, Office(), list),
              FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID", "page_token"));
}

TEST_F(BadInputTest, OversizeMessagesAreRefused) {
  auto draft = DraftOf("contract-count", "water", "2024-01-D1", Value("1", "项"));
  draft.mutable_report()->set_comment(std::string(2 << 20, 'x'));
  const std::string before = Content();
  const auto refused = Create(draft, Reporter("water"));
  EXPECT_THAT(refused, FailsWith(StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE"));
  EXPECT_FALSE(GetLocalizedText(refused.status(), "zh-CN").empty());
  EXPECT_EQ(Content(), before);
}

}  // namespace
}  // namespace duban::testing
