#include "services/review/bulletin_page.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/text.h"
#include "kainjow/mustache.hpp"
#include "services/review/bulletin_text_rules.h"
#include "services/review/bulletin_words.h"

namespace duban::review {
namespace {

using kainjow::mustache::list;
using kainjow::mustache::object;
using v1::Bulletin;
using v1::BulletinContent;
using v1::BulletinSection;

constexpr int kMarkPoints = 440;  // width of the issuing organ's mark
constexpr int kLargestMark = 44;  // points

// Absent keys are false to the template, empty texts are not.
void SetText(const std::string& key, const std::string& text, object* to) {
  if (!text.empty()) (*to)[key] = text;
}

// 1 to 99 in words.
std::string ChineseNumber(int number) {
  static constexpr const char* kDigits[] = {"",   "一", "二", "三", "四",
                                            "五", "六", "七", "八", "九"};
  const int tens = number / 10;
  return absl::StrCat(tens > 1 ? kDigits[tens] : "", tens > 0 ? "十" : "", kDigits[number % 10]);
}

const char* ColorOf(indicator::v1::Light light) {
  switch (light) {
    case indicator::v1::GREEN:
      return "green";
    case indicator::v1::YELLOW:
      return "yellow";
    case indicator::v1::RED:
      return "red";
    default:
      return "grey";
  }
}

void SetTable(const std::string& key, list rows, object* section) {
  (*section)["has_" + key] = !rows.empty();
  (*section)[key] = std::move(rows);
}

void AddPlaces(const google::protobuf::RepeatedPtrField<BulletinContent::Place>& places,
               const BulletinContent& content, bool has_tie_rule, const char* figure,
               const char* counted, object* section) {
  list rows;
  for (const BulletinContent::Place& place : places) {
    rows.push_back(
        object{{"rank", absl::StrCat(place.rank())},
               {"unit", place.unit_name()},
               {"percent", TwoDecimals(place.percent())},
               {"count", absl::StrCat(place.count())},
               {"change", content.previous().empty() ? "—" : ChangeText(place.change())}});
  }
  (*section)["figure"] = figure;
  (*section)["counted"] = counted;
  if (has_tie_rule) SetText("tie_rule", content.tie_rule(), section);
  SetTable("places", std::move(rows), section);
}

// Grey lines are told in words, a cause at a time; units' lines only where the whole plan's is not
// grey for the same cause.
void AddGreys(const BulletinContent& content, object* section) {
  std::vector<std::string> causes;
  std::map<std::string, std::vector<std::string>> names;
  std::set<std::pair<std::string, std::string>> whole;  // indicator, cause
  for (const BulletinContent::Line& line : content.lines()) {
    if (line.light() != indicator::v1::GREY) continue;
    if (line.unit().empty()) {
      whole.insert({line.indicator(), line.grey_text()});
    } else if (whole.contains({line.indicator(), line.grey_text()})) {
      continue;
    }
    if (names[line.grey_text()].empty()) causes.push_back(line.grey_text());
    names[line.grey_text()].push_back(
        line.unit().empty() ? line.display_name()
                            : absl::StrCat(line.display_name(), "（", line.unit_name(), "）"));
  }
  list rows;
  for (const std::string& cause : causes) {
    rows.push_back(object{{"cause", cause},
                          {"count", absl::StrCat(names[cause].size())},
                          {"names", absl::StrJoin(names[cause], "、")}});
  }
  (*section)["greys"] = std::move(rows);
}

void AddLines(const BulletinContent& content, object* section) {
  list rows;
  for (const BulletinContent::Line& line : content.lines()) {
    if (line.light() == indicator::v1::GREY) continue;
    rows.push_back(object{{"whole", line.unit().empty()},
                          {"indicator", line.display_name()},
                          {"unit", UnitText(line.unit(), line.unit_name())},
                          {"target", line.target()},
                          {"result", line.result()},
                          {"completion", TwoDecimals(line.completion_percent())},
                          {"expected", TwoDecimals(line.expected_percent())},
                          {"gap", TwoDecimals(line.gap_points())},
                          {"color", ColorOf(line.light())},
                          {"light", LightText(line.light())}});
  }
  SetTable("lines", std::move(rows), section);
  AddGreys(content, section);
}

void AddChanges(const BulletinContent& content, object* section) {
  list rows;
  for (const BulletinContent::LightChange& change : content.light_changes()) {
    rows.push_back(object{{"indicator", change.display_name()},
                          {"unit", UnitText(change.unit(), change.unit_name())},
                          {"color_before", ColorOf(change.before())},
                          {"before", LightText(change.before())},
                          {"color_after", ColorOf(change.after())},
                          {"after", LightText(change.after())}});
  }
  SetTable("changes", std::move(rows), section);
}

void AddMentions(const google::protobuf::RepeatedPtrField<BulletinContent::Mention>& mentions,
                 object* section) {
  list rows;
  for (const BulletinContent::Mention& mention : mentions) {
    rows.push_back(object{{"ordinal", absl::StrCat(rows.size() + 1)},
                          {"unit", mention.unit_name()},
                          {"reasons", absl::StrJoin(mention.reasons(), "；")}});
  }
  (*section)["mentions"] = std::move(rows);
}

void AddNews(const BulletinContent& content, object* section) {
  list rows;
  for (const BulletinContent::News& news : content.news()) {
    rows.push_back(object{{"unit", news.unit_name()},
                          {"owed", absl::StrCat(news.owed())},
                          {"counted", absl::StrCat(news.counted())},
                          {"missing", absl::StrCat(news.missing())}});
  }
  SetTable("news", std::move(rows), section);
}

void AddItems(const BulletinContent& content, object* section) {
  list rows;
  for (const BulletinContent::Item& item : content.action_items()) {
    rows.push_back(
        object{{"item", item.title()},
               {"unit", item.unit_name()},
               {"due", item.due_date()},
               {"state", absl::StrCat(item.state_text(), item.overdue() ? "（逾期）" : "")}});
  }
  SetTable("items", std::move(rows), section);
}

// What a trend shows for a month; nothing where it has no point.
object PointOf(const BulletinContent::TrendLine& trend, const std::string& month) {
  object made = {{"completion", "—"}};
  for (const auto& point : trend.points()) {
    if (point.period() != month) continue;
    if (!point.completion_percent().empty()) {
      made["completion"] = TwoDecimals(point.completion_percent());
    }
    SetText("expected", TwoDecimals(point.expected_percent()), &made);
  }
  return made;
}

void AddTrends(const BulletinContent& content, object* section) {
  std::set<std::string> months;
  for (const BulletinContent::TrendLine& trend : content.trends()) {
    for (const auto& point : trend.points()) months.insert(point.period());
  }
  list heads;
  for (const std::string& month : months) {
    const auto period = Period::Parse(month);
    heads.push_back(object{{"month", period.ok() ? absl::StrCat(period->ordinal(), "月") : month}});
  }
  list rows;
  for (const BulletinContent::TrendLine& trend : content.trends()) {
    list points;
    for (const std::string& month : months) {
      points.push_back(PointOf(trend, month));
    }
    rows.push_back(object{{"indicator", trend.display_name()}, {"points", std::move(points)}});
  }
  (*section)["months"] = std::move(heads);
  SetTable("trends", std::move(rows), section);
}

void AddScores(const v1::Appraisal& appraisal, object* section) {
  list rows;
  for (const v1::UnitScore& score : appraisal.scores()) {
    rows.push_back(object{{"group", GroupText(appraisal, score.peer_group())},
                          {"rank", score.ranked() ? absl::StrCat(score.rank()) : "—"},
                          {"unit", score.unit_name()},
                          {"base", TwoDecimals(score.base_points())},
                          {"adjusted", AdjustedText(score)},
                          {"total", TwoDecimals(score.total_points())}});
  }
  SetTable("scores", std::move(rows), section);
}

void AddErrata(const BulletinContent& content, object* section) {
  list rows;
  for (const v1::Erratum& erratum : content.errata()) {
    rows.push_back(object{{"ordinal", absl::StrCat(rows.size() + 1)},
                          {"document_number", erratum.document_number()},
                          {"wrong", erratum.wrong()},
                          {"right", erratum.right()}});
  }
  (*section)["errata"] = std::move(rows);
}

void AddFigures(const Bulletin& bulletin, BulletinSection::Kind kind, object* section) {
  const BulletinContent& content = bulletin.content();
  switch (kind) {
    case BulletinSection::COMPLETION_RANKING:
      return AddPlaces(content.completion_ranking(), content, true, "平均完成率(%)", "计入指标数",
                       section);
    case BulletinSection::TIMELINESS_RANKING:
      return AddPlaces(content.timeliness_ranking(), content, false, "及时率(%)", "应报次数",
                       section);
    case BulletinSection::LIGHTS:
      return AddLines(content, section);
    case BulletinSection::LIGHT_CHANGES:
      return AddChanges(content, section);
    case BulletinSection::PRAISE:
      return AddMentions(content.praise(), section);
    case BulletinSection::CRITICISM:
      return AddMentions(content.criticism(), section);
    case BulletinSection::NEWS:
      return AddNews(content, section);
    case BulletinSection::ACTION_ITEMS:
      return AddItems(content, section);
    case BulletinSection::TRENDS:
      return AddTrends(content, section);
    case BulletinSection::APPRAISAL:
      return AddScores(content.appraisal(), section);
    case BulletinSection::ERRATA:
      return AddErrata(content, section);
    default:  // text alone
      return;
  }
}

list Sections(const Bulletin& bulletin) {
  list sections;
  for (const BulletinSection& section : bulletin.sections()) {
    list paragraphs;
    for (const auto& text : absl::StrSplit(section.text(), '\n', absl::SkipWhitespace())) {
      paragraphs.push_back(object{{"text", std::string(text)}});
    }
    object made = {{"ordinal", ChineseNumber(static_cast<int>(sections.size()) + 1)},
                   {"heading", section.heading()},
                   {"paragraphs", std::move(paragraphs)}};
    AddFigures(bulletin, section.kind(), &made);
    sections.push_back(std::move(made));
  }
  return sections;
}

int CountCharacters(std::string_view text) {
  int count = 0;
  for (auto next = FirstCharacter(text); next; next = FirstCharacter(text)) {
    text.remove_prefix(next->size);
    ++count;
  }
  return count;
}

// A title in parts between which a line may break: the titles that it quotes stay whole where they
// fit.
list TitleParts(const std::string& title) {
  const std::string marked = absl::StrReplaceAll(title, {{"《", "\n《"}, {"》", "》\n"}});
  list parts;
  for (const auto& part : absl::StrSplit(marked, '\n', absl::SkipEmpty())) {
    parts.push_back(object{{"part", std::string(part)}});
  }
  return parts;
}

const char* Banner(const Bulletin& bulletin) {
  switch (bulletin.state()) {
    case Bulletin::PUBLISHED:
      return "";
    case Bulletin::SIGNED:
      return "已签发，尚未编号印发";
    default:
      return "草稿，未经签发，不得外传";
  }
}

void SetImprint(const Bulletin& bulletin, object* page) {
  const indicator::v1::DocumentStyle& style = bulletin.content().style();
  const bool is_published = bulletin.state() == Bulletin::PUBLISHED;
  const std::string date = DateText(bulletin.document_date());
  SetText("copies", bulletin.copies(), page);
  (*page)["printing_organ"] =
      style.printing_organ().empty() ? style.issuing_organ() : style.printing_organ();
  (*page)["print_text"] = is_published ? absl::StrCat(date, "印发") : "（未印发）";
  (*page)["date_text"] = is_published ? date : "（未印发）";
  SetText("digest", bulletin.digest(), page);
}

}  // namespace

std::string BulletinPage(const Bulletin& bulletin) {
  const indicator::v1::DocumentStyle& style = bulletin.content().style();
  const bool is_published = bulletin.state() == Bulletin::PUBLISHED;
  object page = {{"title", bulletin.title()},
                 {"title_parts", TitleParts(bulletin.title())},
                 {"red_header", style.red_header()},
                 {"issuing_organ", style.issuing_organ()},
                 {"sections", Sections(bulletin)}};
  const int characters = CountCharacters(style.issuing_organ()) + 2;  // 文件
  page["mark_size"] = absl::StrCat(std::min(kLargestMark, kMarkPoints / characters));
  page["number_text"] = is_published ? bulletin.document_number()
                                     : absl::StrCat(style.number_prefix(), "〔　　〕　号");
  SetText("banner", Banner(bulletin), &page);
  SetText("recipients", bulletin.recipients(), &page);
  SetText("signer", bulletin.signature().display_name(), &page);
  SetImprint(bulletin, &page);
  kainjow::mustache::mustache text{kBulletinTemplate};
  return text.render(kainjow::mustache::data(page));
}

}  // namespace duban::review
