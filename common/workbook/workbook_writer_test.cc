// What is written is what can be read again, and looks as it should.
#include "common/workbook/workbook_writer.h"

#include <string>

#include "absl/time/time.h"
#include "common/testing/status_matchers.h"
#include "common/workbook/archive.h"
#include "common/workbook/workbook_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::workbook {
namespace {

using ::duban::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = CellContent::Kind;

const absl::Time kNow = absl::UnixEpoch() + absl::Hours(475000);

Sheet TestSheet() {
  Sheet sheet;
  sheet.name = "填报";
  sheet.columns = {{20, false}, {10, true}, {12, false}};
  sheet.rows = {
      {{"标题", Look::kTitle}},
      {{"指标", Look::kHeader}, {"编号", Look::kHeader}, {"数值", Look::kHeader}},
      {{"=cmd()", Look::kPlain}, {"", Look::kInput}, {"0.183", Look::kInput, true}},
      {{"灯", Look::kRed}, {"灯", Look::kGreen}, {"1234567.10", Look::kPlain, true}},
      {{"灯", Look::kYellow}, {"灯", Look::kGrey}, {"1234567890123456.5", Look::kPlain, true}}};
  sheet.frozen_rows = 2;
  sheet.frozen_columns = 1;
  sheet.is_protected = true;
  return sheet;
}

TEST(WorkbookWriterTest, WritesWhatCanBeReadAgain) {
  Sheet second;
  second.name = "hidden";
  second.hidden = true;
  second.rows = {{{"x"}}};
  const auto bytes = WriteWorkbook({TestSheet(), second}, kNow);
  ASSERT_THAT(bytes, IsOk());
  const auto sheets = ReadWorkbook(*bytes);
  ASSERT_THAT(sheets, IsOk());
  ASSERT_EQ(sheets->size(), 2);
  const auto& cells = (*sheets)[0].cells;
  const auto expect = [&](int row, int column, Kind kind, const std::string& text) {
    ASSERT_TRUE(cells.contains({row, column})) << row << " " << column;
    EXPECT_EQ(cells.at({row, column}).kind, kind) << row << " " << column;
    EXPECT_EQ(cells.at({row, column}).text, text) << row << " " << column;
  };
  expect(1, 1, Kind::kText, "标题");
  expect(3, 1, Kind::kText, "=cmd()");
  expect(3, 3, Kind::kNumber, "0.183");
  expect(4, 3, Kind::kNumber, "1234567.1");
  expect(5, 3, Kind::kText, "1234567890123456.5");
  EXPECT_FALSE(cells.contains({3, 2}));
  EXPECT_EQ((*sheets)[1].name, "hidden");
}

TEST(WorkbookWriterTest, LooksAsItShould) {
  const auto bytes = WriteWorkbook({TestSheet()}, kNow);
  ASSERT_THAT(bytes, IsOk());
  const auto files = Unpack(*bytes, {});
  ASSERT_THAT(files, IsOk());
  const std::string& sheet = files->at("xl/worksheets/sheet1.xml");
  EXPECT_THAT(sheet, HasSubstr("<pane xSplit=\"1\" ySplit=\"2\""));
  EXPECT_THAT(sheet, HasSubstr("state=\"frozen\""));
  EXPECT_THAT(sheet, HasSubstr("<mergeCell ref=\"A1:C1\"/>"));
  EXPECT_THAT(sheet, HasSubstr("hidden=\"1\""));
  EXPECT_THAT(sheet, HasSubstr("<sheetProtection"));
  EXPECT_THAT(sheet, Not(HasSubstr("<f>")));
  const std::string& styles = files->at("xl/styles.xml");
  for (const char* part : {"黑体", "宋体", "FF00B050", "FFFFC000", "FFFF0000", "FFBFBFBF",
                           "#,##0.000", "locked=\"0\""}) {
    EXPECT_THAT(styles, HasSubstr(part));
  }
}

TEST(WorkbookWriterTest, SaysSoWhereItCannot) {
  Sheet sheet = TestSheet();
  sheet.name = "[不能]";
  EXPECT_EQ(WriteWorkbook({sheet}, kNow).status().code(), absl::StatusCode::kInternal);
  sheet = TestSheet();
  sheet.rows = {{{std::string(40000, 'x')}}};
  EXPECT_EQ(WriteWorkbook({sheet}, kNow).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace duban::workbook
