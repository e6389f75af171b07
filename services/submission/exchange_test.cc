// Rows and workbooks out, over the wire.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/exchange_fixture.h"
#include "services/submission/report_rows.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kInvalid;
using testing::kPrecondition;
using ::testing::UnorderedElementsAre;
using v1::Report;
using workbook::CellContent;
using workbook::SheetContent;

class ExchangeTest : public ExchangeCalls {
 protected:
  // Everything that a stream answers.
  template <typename Request, typename Response>
  absl::StatusOr<std::vector<Response>> Stream(
      const Who& who,
      std::unique_ptr<grpc::ClientReader<Response>> (Exchange::*rpc)(grpc::ClientContext*,
                                                                     const Request&),
      const Request& request) const {
    grpc::ClientContext context;
    Services::Get().submission->Authorize(&context, who.role, who.unit);
    const auto reader = (exchange_.get()->*rpc)(&context, request);
    std::vector<Response> responses;
    Response response;
    while (reader->Read(&response)) responses.push_back(response);
    const absl::Status status = client::FromGrpc(reader->Finish());
    if (!status.ok()) return status;
    return responses;
  }

  absl::StatusOr<std::vector<v1::ExportReportsResponse>> Export(
      const Who& who, const std::string& filter = "", v1::ExportFormat format = v1::ROWS) const {
    v1::ExportReportsRequest request;
    request.set_parent(plan_);
    request.set_filter(filter);
    request.set_format(format);
    return Stream(who, &Exchange::ExportReports, request);
  }

  std::vector<std::string> Names(const Who& who, const std::string& filter = "") const {
    std::vector<std::string> names;
    const auto rows = Export(who, filter);
    EXPECT_THAT(rows, IsOk());
    for (const auto& row : *rows) names.push_back(row.report().name());
    return names;
  }

  // The file that a stream carries.
  template <typename Response>
  static std::string FileOf(const absl::StatusOr<std::vector<Response>>& stream) {
    EXPECT_THAT(stream, IsOk());
    std::string content;
    for (const Response& response : *stream) {
      EXPECT_LE(response.file().data().size(), 65'536);
      EXPECT_EQ(response.file().file_name().empty(), !content.empty());
      content += response.file().data();
    }
    EXPECT_EQ(stream->front().file().file_size(), content.size());
    EXPECT_TRUE(absl::EndsWith(stream->front().file().file_name(), ".xlsx"));
    return content;
  }
};

TEST_F(ExchangeTest, RowsAreTheReportsThatTheCallerSees) {
  const Report north = Submitted("2024-03-D2", "60");
  const auto south = Create(kSouth, R"(indicator: "$/indicators/contracts" unit: "units/south"
      period: "2024-03-D2" measurement { value: "70" unit_of_measure: "项" })");
  ASSERT_THAT(south, IsOk());
  EXPECT_THAT(Names(kOffice), UnorderedElementsAre(north.name(), south->name()));
  EXPECT_THAT(Names(kNorth), ElementsAre(north.name()));
  EXPECT_THAT(Names(kOffice, "state = DRAFT"), ElementsAre(south->name()));
  EXPECT_THAT(Names(kOffice, R"(period = "2024-03-D1")"), IsEmpty());
  const auto rows = Export(kNorth);
  ASSERT_THAT(rows, IsOk());
  const auto listed = List(kNorth, "");
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ((*rows)[0].report().SerializeAsString(), listed->reports(0).SerializeAsString());
}

TEST_F(ExchangeTest, ExportsAreRefusedAsListsAre) {
  EXPECT_THAT(Export(kOffice, "colour = RED"), FailsWith(kInvalid, "FILTER_INVALID", "filter"));
  EXPECT_THAT(Export(kNorth, R"(unit = "units/south")"),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Export(kOffice, "", static_cast<v1::ExportFormat>(9)),
              FailsWith(kInvalid, "FIELD_INVALID", "format"));
  v1::ExportScoreboardRequest board;
  board.set_plan("plans/nowhere");
  EXPECT_THAT(Stream(kOffice, &Exchange::ExportScoreboard, board),
              FailsWith(StatusCode::kNotFound, "PLAN_NOT_FOUND"));
  board.set_plan(plan_);
  board.set_format(static_cast<v1::ExportFormat>(9));
  EXPECT_THAT(Stream(kOffice, &Exchange::ExportScoreboard, board),
              FailsWith(kInvalid, "FIELD_INVALID", "format"));
}

TEST_F(ExchangeTest, ManyRowsComePageByPage) {
  const Report draft = Draft("2024-03-D3", "60");
  const std::string columns = absl::StrCat(kReportColumns, ", period_end");
  const std::string values =
      absl::StrReplaceAll(columns, {{"plan, report,",
                                     "plan, CONCAT('ffffffff-0000-7000-8000-', LPAD(a.d + 10 * b.d "
                                     "+ 100 * c.d + 1000 * e.d, 12, '0')),"},
                                    {" state,", " 7,"}});
  const std::string digits =
      "(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5"
      " UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)";
  ASSERT_THAT(
      database().RunInTransaction(
          MachineNow() + absl::Seconds(60),
          [&](db::Transaction& tx) {
            return tx
                .Execute(absl::StrCat("INSERT INTO reports (", columns, ") SELECT ", values,
                                      " FROM reports JOIN ", digits, " a JOIN ", digits, " b JOIN ",
                                      digits, " c JOIN ", digits, " e WHERE plan = ?"),
                         {plan_.substr(plan_.find('/') + 1)})
                .status();
          }),
      IsOk());
  const std::vector<std::string> names = Names(kOffice);
  EXPECT_EQ(names.size(), 10'001);
  EXPECT_EQ(names.front(), draft.name());
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_THAT(Export(kOffice, "", v1::XLSX), FailsWith(kPrecondition, "EXPORT_TOO_LARGE"));
  EXPECT_EQ(
      Read(FileOf(Export(kOffice, "state = WITHDRAWN", v1::XLSX)))[0].cells.rbegin()->first.first,
      10'002);
}

TEST_F(ExchangeTest, AWorkbookOfReports) {
  const auto report = Create(kNorth, R"(indicator: "$/indicators/contracts" unit: "units/north"
      period: "2024-03-D3" measurement { value: "60" unit_of_measure: "项" }
      comment: "=cmd|' /C calc'!A0" narrative { progress: "+1\n第二行" })");
  ASSERT_THAT(report, IsOk());
  const SheetContent sheet = Read(FileOf(Export(kNorth, "", v1::XLSX)))[0];
  EXPECT_EQ(sheet.name, "填报明细");
  EXPECT_EQ(TextAt(sheet, "A1"), "测试方案 填报明细");
  EXPECT_EQ(TextAt(sheet, "B2"), "指标");
  EXPECT_EQ(TextAt(sheet, "B3"), "技术合同项数");
  EXPECT_EQ(TextAt(sheet, "C3"), "北局");
  EXPECT_EQ(TextAt(sheet, "E3"), "草稿");
  EXPECT_EQ(TextAt(sheet, "F3"), "60");
  EXPECT_EQ(sheet.cells.at({3, 6}).kind, CellContent::Kind::kNumber);
  EXPECT_EQ(TextAt(sheet, "S3"), "+1\n第二行");
  EXPECT_EQ(TextAt(sheet, "V3"), "=cmd|' /C calc'!A0");
  EXPECT_EQ(sheet.cells.at({3, 22}).kind, CellContent::Kind::kText);
}

TEST_F(ExchangeTest, AScoreboardAsRowsAndAsAWorkbook) {
  Accepted("2024-03-D3", "60");
  v1::ExportScoreboardRequest request;
  request.set_plan(plan_);
  request.set_as_of_date("2024-03-31");
  const auto board = Board(kOffice, "2024-03-31");
  ASSERT_THAT(board, IsOk());
  const auto rows = Stream(kOffice, &Exchange::ExportScoreboard, request);
  ASSERT_THAT(rows, IsOk());
  ASSERT_EQ(rows->size(), board->lines_size());
  for (int i = 0; i < board->lines_size(); ++i) {
    EXPECT_EQ((*rows)[static_cast<size_t>(i)].line().SerializeAsString(),
              board->lines(i).SerializeAsString());
  }
  request.set_format(v1::XLSX);
  const std::string bytes = FileOf(Stream(kOffice, &Exchange::ExportScoreboard, request));
  const std::vector<SheetContent> sheets = Read(bytes);
  ASSERT_EQ(sheets.size(), 2);
  EXPECT_EQ(TextAt(sheets[0], "A1"), "测试方案 进度总表(截至 2024-03-31)");
  // contracts: the whole plan, then north: 60 of 240 with 9 of 36 dekads ended
  EXPECT_EQ(TextAt(sheets[0], "B3"), "全市");
  EXPECT_EQ(TextAt(sheets[0], "B4"), "北局");
  EXPECT_EQ(TextAt(sheets[0], "F4"), "25");
  EXPECT_EQ(TextAt(sheets[0], "J4"), "绿");
  EXPECT_EQ(TextAt(sheets[0], "J5"), "灰 无数据");
  EXPECT_EQ(TextAt(sheets[1], "B2"), "全市");
  EXPECT_EQ(TextAt(sheets[1], "C2"), "北局");
  EXPECT_EQ(TextAt(sheets[1], "A3"), "技术合同项数");
  EXPECT_EQ(TextAt(sheets[1], "C3"), "25");
  request.set_filter(R"(unit = "units/north")");
  request.set_format(v1::ROWS);
  const auto north = Stream(kOffice, &Exchange::ExportScoreboard, request);
  ASSERT_THAT(north, IsOk());
  for (const auto& row : *north) EXPECT_EQ(row.line().unit(), "units/north");
}

}  // namespace
}  // namespace duban::submission
