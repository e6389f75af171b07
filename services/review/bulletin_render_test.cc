// Documents as pages: what they say, in which fonts, and what a printer that fails costs.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/workbook/workbook_reader.h"
#include "gmock/gmock.h"
#include "services/review/appraisal_store.h"
#include "services/review/bulletin_fixture.h"
#include "services/review/printer.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using indicator::v1::CadenceRule;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using v1::Bulletin;

// The pages as they were made are kept there, to be looked at, if it is set.
constexpr char kKeepPages[] = "DUBAN_KEEP_PAGES";

// What a program of poppler says of a PDF; `%` stands for its file.
std::string Poppler(const std::string& command, const std::string& pdf) {
  char pattern[] = "/tmp/duban-pdf-XXXXXX";
  const std::string folder = mkdtemp(pattern);
  const std::string file = absl::StrCat(folder, "/page.pdf");
  std::ofstream(file, std::ios::binary) << pdf;
  const std::unique_ptr<FILE, int (*)(FILE*)> out(
      popen(absl::StrReplaceAll(command, {{"%", file}}).c_str(), "r"), &pclose);
  std::string text;
  std::array<char, 4096> buffer;
  for (size_t read = 0; (read = fread(buffer.data(), 1, buffer.size(), out.get())) > 0;) {
    text.append(buffer.data(), read);
  }
  std::filesystem::remove_all(folder);
  return text;
}

// The text without blanks, so that line breaks do not matter.
std::string TextOf(const std::string& pdf) {
  return absl::StrReplaceAll(Poppler("pdftotext -layout % -", pdf),
                             {{" ", ""}, {"\n", ""}, {"\u3000", ""}, {"\u2002", ""}});
}

void Keep(const std::string& name, const std::string& pdf) {
  const char* folder = std::getenv(kKeepPages);
  if (folder != nullptr) std::ofstream(absl::StrCat(folder, "/", name), std::ios::binary) << pdf;
}

// Every font is inside the file and can be mapped back to text.
void ExpectEmbeddedFonts(const std::string& pdf) {
  const std::vector<std::string> lines =
      absl::StrSplit(Poppler("pdffonts %", pdf), '\n', absl::SkipEmpty());
  ASSERT_GT(lines.size(), 2);
  const size_t embedded = lines[0].find("emb");
  const size_t unicode = lines[0].find("uni");
  for (size_t i = 2; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].substr(embedded, 3), "yes") << lines[i];
    EXPECT_EQ(lines[i].substr(unicode, 3), "yes") << lines[i];
  }
}

int PagesOf(const std::string& pdf) {
  const std::string info = Poppler("pdfinfo %", pdf);
  const size_t at = info.find("Pages:");
  EXPECT_NE(at, std::string::npos);
  EXPECT_THAT(info, HasSubstr("A4"));
  return at == std::string::npos ? 0 : std::atoi(info.c_str() + at + 6);
}

class OfficialTest : public BulletinTest {
 protected:
  OfficialTest() : BulletinTest("临创办发") {}
};

// Three months as the office would send them out.
TEST_F(OfficialTest, ThreeMonthsArePrinted) {
  for (int month = 1; month <= 3; ++month) {
    ReportMonth(month);
    const Bulletin bulletin = Published(Session(absl::StrCat("bulletin-2024-0", month)));
    if (month == 1) {
      ASSERT_THAT(Correct(kOffice, bulletin, "市水利局完成0.5亿元", "市水利局完成0.6亿元"), IsOk());
    }
    const auto pdf = Render(kWater, bulletin, v1::PDF);
    ASSERT_THAT(pdf, IsOk());
    Keep(absl::StrCat("bulletin-", month, ".pdf"), pdf->content);
    EXPECT_EQ(pdf->media_type, "application/pdf");
    EXPECT_EQ(pdf->name, absl::StrCat(bulletin.title(), ".pdf"));
    const std::string text = TextOf(pdf->content);
    for (const std::string& expected :
         {std::string("临湘市创新提升行动专班办公室文件"),
          absl::StrCat("临创办发〔2024〕", month, "号"),
          absl::StrCat("关于2024年", month, "月《创新提升行动实施方案》推进情况的通报"),
          std::string("各成员单位、各责任单位："), std::string("一、总体情况"),
          std::string("二、完成率排名"), std::string("注：完成率为本单位各项指标完成率的平均值"),
          std::string("羊楼司竹木家居产业发展中心"), std::string("尚未落实责任单位"),
          absl::StrCat("签发人：李明2024年", month + 1), std::string("抄送：市政府办"),
          absl::StrCat("SHA-256", bulletin.digest())}) {
      EXPECT_THAT(text, HasSubstr(expected));
    }
    EXPECT_THAT(text, Not(HasSubstr("草稿")));
    EXPECT_EQ(absl::StrContains(text, "、变灯情况"), month > 1);
    EXPECT_EQ(absl::StrContains(text, "市水利局完成0.6亿元"), month == 2);
    ExpectEmbeddedFonts(pdf->content);
    const int pages = PagesOf(pdf->content);
    EXPECT_GE(pages, 3);
    for (int page = 1; page <= pages; ++page) {
      EXPECT_THAT(text, HasSubstr(absl::StrCat("—", page, "—")));
    }
    // Every character that is printed can be read back: none is a box for a missing glyph.
    for (const auto& line : bulletin.content().lines()) {
      std::string_view rest = line.display_name();
      for (auto next = FirstCharacter(rest); next; next = FirstCharacter(rest)) {
        const std::string character(rest.substr(0, next->size));
        if (character != " ") {
          EXPECT_THAT(text, HasSubstr(character)) << line.display_name();
        }
        rest.remove_prefix(next->size);
      }
    }
  }
}

// The check above finds a glyph that no font has.
TEST_F(BulletinTest, AMissingGlyphWouldBeFound) {
  Printer printer(PrinterSettings{});
  const auto pdf =
      printer.Print("<meta charset=utf-8><p>甲\uE123乙</p>", MachineNow() + absl::Minutes(1));
  ASSERT_THAT(pdf, IsOk());
  EXPECT_THAT(TextOf(*pdf), Not(HasSubstr("甲\uE123乙")));
  EXPECT_THAT(TextOf(*pdf), HasSubstr("甲"));
}

TEST_F(BulletinTest, ASummaryShowsTrendsAndADraftSaysSo) {
  ReportMonth(1);
  ReportMonth(2);
  ReportMonth(3);
  CloseSession(CadenceRule::SUMMARY, "2024-Q1", "2024-03-31");
  const auto drafted = Draft(kLeader, Session("summary-2024-q1"));
  ASSERT_THAT(drafted, IsOk());
  ASSERT_GT(drafted->content().trends_size(), 5);
  EXPECT_EQ(drafted->content().trends(0).points_size(), 3);
  const auto pdf = Render(kOffice, *drafted, v1::PDF);
  ASSERT_THAT(pdf, IsOk());
  Keep("summary.pdf", pdf->content);
  const std::string text = TextOf(pdf->content);
  EXPECT_THAT(text, HasSubstr("关于2024年第一季度《创新提升行动实施方案》推进情况的总结"));
  EXPECT_THAT(text, HasSubstr("、趋势"));
  // On every page.
  const std::vector<std::string> parts = absl::StrSplit(text, "草稿，未经签发，不得外传");
  EXPECT_EQ(parts.size(), PagesOf(pdf->content) + 1);
}

TEST_F(BulletinTest, AHalfYearsDocumentHasThePublishedScores) {
  ReportMonth(1);
  CloseSession(CadenceRule::APPRAISAL, "2024-H1", "2024-01-31");
  auto appraisal = FromText<v1::Appraisal>(R"pb(
    period: "2024-H1"
    state: COMPUTED
    revision: 1
    rules { peer_groups { id: "bureaus" display_name: "市直部门" } }
    scores {
      unit: "units/housing"
      unit_name: "市住建局"
      peer_group: "bureaus"
      ranked: true
      rank: 1
      total_points: "81.5"
      base_points: "80"
    }
    scores { unit: "units/others" unit_name: "某局" total_points: "0" base_points: "0" }
  )pb");
  appraisal.set_name(absl::StrCat(plan_, "/appraisals/appraisal-2024-h1"));
  appraisal.set_session(Session("appraisal-2024-h1"));
  *appraisal.mutable_create_time() = ToTimestamp(Services::Get().clock.Now());
  *appraisal.mutable_update_time() = appraisal.create_time();
  const auto write = [&] {
    return own_database().RunInTransaction(
        MachineNow() + absl::Seconds(10),
        [&](db::Transaction& tx) { return AppraisalStore().Write(tx, appraisal); });
  };
  ASSERT_THAT(write(), IsOk());
  EXPECT_THAT(Draft(kOffice, Session("appraisal-2024-h1")),
              FailsWith(StatusCode::kFailedPrecondition, "APPRAISAL_NOT_PUBLISHED"));
  appraisal.set_state(v1::Appraisal::PUBLISHED);
  appraisal.set_revision(2);
  ASSERT_THAT(write(), IsOk());
  const auto drafted = Draft(kOffice, Session("appraisal-2024-h1"));
  ASSERT_THAT(drafted, IsOk());
  EXPECT_EQ(drafted->content().appraisal().scores_size(), 2);
  EXPECT_GT(drafted->content().trends_size(), 0);
  const auto pdf = Render(kOffice, *drafted, v1::PDF);
  ASSERT_THAT(pdf, IsOk());
  Keep("appraisal.pdf", pdf->content);
  const std::string text = TextOf(pdf->content);
  EXPECT_THAT(text, HasSubstr("关于2024年上半年《创新提升行动实施方案》推进情况的讲评"));
  EXPECT_THAT(text, HasSubstr("、讲评得分"));
  EXPECT_THAT(text, HasSubstr("市直部门1市住建局80.00+1.5081.50"));
  EXPECT_THAT(text, HasSubstr("其他—某局0.000.000.00"));
}

TEST_F(BulletinTest, ThePageHoldsWhatPeopleWriteAsText) {
  CloseSession(CadenceRule::BULLETIN, "2024-02", "2024-02-29");
  const auto drafted = Draft(kOffice, Session("bulletin-2024-02"));
  ASSERT_THAT(drafted, IsOk());
  const auto edited = Retitle(kOffice, *drafted, "<script>alert(1)</script>");
  ASSERT_THAT(edited, IsOk());
  const auto page = Render(kOffice, *edited, v1::HTML);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->media_type, "text/html; charset=utf-8");
  EXPECT_THAT(page->content, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(page->content, Not(HasSubstr("<script")));
  EXPECT_THAT(page->content, HasSubstr("default-src 'none'"));
  const auto default_format = Render(kOffice, *edited, v1::RENDER_FORMAT_UNSPECIFIED);
  ASSERT_THAT(default_format, IsOk());
  EXPECT_EQ(default_format->content, page->content);
}

TEST_F(BulletinTest, TheTableIsAWorkbookToo) {
  ReportMonth(3);
  const auto drafted = Draft(kOffice, Session("bulletin-2024-03"));
  ASSERT_THAT(drafted, IsOk());
  const auto file = Render(kOffice, *drafted, v1::XLSX);
  ASSERT_THAT(file, IsOk());
  EXPECT_TRUE(absl::EndsWith(file->name, ".xlsx"));
  const auto sheets = workbook::ReadWorkbook(file->content);
  ASSERT_THAT(sheets, IsOk());
  ASSERT_EQ(sheets->size(), 4);
  EXPECT_EQ((*sheets)[0].name, "亮灯情况");
  bool found = false;
  for (int row = 3; row < 3 + drafted->content().lines_size(); ++row) {
    const auto& line = drafted->content().lines(row - 3);
    EXPECT_EQ((*sheets)[0].cells.at({row, 1}).text, line.display_name());
    if (line.unit_name() != "市水利局" || line.target() != "15亿元") continue;
    EXPECT_EQ((*sheets)[0].cells.at({row, 4}).text, "1.2亿元");
    EXPECT_EQ((*sheets)[0].cells.at({row, 5}).text, "8");
    EXPECT_EQ((*sheets)[0].cells.at({row, 8}).text, "红");
    found = true;
  }
  EXPECT_TRUE(found);
  EXPECT_EQ((*sheets)[1].cells.at({3, 2}).text,
            drafted->content().completion_ranking(0).unit_name());
}

TEST_F(BulletinTest, APrinterThatDiesCostsOneRender) {
  CloseSession(CadenceRule::BULLETIN, "2024-02", "2024-02-29");
  const auto drafted = Draft(kOffice, Session("bulletin-2024-02"));
  ASSERT_THAT(drafted, IsOk());
  SetChromium("die");
  EXPECT_THAT(Render(kOffice, *drafted, v1::PDF),
              FailsWith(StatusCode::kUnavailable, "RENDERER_UNAVAILABLE"));
  EXPECT_THAT(Render(kOffice, *drafted, v1::HTML), IsOk());
  SetChromium("chromium");
  EXPECT_THAT(Render(kOffice, *drafted, v1::PDF), IsOk());
}

}  // namespace
}  // namespace duban::review
