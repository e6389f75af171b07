// Templates out and in, over the wire.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/decimal.h"
#include "common/testing/status_matchers.h"
#include "common/workbook/archive.h"
#include "common/workbook/cell_text.h"
#include "common/workbook/test_archive.h"
#include "common/workbook/workbook_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/exchange_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kInvalid;
using testing::kPrecondition;
using v1::Report;
using workbook::CellContent;
using workbook::SheetContent;
using Outcome = v1::ImportReportsResponse::Row;

constexpr char kCountsColumn = 'G';  // 本期数

// Cells to change, by name: a decimal becomes a number, anything else a text.
using Edits = std::map<std::string, std::string>;

// The workbook as somebody leaves it who changes cells of its first sheet.
std::string Edited(const std::string& bytes, const Edits& edits) {
  std::vector<SheetContent> contents = Read(bytes);
  for (const auto& [name, text] : edits) {
    const auto kind =
        Decimal::Parse(text).ok() ? CellContent::Kind::kNumber : CellContent::Kind::kText;
    contents[0].cells[*workbook::ParseCellName(name)] = {kind, text};
  }
  std::vector<workbook::Sheet> sheets;
  for (const SheetContent& content : contents) {
    workbook::Sheet& sheet = sheets.emplace_back();
    sheet.name = content.name;
    for (const auto& [place, cell] : content.cells) {
      if (sheet.rows.size() < static_cast<size_t>(place.first)) {
        sheet.rows.resize(static_cast<size_t>(place.first));
      }
      auto& row = sheet.rows[static_cast<size_t>(place.first) - 1];
      if (row.size() < static_cast<size_t>(place.second)) {
        row.resize(static_cast<size_t>(place.second));
      }
      row[static_cast<size_t>(place.second) - 1] = {cell.text, workbook::Look::kPlain,
                                                    cell.kind == CellContent::Kind::kNumber};
    }
  }
  const auto edited = workbook::WriteWorkbook(sheets, absl::UnixEpoch());
  EXPECT_THAT(edited, IsOk());
  return edited.value_or("");
}

// The workbook with one text of its first sheet's XML replaced.
std::string Patched(const std::string& bytes, const std::string& from, const std::string& to) {
  const auto files = workbook::Unpack(bytes, {});
  EXPECT_THAT(files, IsOk());
  std::vector<workbook::TestEntry> entries;
  bool replaced = false;
  for (const auto& [name, content] : *files) {
    std::string changed = content;
    if (name == "xl/worksheets/sheet1.xml") {
      replaced = absl::StrReplaceAll({{from, to}}, &changed) > 0;
    }
    entries.push_back({name, changed});
  }
  EXPECT_TRUE(replaced) << from;
  return workbook::MakeArchive(entries);
}

class TemplateTest : public ExchangeCalls {
 protected:
  absl::StatusOr<v1::ReportTemplate> TryTemplate(const Who& who, const std::string& unit,
                                                 const std::string& period) const {
    v1::GetReportTemplateRequest request;
    request.set_parent(plan_);
    request.set_unit(unit);
    request.set_period(period);
    return Call(who, *exchange_, &Exchange::GetReportTemplate, request);
  }

  // North's template of a dekad.
  std::string Template(const std::string& period = "2024-03-D3") const {
    const auto answer = TryTemplate(kNorth, "units/north", period);
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? answer->content() : "";
  }

  absl::StatusOr<v1::ImportReportsResponse> ImportFilled(const Who& who, const std::string& content,
                                                         bool validate_only = false) const {
    v1::ImportReportsRequest request;
    request.set_parent(plan_);
    request.set_unit(who.unit);
    request.set_content(content);
    request.set_validate_only(validate_only);
    return Call(who, *exchange_, &Exchange::ImportReports, request);
  }

  // The import is refused so, for this cell and field, and has changed nothing.
  void ExpectRefused(const std::string& content, StatusCode code, const std::string& reason,
                     const std::string& field = "") const {
    SCOPED_TRACE(absl::StrCat(reason, " ", field));
    const std::string before = Content();
    const auto refused = ImportFilled(kNorth, content);
    EXPECT_THAT(refused, FailsWith(code, reason));
    if (!field.empty()) {
      EXPECT_THAT(refused, FailsWith(code, reason, field));
    }
    EXPECT_EQ(GetLocalizedText(refused.status(), "zh-CN").find('{'), std::string::npos);
    EXPECT_EQ(Content(), before);
  }
};

TEST_F(TemplateTest, ATemplateHasTheUnitsLinesWithWhatIsHeld) {
  Accepted("2024-03-D2", "50");
  const Report draft = Draft("2024-03-D3", "60");
  const auto answer = TryTemplate(kNorth, "units/north", "2024-03-D3");
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->file_name(), "测试方案 北局 2024-03-D3 填报表.xlsx");
  const std::vector<SheetContent> sheets = Read(answer->content());
  ASSERT_EQ(sheets.size(), 2);
  EXPECT_EQ(TextAt(sheets[0], "A4"), "contracts");
  EXPECT_EQ(TextAt(sheets[0], "B4"), draft.etag());
  EXPECT_EQ(TextAt(sheets[0], "C4"), "技术合同项数");
  EXPECT_EQ(TextAt(sheets[0], "D4"), "240项");
  EXPECT_EQ(TextAt(sheets[0], "E4"), "2024-03-D2 50项");
  EXPECT_EQ(TextAt(sheets[0], "F4"), "草稿");
  EXPECT_EQ(TextAt(sheets[0], "G4"), "60");
  EXPECT_EQ(TextAt(sheets[0], "K4"), "项");
  EXPECT_EQ(TextAt(sheets[0], "M4"), "2024-03-31");
  EXPECT_EQ(TextAt(sheets[0], "A5"), "loans");
  EXPECT_EQ(TextAt(sheets[0], "G5"), "");
  EXPECT_EQ(TextAt(sheets[0], "K5"), "亿元");
  EXPECT_EQ(TextAt(sheets[0], "A6"), "opening");
  EXPECT_EQ(TextAt(sheets[0], "A7"), "");
  const auto files = workbook::Unpack(answer->content(), {});
  ASSERT_THAT(files, IsOk());
  EXPECT_THAT(files->at("xl/worksheets/sheet1.xml"), HasSubstr("<sheetProtection"));
  EXPECT_THAT(files->at("xl/workbook.xml"), HasSubstr("state=\"hidden\""));
  // By month another two lines of north, and one that was never reported.
  EXPECT_EQ(TextAt(Read(Template("2024-03"))[0], "A4"), "articles");
}

TEST_F(TemplateTest, TemplatesThatCannotBe) {
  EXPECT_THAT(TryTemplate(kNorth, "units/north", "2024-02-D4"),
              FailsWith(kInvalid, "PERIOD_INVALID", "period"));
  EXPECT_THAT(TryTemplate(kNorth, "units/north", "2023-03-D1"),
              FailsWith(kInvalid, "PERIOD_OUTSIDE_PLAN", "period"));
  EXPECT_THAT(TryTemplate(kNorth, "units/north", "2024-05-D1"),
              FailsWith(kPrecondition, "PERIOD_NOT_STARTED", "period"));
  EXPECT_THAT(TryTemplate(kNorth, "units/north", "2024-H1"),
              FailsWith(kPrecondition, "NOTHING_TO_REPORT", "period"));
  EXPECT_THAT(TryTemplate(kNorth, "units/south", "2024-03-D3"),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(TryTemplate(kOffice, "units/south", "2024-03-D3"), IsOk());
}

TEST_F(TemplateTest, AFilledInTemplateMakesDrafts) {
  const Report draft = Draft("2024-03-D3", "60");
  const std::string filled =
      Edited(Template(),
             {{"G4", "61"}, {"L4", "初步"}, {"N4", "=cmd()"}, {"G5", "0.183"}, {"K5", "亿元"}});
  const std::string before = Content();
  const auto checked = ImportFilled(kNorth, filled, /*validate_only=*/true);
  ASSERT_THAT(checked, IsOk());
  EXPECT_THAT(checked->errors(), IsEmpty());
  ASSERT_EQ(checked->rows_size(), 2);
  EXPECT_EQ(checked->rows(1).report().name(), "");
  EXPECT_EQ(Content(), before);

  const auto taken = ImportFilled(kNorth, filled);
  ASSERT_THAT(taken, IsOk());
  ASSERT_EQ(taken->rows_size(), 2);
  EXPECT_EQ(taken->rows(0).row(), 4);
  EXPECT_EQ(taken->rows(0).outcome(), Outcome::UPDATED);
  EXPECT_EQ(taken->rows(0).report().name(), draft.name());
  EXPECT_EQ(taken->rows(1).outcome(), Outcome::CREATED);
  const auto contracts = Get(kNorth, draft.name());
  ASSERT_THAT(contracts, IsOk());
  EXPECT_EQ(contracts->state(), Report::DRAFT);
  EXPECT_EQ(contracts->measurement().value(), "61");
  EXPECT_EQ(contracts->observation_status(), Report::PROVISIONAL);
  EXPECT_EQ(contracts->narrative().progress(), "=cmd()");
  EXPECT_EQ(contracts->provenance().origin(), Report::Provenance::IMPORTED);
  const auto loans = Get(kNorth, taken->rows(1).report().name());
  ASSERT_THAT(loans, IsOk());
  EXPECT_EQ(loans->state(), Report::DRAFT);
  EXPECT_EQ(loans->canonical().value(), "18300000");

  // The template of now says what is held, so that taking it changes nothing.
  const std::string after = Ask("SELECT COUNT(*) FROM report_revisions");
  const auto again = ImportFilled(kNorth, Template());
  ASSERT_THAT(again, IsOk());
  ASSERT_EQ(again->rows_size(), 2);
  for (const auto& row : again->rows()) EXPECT_EQ(row.outcome(), Outcome::UNCHANGED);
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM report_revisions"), after);
}

TEST_F(TemplateTest, WhatIsMissingSaysWhyAndMayComeLater) {
  const std::string missing = Edited(Template(), {{"L4", "缺报"}, {"Q4", "系统检修"}});
  const auto taken = ImportFilled(kNorth, missing);
  ASSERT_THAT(taken, IsOk());
  ASSERT_EQ(taken->rows_size(), 1);
  const std::string name = taken->rows(0).report().name();
  auto report = Get(kNorth, name);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->observation_status(), Report::MISSING);
  EXPECT_EQ(report->missing_reason(), "系统检修");
  EXPECT_EQ(ImportFilled(kNorth, Template())->rows(0).outcome(), Outcome::UNCHANGED);
  ASSERT_THAT(
      ImportFilled(kNorth, Edited(Template(), {{"G4", "60"}, {"K4", "项"}, {"L4", "正常"}})),
      IsOk());
  report = Get(kNorth, name);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->observation_status(), Report::NORMAL);
  EXPECT_EQ(report->measurement().value(), "60");
  EXPECT_EQ(report->missing_reason(), "");
}

TEST_F(TemplateTest, ADraftChangedMeanwhileIsNotLost) {
  const Report draft = Draft("2024-03-D3", "60");
  const std::string with_draft = Template();
  ASSERT_THAT(Update(kNorth, absl::StrCat(R"(report { name: ")", draft.name(),
                                          R"(" comment: "改" } update_mask { paths: "comment" })")),
              IsOk());
  ExpectRefused(Edited(with_draft, {{"G4", "61"}}), kPrecondition, "STALE_ETAG");
  const std::string without = Template("2024-03-D1");
  Draft("2024-03-D1", "40");
  ExpectRefused(Edited(without, {{"G4", "41"}}), kPrecondition, "STALE_ETAG");
}

TEST_F(TemplateTest, WhatIsSubmittedStays) {
  Submitted("2024-03-D3", "60");
  const std::string held = Template();
  EXPECT_THAT(ImportFilled(kNorth, held), IsOk());
  ExpectRefused(Edited(held, {{"G4", "61"}}), kPrecondition, "NOT_A_DRAFT");
  Accepted("2024-03-D2", "50");
  ExpectRefused(Edited(Template("2024-03-D2"), {{"G4", "51"}}), kPrecondition, "NOT_A_DRAFT");
}

TEST_F(TemplateTest, EveryWrongCellIsNamed) {
  const std::string filled = Edited(
      Template(), {{"G4", "六十"}, {"L4", "很好"}, {"G5", "1.1234567"}, {"K5", "家"}, {"G6", "2"}});
  const std::string before = Content();
  const auto checked = ImportFilled(kNorth, filled, /*validate_only=*/true);
  ASSERT_THAT(checked, IsOk());
  EXPECT_THAT(checked->rows(), IsEmpty());
  std::vector<std::string> errors;
  for (const auto& error : checked->errors()) {
    EXPECT_NE(error.explanation(), "");
    errors.push_back(absl::StrCat(error.cell(), " ", error.row(), " ", error.column(), " ",
                                  error.field(), " ", error.reason()));
  }
  EXPECT_THAT(
      errors,
      ElementsAre("填报!L4 4 12 report.observation_status CELL_INVALID",
                  "填报!G4 4 7 report.measurement.value DECIMAL_INVALID",
                  "填报!K5 5 11 report.measurement.unit_of_measure UNIT_OF_MEASURE_MISMATCH",
                  "填报!G6 6 7 report.measurement.value MEASUREMENT_INVALID"));
  EXPECT_EQ(Content(), before);
  ExpectRefused(filled, kPrecondition, "IMPORT_REFUSED");
  // One row that is wrong keeps the right ones out.
  ExpectRefused(Edited(Template(), {{"G4", "60"}, {"G5", "-1"}}), kPrecondition,
                "MEASUREMENT_INVALID", "填报!G5 report.measurement.value");
}

TEST_F(TemplateTest, FormulasAreRefused) {
  const std::string filled = Edited(Template(), {{"G4", "60"}});
  ExpectRefused(Patched(filled, "<v>60</v>", "<f>30+30</f><v>60</v>"), kPrecondition,
                "FORMULA_REFUSED", "填报!G4 report.measurement.value");
  ExpectRefused(Patched(filled, "<v>60</v>", "<v>1E+20</v>"), kPrecondition, "CELL_INVALID",
                "填报!G4 report.measurement.value");
}

// Texts that a spreadsheet program would take for formulas go out and come in as they are.
TEST_F(TemplateTest, TextsThatLookLikeFormulasStayText) {
  const auto draft = Create(
      kNorth, R"pb(indicator: "$/indicators/contracts"
                   unit: "units/north"
                   period: "2024-03-D3"
                   measurement { value: "60" unit_of_measure: "项" }
                   comment: "-2+3+cmd|' /C calc'!A0"
                   narrative { progress: "=cmd()" problems: "+1+1" next_steps: "@SUM(1+1)" })pb");
  ASSERT_THAT(draft, IsOk());
  const std::string out = Template();
  const auto files = workbook::Unpack(out, {});
  ASSERT_THAT(files, IsOk());
  EXPECT_EQ(files->at("xl/worksheets/sheet1.xml").find("<f>"), std::string::npos);
  const SheetContent sheet = Read(out)[0];
  for (const char* cell : {"N4", "O4", "P4", "Q4"}) {
    EXPECT_EQ(sheet.cells.at(*workbook::ParseCellName(cell)).kind, CellContent::Kind::kText)
        << cell;
  }
  const auto unchanged = ImportFilled(kNorth, out);
  ASSERT_THAT(unchanged, IsOk());
  ASSERT_EQ(unchanged->rows_size(), 1);
  EXPECT_EQ(unchanged->rows(0).outcome(), Outcome::UNCHANGED);

  const auto taken = ImportFilled(kNorth, Edited(out, {{"G4", "61"}}));
  ASSERT_THAT(taken, IsOk());
  EXPECT_EQ(taken->rows(0).outcome(), Outcome::UPDATED);
  const auto got = Get(kNorth, draft->name());
  ASSERT_THAT(got, IsOk());
  EXPECT_EQ(got->comment(), draft->comment());
  EXPECT_EQ(got->narrative().SerializeAsString(), draft->narrative().SerializeAsString());
}

TEST_F(TemplateTest, AnotherTemplateIsForeignAndAnOldOneStale) {
  const std::string mine = Edited(Template(), {{"G4", "60"}});
  EXPECT_THAT(ImportFilled(kSouth, mine), FailsWith(kInvalid, "WORKBOOK_FOREIGN", "content"));
  v1::ImportReportsRequest request;
  request.set_parent(plan_);
  request.set_unit("units/north");
  request.set_content(mine);
  EXPECT_THAT(Call(kSouth, *exchange_, &Exchange::ImportReports, request),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  ExpectRefused(Edited(workbook::MakeWorkbook("<row><c><v>1</v></c></row>"), {}), kInvalid,
                "WORKBOOK_FOREIGN", "content");
  Amend("loans", "2024-01-01",
        [](indicator::v1::Indicator* indicator) { indicator->set_definition("新口径"); });
  ExpectRefused(mine, kPrecondition, "WORKBOOK_STALE", "content");
  EXPECT_THAT(ImportFilled(kNorth, Edited(Template(), {{"G4", "60"}})), IsOk());
}

TEST_F(TemplateTest, HostileWorkbooksAreRefused) {
  ExpectRefused("", kInvalid, "WORKBOOK_INVALID");
  ExpectRefused("PK\x03\x04", kInvalid, "WORKBOOK_INVALID");
  ExpectRefused(workbook::MakeArchive({{"../../tmp/x", "x"}}), kInvalid, "WORKBOOK_INVALID");
  ExpectRefused(workbook::MakeArchive({{"xl/workbook.xml", std::string(40'000'000, 'x')}}),
                kInvalid, "WORKBOOK_TOO_LARGE");
  const std::string own = Edited(Template(), {{"N4", "zzz"}, {"G4", "60"}});
  // A line twice, a line of nobody, and 10,000 rows.
  ExpectRefused(Edited(own, {{"A7", "contracts"}, {"G7", "61"}}), kPrecondition, "CELL_INVALID",
                "填报!7:7");
  ExpectRefused(Edited(own, {{"A7", "growth"}, {"G7", "61"}}), kPrecondition, "CELL_INVALID",
                "填报!7:7");
  ExpectRefused(Edited(own, {{"G7", "61"}}), kPrecondition, "CELL_INVALID", "填报!7:7");
  Edits many;
  for (int row = 4; row < 10'004; ++row) {
    many[absl::StrCat("A", row)] = "contracts";
    many[absl::StrCat(std::string(1, kCountsColumn), row)] = "60";
  }
  ExpectRefused(Edited(own, many), kInvalid, "WORKBOOK_TOO_LARGE");
  // Bytes that are no UTF-8, and NUL, in a text of the sheet.
  const std::string inline_text =
      R"(<row r="4"><c r="A4" t="inlineStr"><is><t>contracts</t></is></c><c r="G4"><v>60</v></c>)"
      R"(<c r="K4" t="inlineStr"><is><t>项</t></is></c><c r="N4" t="inlineStr"><is><t>@</t></is></c>)"
      "</row></sheetData>";
  const auto with = [&](const std::string& text) {
    const std::string filled = Edited(Template(), {});
    return Patched(filled, "</sheetData>",
                   absl::StrReplaceAll(inline_text, {{"@", text},
                                                     {"r=\"4\"", "r=\"9\""},
                                                     {"A4", "A9"},
                                                     {"G4", "G9"},
                                                     {"K4", "K9"},
                                                     {"N4", "N9"}}));
  };
  EXPECT_THAT(ImportFilled(kNorth, with("x"), /*validate_only=*/true)->errors(), IsEmpty());
  ExpectRefused(with("1&#0;2"), kInvalid, "WORKBOOK_INVALID");
  ExpectRefused(with(std::string("1\0002", 3)), kInvalid, "WORKBOOK_INVALID");
}

TEST_F(TemplateTest, ATextThatIsNoUtf8IsAnErrorOfItsCell) {
  const std::string filled = Edited(Template(), {{"G4", "60"}});
  const std::string patched =
      Patched(filled, "<v>60</v></c>",
              "<v>60</v></c><c r=\"N4\" t=\"inlineStr\"><is><t>\xC3(</t></is></c>");
  ExpectRefused(patched, kPrecondition, "FIELD_INVALID", "填报!N4 report.narrative.progress");
}

// A template that LibreOffice opened, changed and wrote in its own way.
TEST_F(TemplateTest, AWorkbookEditedInLibreOffice) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / absl::StrCat("duban-exchange-", getpid());
  std::filesystem::create_directories(folder);
  const std::string in = (folder / "in.xlsx").string();
  const std::string out = (folder / "out.xlsx").string();
  std::ofstream(in, std::ios::binary) << Template();
  const std::string command =
      absl::StrCat(DUBAN_EDIT_IN_LIBREOFFICE, " ", in, " ", out,
                   " G4=61 L4=初步 \"N4='=cmd()\" G5=0.1 M5=\"'2024-03-30\" 2>&1");
  ASSERT_EQ(std::system(command.c_str()), 0) << "deploy/setup.sh --tests installs LibreOffice";
  std::ostringstream edited;
  edited << std::ifstream(out, std::ios::binary).rdbuf();
  std::filesystem::remove_all(folder);
  const auto taken = ImportFilled(kNorth, edited.str());
  ASSERT_THAT(taken, IsOk());
  ASSERT_EQ(taken->rows_size(), 2);
  const Report& contracts = taken->rows(0).report();
  EXPECT_EQ(contracts.measurement().value(), "61");
  EXPECT_EQ(contracts.measurement().unit_of_measure(), "项");
  EXPECT_EQ(contracts.observation_status(), Report::PROVISIONAL);
  EXPECT_EQ(contracts.narrative().progress(), "=cmd()");
  const Report& loans = taken->rows(1).report();
  EXPECT_EQ(loans.measurement().value(), "0.1");
  EXPECT_EQ(loans.as_of_date(), "2024-03-30");
}

}  // namespace
}  // namespace duban::submission
