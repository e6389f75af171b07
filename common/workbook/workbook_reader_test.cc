// Workbooks as Excel and others write them, and such as nobody should.
#include "common/workbook/workbook_reader.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "common/workbook/cell_text.h"
#include "common/workbook/test_archive.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::workbook {
namespace {

using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using testing::kInvalid;
using Kind = CellContent::Kind;

std::string Show(const SheetContent& sheet) {
  static constexpr const char* kKinds[] = {"text", "number", "date", "boolean", "formula", "error"};
  std::string shown;
  for (const auto& [place, cell] : sheet.cells) {
    absl::StrAppend(&shown, CellName(place.first, place.second), " ",
                    kKinds[static_cast<int>(cell.kind)], " ", cell.text, "\n");
  }
  return shown;
}

TEST(WorkbookReaderTest, TellsWhatEachCellHolds) {
  const auto sheets = ReadWorkbook(MakeWorkbook(
      R"(<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
         <row r="3"><c r="B3" t="inlineStr"><is><t>=cmd()</t></is></c><c><v>0.10000000000000001</v></c>
           <c r="E3" s="1"><v>45382</v></c><c r="F3" s="2"><v>45382</v></c><c r="G3" s="0"><v>45382</v></c>
         </row>
         <row><c t="b"><v>1</v></c><c t="e"><v>#DIV/0!</v></c><c><f>1+1</f><v>2</v></c>
           <c t="str"><f>cmd()</f><v>x</v></c><c><v>12345678901234567</v></c><c s="1"/><c t="s"><v>2</v></c>
           <c t="d"><v>2024-03-31</v></c></row>)",
      "<si><t>指标</t></si>"
      "<si><r><t>技术</t></r><r><t xml:space=\"preserve\"> 合同</t></r><rPh><t>ji</t></rPh></si>"
      "<si><t></t></si>"));
  ASSERT_THAT(sheets, IsOk());
  ASSERT_EQ(sheets->size(), 1);
  EXPECT_EQ((*sheets)[0].name, "填报");
  EXPECT_EQ(Show((*sheets)[0]),
            "A1 text 指标\nB1 text 技术 合同\n"
            "B3 text =cmd()\nC3 number 0.1\nE3 date 2024-03-31\nF3 date 2024-03-31\n"
            "G3 number 45382\n"
            "A4 boolean 1\nB4 error #DIV/0!\nC4 formula 1+1\nD4 formula cmd()\n"
            "E4 error 12345678901234567\nH4 date 2024-03-31\n");
}

TEST(WorkbookReaderTest, ReadsBothDateSystems) {
  const std::string cell = R"(<row r="1"><c r="A1" s="1"><v>43920</v></c></row>)";
  const auto mac = ReadWorkbook(MakeWorkbook(cell, "", R"(<workbookPr date1904="1"/>)"));
  ASSERT_THAT(mac, IsOk());
  EXPECT_EQ(Show((*mac)[0]), "A1 date 2024-03-31\n");
  const auto other = ReadWorkbook(MakeWorkbook(cell, "", R"(<workbookPr date1904="0"/>)"));
  ASSERT_THAT(other, IsOk());
  EXPECT_EQ(Show((*other)[0]), "A1 date 2020-03-30\n");
}

TEST(WorkbookReaderTest, EntitiesOfItsOwnAreNotExpanded) {
  // A reader that did would unfold this a thousand times.
  const auto sheets = ReadWorkbook(
      MakeWorkbook(R"(<row r="1"><c r="A1" t="inlineStr"><is><t>&lol;</t></is></c></row>)"));
  ASSERT_THAT(sheets, IsOk());
  EXPECT_EQ(Show((*sheets)[0]), "A1 text &lol;\n");
}

TEST(WorkbookReaderTest, BytesThatAreNoUtf8ComeAsTheyAre) {
  const auto sheets = ReadWorkbook(
      MakeWorkbook("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>\xC3(</t></is></c></row>"));
  ASSERT_THAT(sheets, IsOk());
  EXPECT_EQ(Show((*sheets)[0]), "A1 text \xC3(\n");
}

struct RefusedCase {
  std::string name;
  std::string bytes;
  std::string reason;
};

void PrintTo(const RefusedCase& c, std::ostream* out) { *out << c.name; }

class RefusedWorkbookTest : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedWorkbookTest, IsRefused) {
  const ReadLimits limits = {.archive = {}, .cells = 10};
  EXPECT_THAT(ReadWorkbook(GetParam().bytes, limits), FailsWith(kInvalid, GetParam().reason));
}

std::string Cells(int count) {
  std::string row = "<row>";
  for (int i = 0; i < count; ++i) row += "<c><v>1</v></c>";
  return row + "</row>";
}

INSTANTIATE_TEST_SUITE_P(
    Workbooks, RefusedWorkbookTest,
    ::testing::Values(
        RefusedCase{"an archive of something else", MakeArchive({{"a.txt", "x"}}),
                    "WORKBOOK_INVALID"},
        RefusedCase{"no workbook in it",
                    MakeArchive({{"_rels/.rels", "<Relationships></Relationships>"}}),
                    "WORKBOOK_INVALID"},
        RefusedCase{"relationships that are no XML", MakeArchive({{"_rels/.rels", "x"}}),
                    "WORKBOOK_INVALID"},
        RefusedCase{"a sheet that is no XML", MakeWorkbook("<row><c></row>"), "WORKBOOK_INVALID"},
        RefusedCase{"NUL in a sheet", MakeWorkbook(std::string("<row>\0</row>", 12)),
                    "WORKBOOK_INVALID"},
        RefusedCase{"a reference to NUL",
                    MakeWorkbook(R"(<row><c t="inlineStr"><is><t>12&#x00;34</t></is></c></row>)"),
                    "WORKBOOK_INVALID"},
        RefusedCase{"a shared string that is not there",
                    MakeWorkbook(R"(<row><c t="s"><v>1</v></c></row>)", "<si><t>0</t></si>"),
                    "WORKBOOK_INVALID"},
        RefusedCase{"a shared string of no number",
                    MakeWorkbook(R"(<row><c t="s"><v>-1</v></c></row>)", "<si><t>0</t></si>"),
                    "WORKBOOK_INVALID"},
        RefusedCase{"a cell in another row",
                    MakeWorkbook(R"(<row r="1"><c r="A2"><v>1</v></c></row>)"), "WORKBOOK_INVALID"},
        RefusedCase{
            "a cell twice",
            MakeWorkbook(R"(<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>)"),
            "WORKBOOK_INVALID"},
        RefusedCase{"a row that is none", MakeWorkbook(R"(<row r="x"><c><v>1</v></c></row>)"),
                    "WORKBOOK_INVALID"},
        RefusedCase{"eleven cells", MakeWorkbook(Cells(11)), "WORKBOOK_TOO_LARGE"}));

TEST(WorkbookReaderTest, TakesAsManyCellsAsAllowed) {
  EXPECT_THAT(ReadWorkbook(MakeWorkbook(Cells(10)), {.archive = {}, .cells = 10}), IsOk());
}

}  // namespace
}  // namespace duban::workbook
