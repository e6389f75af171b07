#include "services/review/bulletin_content_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "services/review/bulletin_mention_rules.h"
#include "services/review/bulletin_ranking_rules.h"
#include "services/review/bulletin_rules.h"

namespace duban::review {
namespace {

using submission::v1::ObligationCounts;
using submission::v1::ScoreboardLine;
using v1::BulletinContent;

constexpr int kPrefixCharacters = 20;

static_assert(static_cast<int>(ScoreboardLine::GREEN) == indicator::v1::GREEN &&
              static_cast<int>(ScoreboardLine::YELLOW) == indicator::v1::YELLOW &&
              static_cast<int>(ScoreboardLine::RED) == indicator::v1::RED &&
              static_cast<int>(ScoreboardLine::GREY) == indicator::v1::GREY);

indicator::v1::Light LightOf(const ScoreboardLine& line) {
  return static_cast<indicator::v1::Light>(line.light());
}

std::string NameOf(const DocumentFacts& facts, const std::string& unit) {
  const auto found = facts.unit_names.find(unit);
  return found == facts.unit_names.end() ? unit : found->second;
}

const char* GreyText(const ScoreboardLine& line) {
  if (line.light() != ScoreboardLine::GREY) return "";
  switch (line.grey_cause()) {
    case ScoreboardLine::NOT_DUE:
      return "未到期";
    case ScoreboardLine::NO_DATA:
      return "无数据";
    case ScoreboardLine::NOT_COMPUTABLE:
      return "不可计算";
    case ScoreboardLine::NO_RESPONSIBLE_UNIT:
      return "尚未落实责任单位";
    default:
      return "其他";
  }
}

BulletinContent::Line LineOf(const DocumentFacts& facts, const ScoreboardLine& line) {
  BulletinContent::Line made;
  made.set_indicator(line.indicator());
  made.set_display_name(line.indicator_display_name());
  made.set_unit(line.unit());
  if (!line.unit().empty()) made.set_unit_name(NameOf(facts, line.unit()));
  made.set_target(absl::StrCat(line.target(), line.unit_of_measure()));
  if (!line.result().empty()) {
    made.set_result(absl::StrCat(line.result(), line.unit_of_measure()));
  }
  made.set_completion_percent(line.completion_percent());
  made.set_expected_percent(line.expected_percent());
  made.set_gap_points(line.gap_points());
  made.set_light(LightOf(line));
  made.set_explanation(line.explanation());
  made.set_as_of_date(line.report_as_of_date());
  made.set_grey_text(GreyText(line));
  return made;
}

void CountLights(const BulletinContent& content, BulletinContent::Overview* overview) {
  for (const BulletinContent::Line& line : content.lines()) {
    if (!line.unit().empty()) continue;
    if (line.light() == indicator::v1::GREEN) overview->set_green(overview->green() + 1);
    if (line.light() == indicator::v1::YELLOW) overview->set_yellow(overview->yellow() + 1);
    if (line.light() == indicator::v1::RED) overview->set_red(overview->red() + 1);
    if (line.light() == indicator::v1::GREY) overview->set_grey(overview->grey() + 1);
  }
}

void CountObligations(const DocumentFacts& facts, BulletinContent::Overview* overview) {
  for (const auto& [unit, counts] : facts.by_unit) {
    overview->set_expected(overview->expected() + counts.expected());
    overview->set_on_time(overview->on_time() + counts.on_time());
    overview->set_late(overview->late() + counts.late());
    overview->set_missing(overview->missing() + counts.missing());
  }
}

// The better the lower. Grey stands between what is seen to be well and what is seen to lag.
int Badness(indicator::v1::Light light) {
  switch (light) {
    case indicator::v1::GREEN:
      return 0;
    case indicator::v1::YELLOW:
      return 2;
    case indicator::v1::RED:
      return 3;
    default:
      return 1;
  }
}

void AddLightChanges(const BulletinContent& before, BulletinContent* content) {
  std::map<std::pair<std::string, std::string>, indicator::v1::Light> lights;
  for (const BulletinContent::Line& line : before.lines()) {
    lights[{line.indicator(), line.unit()}] = line.light();
  }
  for (const BulletinContent::Line& line : content->lines()) {
    const auto found = lights.find({line.indicator(), line.unit()});
    if (found == lights.end() || found->second == line.light()) continue;
    BulletinContent::LightChange* change = content->add_light_changes();
    change->set_indicator(line.indicator());
    change->set_display_name(line.display_name());
    change->set_unit(line.unit());
    change->set_unit_name(line.unit_name());
    change->set_before(found->second);
    change->set_after(line.light());
  }
  std::stable_sort(
      content->mutable_light_changes()->begin(), content->mutable_light_changes()->end(),
      [](const BulletinContent::LightChange& a, const BulletinContent::LightChange& b) {
        return Badness(a.after()) - Badness(a.before()) > Badness(b.after()) - Badness(b.before());
      });
}

void AddNews(const DocumentFacts& facts, BulletinContent* content) {
  std::vector<BulletinContent::News> units;
  const auto of = [&](const std::string& unit) -> BulletinContent::News& {
    for (BulletinContent::News& news : units) {
      if (news.unit() == unit) return news;
    }
    BulletinContent::News& added = units.emplace_back();
    added.set_unit(unit);
    added.set_unit_name(NameOf(facts, unit));
    return added;
  };
  for (const std::string& member : facts.plan.work_group().members()) of(member);
  for (const auto& line : facts.news.lines()) {
    BulletinContent::News& news = of(line.unit());
    news.set_owed(news.owed() + line.owed());
    news.set_counted(news.counted() + line.counted());
    news.set_missing(news.missing() + line.missing());
  }
  for (const BulletinContent::News& news : units) {
    if (news.owed() > 0 || news.counted() > 0) *content->add_news() = news;
  }
}

const char* StateText(v1::ActionItem::State state) {
  switch (state) {
    case v1::ActionItem::ASSIGNED:
      return "待签收";
    case v1::ActionItem::ACKNOWLEDGED:
      return "已签收";
    case v1::ActionItem::IN_PROGRESS:
      return "办理中";
    case v1::ActionItem::CLOSE_REQUESTED:
      return "申请销号";
    case v1::ActionItem::CLOSED:
      return "已销号";
    case v1::ActionItem::REOPENED:
      return "退回续办";
    default:
      return "";
  }
}

// What is open, and what was closed on a day of the period.
void AddItems(const DocumentFacts& facts, BulletinContent* content) {
  const auto day_of = [content](absl::Time time) { return LocalDay(*content, time); };
  for (const v1::ActionItem& item : facts.items) {
    const bool is_closed = item.state() == v1::ActionItem::CLOSED;
    const absl::Time end = is_closed ? FromTimestamp(item.decision().time()) : facts.now;
    if (is_closed && !facts.period.Contains(day_of(end))) continue;
    const absl::Time due = FromTimestamp(item.due_time());
    BulletinContent::Item* added = content->add_action_items();
    added->set_action_item(item.name());
    added->set_title(item.title());
    added->set_unit_name(NameOf(facts, item.unit()));
    added->set_due_date(FormatDate(day_of(due)));
    added->set_state_text(StateText(item.state()));
    added->set_overdue(end >= due);
  }
}

// A trend by months: the points at whose end a month ends, inside the document's period.
void AddTrend(const DocumentFacts& facts, const submission::v1::Trend& trend,
              BulletinContent* content) {
  BulletinContent::TrendLine line;
  line.set_indicator(trend.indicator());
  line.set_display_name(trend.indicator_display_name());
  for (const auto& point : trend.points()) {
    const auto end = ParseDate(point.period_end(), "period_end");
    if (!end.ok() || !facts.period.Contains(*end)) continue;
    const Period month = Period::Containing(common::v1::MONTH, *end);
    if (month.last_day() != *end) continue;
    BulletinContent::TrendLine::Point* added = line.add_points();
    added->set_period(month.ToString());
    added->set_completion_percent(point.completion_percent());
    added->set_expected_percent(point.expected_percent());
  }
  if (line.points_size() > 0) *content->add_trends() = std::move(line);
}

}  // namespace

indicator::v1::DocumentStyle StyleOf(const indicator::v1::Plan& plan,
                                     const std::map<std::string, std::string>& unit_names) {
  if (plan.has_document_style()) return plan.document_style();
  indicator::v1::DocumentStyle style;
  const auto office = unit_names.find(plan.work_group().office());
  style.set_issuing_organ(office == unit_names.end() ? plan.title() : office->second);
  std::string_view rest = plan.title();
  for (int i = 0; i < kPrefixCharacters; ++i) {
    const auto character = FirstCharacter(rest);
    if (!character) break;
    rest.remove_prefix(character->size);
  }
  style.set_number_prefix(plan.title().substr(0, plan.title().size() - rest.size()));
  style.set_recipients("各责任单位");
  return style;
}

BulletinContent ContentOf(const DocumentFacts& facts) {
  const submission::v1::Scoreboard& board = facts.snapshot.scoreboard();
  const BulletinContent before = facts.previous ? facts.previous->content() : BulletinContent();
  BulletinContent content;
  content.set_snapshot(facts.snapshot.name());
  content.set_snapshot_digest(facts.snapshot.digest());
  content.set_as_of_date(board.as_of_date());
  *content.mutable_style() = StyleOf(facts.plan, facts.unit_names);
  content.set_plan_title(facts.plan.title());
  content.set_time_zone(facts.plan.time_zone());
  for (const ScoreboardLine& line : board.lines()) *content.add_lines() = LineOf(facts, line);
  CountLights(content, content.mutable_overview());
  CountObligations(facts, content.mutable_overview());
  *content.mutable_completion_ranking() =
      RankCompletion(board, facts.unit_names, before.completion_ranking());
  *content.mutable_timeliness_ranking() =
      RankTimeliness(facts.by_unit, facts.unit_names, before.timeliness_ranking());
  content.set_tie_rule(kTieRule);
  if (facts.previous) {
    content.set_previous(facts.previous->name());
    AddLightChanges(before, &content);
  }
  AddNews(facts, &content);
  AddItems(facts, &content);
  AddMentions(before, facts.by_unit, &content);
  for (const submission::v1::Trend& trend : facts.trends) AddTrend(facts, trend, &content);
  for (const v1::Erratum& erratum : facts.errata) *content.add_errata() = erratum;
  if (facts.appraisal) *content.mutable_appraisal() = *facts.appraisal;
  return content;
}

}  // namespace duban::review
