// BatchSubmitReports: all or none, row by row, or without effect; and what a hostile batch meets.
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "services/submission/report_calls_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using v1::BatchSubmitReportsRequest;
using v1::BatchSubmitReportsResponse;
using v1::Report;

class BatchTest : public ReportCallsTest {
 protected:
  absl::StatusOr<BatchSubmitReportsResponse> Batch(const Who& who,
                                                   const BatchSubmitReportsRequest& request) const {
    return Call(who, *reports_, &Stub::BatchSubmitReports, request);
  }

  BatchSubmitReportsRequest Empty() const {
    BatchSubmitReportsRequest request;
    request.set_parent(plan_);
    return request;
  }

  Report Contracts(const std::string& period, const std::string& value) const {
    return Parse<Report>(Expand(
        absl::StrCat(R"(indicator: "$/indicators/contracts" unit: "units/north" period: ")", period,
                     R"(" measurement { value: ")", value, R"(" unit_of_measure: "项" })")));
  }

  BatchSubmitReportsRequest Of(const std::vector<Report>& reports) const {
    BatchSubmitReportsRequest request = Empty();
    for (const Report& report : reports) *request.add_reports() = report;
    return request;
  }

  // A published plan with 60 lines of north's on dekads, of which ten have begun.
  void PublishManyLines() {
    plan_ += "-many";
    indicator::v1::PlanDocument document = TestDocument(plan_);
    const indicator::v1::Indicator pattern = document.indicators(5);
    document.clear_indicators();
    for (int i = 0; i < 60; ++i) {
      indicator::v1::Indicator* indicator = document.add_indicators();
      *indicator = pattern;
      indicator->set_name(IndicatorName(absl::StrCat("m", i)));
      indicator->set_display_name(absl::StrCat("事项", i));
      indicator->set_table_row(i + 1);
    }
    Import(document);
    Publish(plan_);
  }

  // So many different rows of those lines.
  BatchSubmitReportsRequest ManyRows(int count) const {
    BatchSubmitReportsRequest request = Empty();
    for (const Period& period : Period::TilesOf(2024, common::v1::DEKAD)) {
      for (int i = 0; i < 60 && request.reports_size() < count; ++i) {
        Report* report = request.add_reports();
        report->set_indicator(IndicatorName(absl::StrCat("m", i)));
        report->set_unit("units/north");
        report->set_period(period.ToString());
        report->mutable_measurement()->set_value("1");
      }
    }
    return request;
  }
};

TEST_F(BatchTest, AllOfThemOrNone) {
  const Report draft = Draft("2024-03-D1", "1");
  const auto good =
      Batch(kNorth, Of({Contracts("2024-03-D1", "40"), Contracts("2024-03-D2", "50")}));
  ASSERT_THAT(good, IsOk());
  EXPECT_EQ(good->submitted(), 2);
  EXPECT_EQ(good->refused(), 0);
  ASSERT_EQ(good->rows_size(), 2);
  EXPECT_EQ(good->rows(0).report().name(), draft.name());
  EXPECT_EQ(good->rows(1).index(), 1);
  EXPECT_EQ(Get(kNorth, good->rows(1).report().name())->DebugString(),
            good->rows(1).report().DebugString());
  EXPECT_EQ(LineOf(*Board(kLeader), "contracts", "units/north").pending_size(), 2);

  const std::string content = Content();
  const auto mixed =
      Batch(kNorth, Of({Contracts("2024-02-D1", "10"), Contracts("2024-02-D2", "0.5"),
                        Contracts("2024-03-D1", "41")}));
  EXPECT_THAT(mixed, FailsWith(StatusCode::kInvalidArgument, "BATCH_REFUSED",
                               "reports[1].measurement.value"));
  EXPECT_EQ(GetErrorInfo(mixed.status())->metadata().at("violations"), "2");
  EXPECT_THAT(Batch(kNorth, Of({Contracts("2024-02-D1", "10"), Contracts("2024-02-D2", "0.5")})),
              FailsWith(StatusCode::kInvalidArgument, "MEASUREMENT_INVALID",
                        "reports[1].measurement.value"));
  EXPECT_THAT(Batch(kNorth, Of({Contracts("2024-03-D1", "41")})),
              FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED", "reports[0]"));
  EXPECT_EQ(Content(), content);
}

TEST_F(BatchTest, ARowMayNameTheReportThatItsWriterSaw) {
  const Report draft = Draft("2024-03-D1", "1");
  const auto seen = [&](const char* period, const std::string& etag) {
    Report row = Contracts(period, "40");
    row.set_etag(etag);
    return row;
  };
  const std::string before = Content();
  EXPECT_THAT(Batch(kNorth, Of({seen("2024-03-D1", "v7")})),
              FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  EXPECT_THAT(Batch(kNorth, Of({seen("2024-03-D2", "v1")})),
              FailsWith(StatusCode::kAborted, "STALE_ETAG"));  // it is there no more
  EXPECT_EQ(Content(), before);
  EXPECT_THAT(Batch(kNorth, Of({seen("2024-03-D1", draft.etag())})), IsOk());
}

TEST_F(BatchTest, RowByRow) {
  const Report accepted = Accepted("2024-02-D3", "30");
  BatchSubmitReportsRequest request =
      Of({Contracts("2024-02-D1", "10"), Contracts("2024-02-D2", "-1"),
          Contracts("2024-02-D3", "31"), Contracts("2024-03-D1", "29"),
          Contracts("2024-02-D1", "11"), Contracts("2024-04-D2", "50")});
  request.set_per_item(true);
  const auto answer = Batch(kNorth, request);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->submitted(), 1);
  EXPECT_EQ(answer->refused(), 5);
  const std::vector<std::string> want = {"",
                                         "MEASUREMENT_INVALID",
                                         "REPORT_EXISTS",
                                         "FALL_UNEXPLAINED",
                                         "DUPLICATE_IN_BATCH",
                                         "PERIOD_NOT_STARTED"};
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(answer->rows(i).index(), i);
    EXPECT_EQ(answer->rows(i).error().reason(), want[static_cast<size_t>(i)]);
    EXPECT_EQ(answer->rows(i).has_report(), i == 0);
  }
  const v1::RowError& error = answer->rows(1).error();
  EXPECT_EQ(error.code(), static_cast<int>(StatusCode::kInvalidArgument));
  ASSERT_EQ(error.fields_size(), 1);
  EXPECT_EQ(error.fields(0), "measurement.value");
  EXPECT_NE(error.message(), "");
  EXPECT_NE(error.message_en(), "");
  EXPECT_EQ(answer->rows(2).error().metadata().at("report"), accepted.name());
  EXPECT_EQ(answer->rows(4).error().metadata().at("first"), "0");
}

TEST_F(BatchTest, OnlyValidatedLeavesNothing) {
  Draft("2024-03-D1", "1");
  BatchSubmitReportsRequest request =
      Of({Contracts("2024-03-D1", "40"), Contracts("2024-03-D2", "50"),
          Contracts("2024-03-D3", "0.5")});
  request.set_validate_only(true);
  const std::string content = Content();
  const auto answer = Batch(kNorth, request);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->submitted(), 2);
  EXPECT_EQ(answer->rows(1).report().canonical().value(), "50");
  EXPECT_EQ(answer->rows(1).report().name(), "");
  EXPECT_EQ(answer->rows(2).error().reason(), "MEASUREMENT_INVALID");
  EXPECT_EQ(Content(), content);
}

TEST_F(BatchTest, ARepeatIsAnsweredAsTheFirst) {
  BatchSubmitReportsRequest request = Of({Contracts("2024-03-D1", "40")});
  request.set_request_id("0190a1b2-0000-7000-8000-00000000ba7c");
  const auto first = Batch(kNorth, request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(Batch(kNorth, request)->DebugString(), first->DebugString());
  request.mutable_reports(0)->mutable_measurement()->set_value("41");
  EXPECT_THAT(Batch(kNorth, request), FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(BatchTest, FiveHundredAtOnce) {
  PublishManyLines();
  const auto answer = Batch(kNorth, ManyRows(500));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->submitted(), 500);
  std::set<std::string> names;
  for (const auto& row : answer->rows()) names.insert(row.report().name());
  EXPECT_EQ(names.size(), 500U);
  const std::string plan = plan_.substr(6);
  EXPECT_EQ(
      Ask("SELECT CAST(COUNT(*) AS CHAR) FROM reports WHERE state = 2 AND plan = '" + plan + "'"),
      "500");
  EXPECT_EQ(Ask("SELECT CAST(COUNT(*) AS CHAR) FROM report_revisions WHERE plan = '" + plan + "'"),
            "500");
  EXPECT_EQ(Ask("SELECT CAST(COUNT(*) AS CHAR) FROM outbox_events WHERE plan = '" + plan_ + "'"),
            "500");
}

TEST_F(BatchTest, SizesThatAreRefused) {
  PublishManyLines();
  const std::string content = Content();
  BatchSubmitReportsRequest many = Empty();
  for (int i = 0; i < 10000; ++i) many.add_reports()->set_unit("units/north");
  EXPECT_THAT(Batch(kNorth, Empty()),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "reports"));
  EXPECT_THAT(Batch(kNorth, ManyRows(501)),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "reports"));
  EXPECT_THAT(Batch(kNorth, many),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "reports"));
  EXPECT_EQ(Content(), content);
}

TEST_F(BatchTest, HostileTextsAreRefusedOrStayText) {
  const std::string content = Content();
  Report bytes = Contracts("2024-03-D1", "40");
  bytes.set_comment("\xff\xfe");
  EXPECT_EQ(Batch(kNorth, Of({bytes})).status().code(), StatusCode::kInvalidArgument);
  Report null = Contracts("2024-03-D1", "40");
  null.set_comment(std::string("a\0b", 3));
  EXPECT_THAT(Batch(kNorth, Of({null})),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "reports[0].comment"));
  Report place = Contracts("2024-03-D1", "40");
  place.set_period(std::string("2024-03-D1\0", 11));
  EXPECT_THAT(Batch(kNorth, Of({place})),
              FailsWith(StatusCode::kInvalidArgument, "PERIOD_INVALID", "reports[0].period"));
  EXPECT_EQ(Content(), content);
  Report formula = Contracts("2024-03-D1", "40");
  formula.set_comment("=cmd()'; DROP TABLE reports; --");
  const auto answer = Batch(kNorth, Of({formula}));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(Get(kNorth, answer->rows(0).report().name())->comment(), formula.comment());
}

// Ten thousand rows, of which some are good, doubled, no text at all, cut by NUL or look like a
// formula: refused whole, however large they are, and the service goes on.
TEST_F(BatchTest, AHostileBatchLeavesNothing) {
  const std::string content = Content();
  for (const size_t characters : {size_t{0}, size_t{200}}) {
    for (const bool per_item : {false, true}) {
      BatchSubmitReportsRequest request = Empty();
      request.set_per_item(per_item);
      for (int i = 0; i < 10'000; ++i) {
        Report* row = request.add_reports();
        *row = Contracts("2024-03-D1", "40");
        row->set_comment("=cmd()" + std::string(characters, 'x'));
        if (i % 5 == 1) row->set_comment(std::string("a\0b", 3));
      }
      const auto code = characters == 0 ? StatusCode::kInvalidArgument
                                        : StatusCode::kResourceExhausted;  // above 1 MiB
      EXPECT_EQ(Batch(kNorth, request).status().code(), code);
      request.mutable_reports(7)->set_comment("\xff\xfe");
      EXPECT_EQ(Batch(kNorth, request).status().code(), code);
    }
  }
  EXPECT_EQ(Content(), content);
  EXPECT_THAT(Batch(kNorth, Of({Contracts("2024-03-D1", "40")})), IsOk());
}

TEST_F(BatchTest, ADuplicateRefusesAWholeBatch) {
  const std::string content = Content();
  const auto answer =
      Batch(kNorth, Of({Contracts("2024-03-D1", "40"), Contracts("2024-03-D2", "50"),
                        Contracts("2024-03-D1", "40")}));
  EXPECT_THAT(answer, FailsWith(StatusCode::kInvalidArgument, "DUPLICATE_IN_BATCH", "reports[2]"));
  EXPECT_EQ(GetErrorInfo(answer.status())->metadata().at("first"), "0");
  EXPECT_EQ(Content(), content);
}

TEST_F(BatchTest, AForeignRowRefusesTheCallAndIsOnRecord) {
  BatchSubmitReportsRequest request =
      Of({Contracts("2024-03-D1", "40"), Contracts("2024-03-D2", "50")});
  request.mutable_reports(1)->set_unit("units/south");
  request.set_per_item(true);
  const std::string content = Content();
  EXPECT_THAT(Batch(kNorth, request), FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Batch(kOffice, request),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_EQ(Content(), content);
}

TEST_F(BatchTest, OverlappingBatchesAtOnceMakeOneReportALine) {
  PublishManyLines();
  std::vector<absl::StatusOr<BatchSubmitReportsResponse>> answers(4);
  std::vector<std::thread> callers;
  for (auto& answer : answers) {
    callers.emplace_back([&] {
      BatchSubmitReportsRequest request = ManyRows(120);
      request.set_per_item(true);
      answer = Batch(kNorth, request);
    });
  }
  for (std::thread& caller : callers) caller.join();
  int submitted = 0;
  for (const auto& answer : answers) {
    ASSERT_THAT(answer, IsOk());
    submitted += answer->submitted();
    for (const auto& row : answer->rows()) {
      if (row.has_error()) {
        EXPECT_EQ(row.error().reason(), "REPORT_MOVE_NOT_ALLOWED");
      }
    }
  }
  EXPECT_EQ(submitted, 120);
}

}  // namespace
}  // namespace duban::submission
