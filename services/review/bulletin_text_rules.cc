#include "services/review/bulletin_text_rules.h"

#include "absl/strings/str_cat.h"
#include "common/base/decimal.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using v1::Bulletin;
using v1::BulletinContent;
using v1::BulletinSection;

const char* KindText(CadenceRule::Kind kind) {
  switch (kind) {
    case CadenceRule::SUMMARY:
      return "总结";
    case CadenceRule::APPRAISAL:
      return "讲评";
    default:
      return "通报";
  }
}

void Add(BulletinSection::Kind kind, const std::string& heading, const std::string& text,
         Bulletin* bulletin) {
  BulletinSection* section = bulletin->add_sections();
  section->set_kind(kind);
  section->set_heading(heading);
  section->set_text(text);
}

std::string OverviewText(const BulletinContent& content) {
  const BulletinContent::Overview& overview = content.overview();
  const int total = overview.green() + overview.yellow() + overview.red() + overview.grey();
  std::string text = absl::StrCat("截至", DateText(content.as_of_date()), "，《",
                                  content.plan_title(), "》共有指标", total, "项，其中绿灯",
                                  overview.green(), "项、黄灯", overview.yellow(), "项、红灯",
                                  overview.red(), "项、灰灯", overview.grey(), "项。\n");
  if (overview.expected() == 0) return absl::StrCat(text, "本期没有应报事项。");
  return absl::StrCat(
      text, "本期应报", overview.expected(), "次，按时报送", overview.on_time(), "次，逾期报送",
      overview.late(), "次，缺报", overview.missing(), "次，按时报送率",
      FormatRounded(Rational(overview.on_time() * 100, overview.expected()), 2), "%。");
}

std::string ChangesText(const BulletinContent& content) {
  return content.light_changes().empty() ? "与上期相比，亮灯没有变化。"
                                         : "与上期相比，下列指标亮灯有变化。";
}

}  // namespace

std::string PeriodText(const Period& period) {
  static constexpr const char* kNumbers[] = {"一", "二", "三", "四"};
  static constexpr const char* kDekads[] = {"上", "中", "下"};
  const std::string year = absl::StrCat(period.year(), "年");
  switch (period.kind()) {
    case common::v1::HALF_YEAR:
      return absl::StrCat(year, period.ordinal() == 1 ? "上" : "下", "半年");
    case common::v1::QUARTER:
      return absl::StrCat(year, "第", kNumbers[period.ordinal() - 1], "季度");
    case common::v1::MONTH:
      return absl::StrCat(year, period.ordinal(), "月");
    case common::v1::DEKAD:
      return absl::StrCat(year, period.first_day().month(), "月",
                          kDekads[(period.ordinal() - 1) % 3], "旬");
    default:
      return year;
  }
}

std::string DateText(const std::string& date) {
  const auto day = ParseDate(date, "date");
  if (!day.ok()) return date;
  return absl::StrCat(day->year(), "年", day->month(), "月", day->day(), "日");
}

std::string TwoDecimals(const std::string& decimal) {
  const auto value = Decimal::Parse(decimal);
  return value.ok() ? FormatRounded(value->ToRational(), 2) : decimal;
}

void DraftText(Bulletin* bulletin) {
  const BulletinContent& content = bulletin->content();
  const auto period = Period::Parse(bulletin->period());
  bulletin->set_title(absl::StrCat("关于", period.ok() ? PeriodText(*period) : bulletin->period(),
                                   "《", content.plan_title(), "》推进情况的",
                                   KindText(bulletin->kind())));
  bulletin->set_recipients(content.style().recipients());
  bulletin->set_copies(content.style().copies());
  Add(BulletinSection::OVERVIEW, "总体情况", OverviewText(content), bulletin);
  Add(BulletinSection::COMPLETION_RANKING, "完成率排名",
      content.completion_ranking().empty() ? "本期没有可以排名的单位。" : "", bulletin);
  if (!content.timeliness_ranking().empty()) {
    Add(BulletinSection::TIMELINESS_RANKING, "报送及时率排名", "", bulletin);
  }
  Add(BulletinSection::LIGHTS, "亮灯情况", "", bulletin);
  if (!content.previous().empty()) {
    Add(BulletinSection::LIGHT_CHANGES, "变灯情况", ChangesText(content), bulletin);
  }
  if (!content.trends().empty()) Add(BulletinSection::TRENDS, "趋势", "", bulletin);
  if (content.has_appraisal()) Add(BulletinSection::APPRAISAL, "讲评得分", "", bulletin);
  if (!content.praise().empty()) {
    Add(BulletinSection::PRAISE, "表扬", "对下列单位予以表扬。", bulletin);
  }
  if (!content.criticism().empty()) {
    Add(BulletinSection::CRITICISM, "通报批评", "对下列单位予以通报批评，请查明原因，限期整改。",
        bulletin);
  }
  if (!content.news().empty()) Add(BulletinSection::NEWS, "新闻报道", "", bulletin);
  if (!content.action_items().empty()) {
    Add(BulletinSection::ACTION_ITEMS, "交办事项", "", bulletin);
  }
  if (!content.errata().empty()) {
    Add(BulletinSection::ERRATA, "更正", "此前文件的下列内容有误，现予更正。", bulletin);
  }
}

}  // namespace duban::review
