#include "services/review/agenda_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "common/base/decimal.h"
#include "common/base/timestamp.h"

namespace duban::review {
namespace {

using indicator::v1::Responsibility;
using submission::v1::Obligation;
using submission::v1::Report;
using submission::v1::Scoreboard;
using submission::v1::ScoreboardLine;
using v1::ActionItem;
using v1::Agenda;

constexpr int kGapDecimals = 4;

using LineName = std::pair<std::string, std::string>;  // indicator, unit

// A figure that the submission service wrote; nothing if there is none.
std::optional<Decimal> FigureOf(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const absl::StatusOr<Decimal> figure = Decimal::Parse(text);
  return figure.ok() ? std::optional<Decimal>(*figure) : std::nullopt;
}

std::string ChangeOf(const Decimal& gap, const std::optional<Decimal>& before) {
  return before ? FormatRounded(gap.ToRational() - before->ToRational(), kGapDecimals) : "";
}

Agenda::LaggingLine LaggingOf(const ScoreboardLine& line, const ScoreboardLine* before) {
  Agenda::LaggingLine lagging;
  lagging.set_indicator(line.indicator());
  lagging.set_display_name(line.indicator_display_name());
  lagging.set_unit(line.unit());
  lagging.set_light(static_cast<indicator::v1::Light>(line.light()));
  lagging.set_completion_percent(line.completion_percent());
  lagging.set_gap_points(line.gap_points());
  lagging.set_as_of_date(line.report_as_of_date());
  if (before == nullptr) return lagging;
  lagging.set_light_before(static_cast<indicator::v1::Light>(before->light()));
  lagging.set_gap_change_points(
      ChangeOf(*FigureOf(line.gap_points()), FigureOf(before->gap_points())));
  return lagging;
}

}  // namespace

void AddLagging(const Scoreboard& board, const Scoreboard& before, Agenda* agenda) {
  std::map<LineName, const ScoreboardLine*> earlier;
  for (const ScoreboardLine& line : before.lines()) {
    earlier[{line.indicator(), line.unit()}] = &line;
  }
  std::vector<std::pair<Decimal, const ScoreboardLine*>> lagging;
  for (const ScoreboardLine& line : board.lines()) {
    const std::optional<Decimal> gap = FigureOf(line.gap_points());
    if (gap && gap->Sign() < 0) lagging.emplace_back(*gap, &line);
  }
  std::stable_sort(lagging.begin(), lagging.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [gap, line] : lagging) {
    const auto found = earlier.find({line->indicator(), line->unit()});
    *agenda->add_lagging() = LaggingOf(*line, found == earlier.end() ? nullptr : found->second);
  }
}

void AddOverdue(const std::vector<Obligation>& obligations, const std::vector<Owner>& owners,
                absl::Time now, Agenda* agenda) {
  std::vector<const Obligation*> overdue;
  for (const Obligation& obligation : obligations) {
    const bool due = FromTimestamp(obligation.due_time()) <= now;
    const bool of_session = std::any_of(owners.begin(), owners.end(), [&](const Owner& owner) {
      return owner.name == obligation.session();
    });
    const bool missed = obligation.state() == Obligation::MISSED && of_session;
    if (due && (obligation.state() == Obligation::OPEN || missed)) overdue.push_back(&obligation);
  }
  std::stable_sort(overdue.begin(), overdue.end(), [](const Obligation* a, const Obligation* b) {
    return FromTimestamp(a->due_time()) < FromTimestamp(b->due_time());
  });
  for (const Obligation* obligation : overdue) {
    Agenda::OverdueObligation& one = *agenda->add_overdue();
    one.set_obligation(obligation->name());
    one.set_unit(obligation->unit());
    one.set_indicator(obligation->indicator());
    one.set_period(obligation->period());
    *one.mutable_due_time() = obligation->due_time();
  }
}

void AddReturned(const std::vector<Report>& reports, Agenda* agenda) {
  std::vector<const Report*> oldest;
  for (const Report& report : reports) oldest.push_back(&report);
  std::stable_sort(oldest.begin(), oldest.end(), [](const Report* a, const Report* b) {
    return FromTimestamp(a->decision().time()) < FromTimestamp(b->decision().time());
  });
  for (const Report* report : oldest) {
    Agenda::ReturnedReport& one = *agenda->add_returned();
    one.set_report(report->name());
    one.set_unit(report->unit());
    one.set_indicator(report->indicator());
    one.set_reason(report->decision().reason());
  }
}

void AddMissingNews(const submission::v1::ArticleTally& tally, Agenda* agenda) {
  std::map<std::string, int> missing;
  for (const auto& line : tally.lines()) {
    if (line.missing() > 0) missing[line.unit()] += line.missing();
  }
  std::vector<std::pair<std::string, int>> most(missing.begin(), missing.end());
  std::stable_sort(most.begin(), most.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const auto& [unit, count] : most) {
    Agenda::MissingNews& one = *agenda->add_missing_news();
    one.set_unit(unit);
    one.set_missing(count);
  }
}

void AddOpenItems(const std::vector<ActionItem>& items, absl::Time now, Agenda* agenda) {
  std::vector<const ActionItem*> open;
  for (const ActionItem& item : items) {
    if (item.state() != ActionItem::CLOSED) open.push_back(&item);
  }
  // What is overdue was due first.
  std::stable_sort(open.begin(), open.end(), [](const ActionItem* a, const ActionItem* b) {
    return FromTimestamp(a->due_time()) < FromTimestamp(b->due_time());
  });
  for (const ActionItem* item : open) {
    Agenda::OpenItem& one = *agenda->add_open_items();
    one.set_action_item(item->name());
    one.set_title(item->title());
    one.set_unit(item->unit());
    *one.mutable_due_time() = item->due_time();
    one.set_overdue(FromTimestamp(item->due_time()) <= now);
  }
}

std::string StateText(const ActionItem& item) {
  switch (item.state()) {
    case ActionItem::ASSIGNED:
      return "待签收";
    case ActionItem::ACKNOWLEDGED:
      return "已签收";
    case ActionItem::IN_PROGRESS:
      return "办理中";
    case ActionItem::CLOSE_REQUESTED:
      return "申请销号";
    case ActionItem::CLOSED:
      return "已销号";
    case ActionItem::REOPENED:
      return "退回续办";
    default:
      return "";
  }
}

std::vector<std::string> AttendanceOf(
    const indicator::v1::Plan& plan,
    const google::protobuf::RepeatedPtrField<indicator::v1::Indicator>& indicators,
    absl::CivilDay day) {
  const auto& members = plan.work_group().members();
  std::set<std::string> units(members.begin(), members.end());
  std::map<std::string, const indicator::v1::Indicator*> latest;
  for (const auto& indicator : indicators) {
    if (indicator.effective_date() <= FormatDate(day)) latest[indicator.name()] = &indicator;
  }
  for (const auto& [name, indicator] : latest) {
    for (const Responsibility::Line& line : indicator->responsibility().lines()) {
      if (line.role() != Responsibility::Line::SUPPORT) units.insert(line.unit());
    }
  }
  return {units.begin(), units.end()};
}

}  // namespace duban::review
