#include "services/review/bulletin_sheet.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/review/bulletin_words.h"

namespace duban::review {
namespace {

using v1::Bulletin;
using v1::BulletinContent;
using workbook::Cell;
using workbook::Look;
using workbook::Sheet;

using Columns = std::vector<std::pair<const char*, double>>;

Cell Number(int number) { return workbook::DecimalCell(absl::StrCat(number)); }

Look LookOf(indicator::v1::Light light) {
  switch (light) {
    case indicator::v1::GREEN:
      return Look::kGreen;
    case indicator::v1::YELLOW:
      return Look::kYellow;
    case indicator::v1::RED:
      return Look::kRed;
    default:
      return Look::kGrey;
  }
}

// A sheet with its title and header; what is not PUBLISHED says so in the title.
Sheet NewSheet(const Bulletin& bulletin, const std::string& name, const Columns& columns) {
  Sheet sheet;
  sheet.name = name;
  const std::string number =
      bulletin.document_number().empty() ? "草稿，未印发" : bulletin.document_number();
  sheet.rows.push_back({{absl::StrCat(bulletin.title(), " ", name, "（", number, "；截至 ",
                                      bulletin.content().as_of_date(), "）"),
                         Look::kTitle}});
  std::vector<Cell>& header = sheet.rows.emplace_back();
  for (const auto& [title, width] : columns) {
    sheet.columns.push_back({width});
    header.push_back({title, Look::kHeader});
  }
  sheet.frozen_rows = 2;
  return sheet;
}

Sheet LineSheet(const Bulletin& bulletin) {
  Sheet sheet = NewSheet(bulletin, "亮灯情况",
                         {{"指标", 36},
                          {"责任单位", 24},
                          {"目标", 12},
                          {"完成", 14},
                          {"完成率(%)", 12},
                          {"序时进度(%)", 12},
                          {"差距(百分点)", 14},
                          {"亮灯", 16},
                          {"说明", 60},
                          {"数据时点", 12}});
  for (const BulletinContent::Line& line : bulletin.content().lines()) {
    std::string light = LightText(line.light());
    if (!line.grey_text().empty()) absl::StrAppend(&light, " ", line.grey_text());
    sheet.rows.push_back({{line.display_name()},
                          {UnitText(line.unit(), line.unit_name())},
                          {line.target()},
                          {line.result()},
                          workbook::DecimalCell(line.completion_percent()),
                          workbook::DecimalCell(line.expected_percent()),
                          workbook::DecimalCell(line.gap_points()),
                          {light, LookOf(line.light())},
                          {line.explanation()},
                          {line.as_of_date()}});
  }
  sheet.frozen_columns = 2;
  return sheet;
}

Sheet PlaceSheet(const Bulletin& bulletin, const std::string& name, const char* figure,
                 const char* counted,
                 const google::protobuf::RepeatedPtrField<BulletinContent::Place>& places) {
  Sheet sheet = NewSheet(bulletin, name,
                         {{"名次", 8}, {"单位", 30}, {figure, 16}, {counted, 14}, {"较上期", 10}});
  for (const BulletinContent::Place& place : places) {
    sheet.rows.push_back(
        {Number(place.rank()),
         {place.unit_name()},
         workbook::DecimalCell(place.percent()),
         Number(place.count()),
         {bulletin.content().previous().empty() ? "" : ChangeText(place.change())}});
  }
  sheet.rows.push_back({{bulletin.content().tie_rule(), Look::kNote}});
  return sheet;
}

Sheet NewsSheet(const Bulletin& bulletin) {
  Sheet sheet = NewSheet(bulletin, "新闻报道",
                         {{"单位", 30}, {"应报(篇)", 12}, {"采用(篇)", 12}, {"缺报(篇)", 12}});
  for (const BulletinContent::News& news : bulletin.content().news()) {
    sheet.rows.push_back(
        {{news.unit_name()}, Number(news.owed()), Number(news.counted()), Number(news.missing())});
  }
  return sheet;
}

}  // namespace

std::vector<Sheet> BulletinSheets(const Bulletin& bulletin) {
  const BulletinContent& content = bulletin.content();
  return {
      LineSheet(bulletin),
      PlaceSheet(bulletin, "完成率排名", "平均完成率(%)", "计入指标数",
                 content.completion_ranking()),
      PlaceSheet(bulletin, "报送及时率排名", "及时率(%)", "应报次数", content.timeliness_ranking()),
      NewsSheet(bulletin)};
}

}  // namespace duban::review
