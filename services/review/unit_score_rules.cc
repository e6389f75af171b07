#include "services/review/unit_score_rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace duban::review {
namespace {

using indicator::v1::ScoringRules;
using submission::v1::ScoreboardLine;
using v1::UnitScore;
using LinePoints = UnitScore::LinePoints;

constexpr int kPointDecimals = 4;

absl::StatusOr<Rational> ParseRational(const std::string& text) {
  DUBAN_ASSIGN_OR_RETURN(const Decimal value, Decimal::Parse(text));
  return value.ToRational();
}

std::string Points(const Rational& value) { return FormatRounded(value, kPointDecimals); }

bool IsNotDue(const ScoreboardLine& line) {
  return line.light() == ScoreboardLine::GREY && line.grey_cause() == ScoreboardLine::NOT_DUE;
}

LinePoints::Treatment TreatmentOf(const ScoringRules& rules, const ScoreboardLine& line) {
  const bool not_due = IsNotDue(line);
  if (!not_due && !line.completion_percent().empty()) return LinePoints::SCORED;
  const ScoringRules::Treatment rule = not_due ? rules.not_due() : rules.missing();
  return rule == ScoringRules::RENORMALISE ? LinePoints::RENORMALISED : LinePoints::ZERO;
}

// A line in numbers.
struct Measured {
  LinePoints::Treatment treatment;
  Rational weight;
  Rational in_force;
  Rational points;
};

void ExplainScored(const ScoringRules& rules, LinePoints* line) {
  line->set_explanation(absl::StrCat("指标权重 ", line->weight(), "，折合 ",
                                     line->weight_in_force(), " 分；完成 ",
                                     line->completion_percent(), "%（计分在 0 至 ",
                                     rules.cap_percent(), "% 之间），得 ", line->points(), " 分"));
  line->set_explanation_en(absl::StrCat("Weight ", line->weight(), " of the plan is ",
                                        line->weight_in_force(), " points here; completion ",
                                        line->completion_percent(), "% (counted from 0 to ",
                                        rules.cap_percent(), "%) earns ", line->points(), "."));
}

void ExplainUnscored(bool not_due, LinePoints* line) {
  const std::string why = not_due ? "尚未到期" : "无可计算的进度";
  const std::string why_en = not_due ? "Nothing is due yet" : "There is no completion";
  if (line->treatment() == LinePoints::ZERO) {
    line->set_explanation(
        absl::StrCat(why, "，按规则计 0 分（折合权重 ", line->weight_in_force(), "）"));
    line->set_explanation_en(
        absl::StrCat(why_en, ", which the rules rate zero of ", line->weight_in_force(), "."));
    return;
  }
  line->set_explanation(
      absl::StrCat(why, "，按规则不计，权重 ", line->weight(), " 由其余指标分摊"));
  line->set_explanation_en(absl::StrCat(why_en, "; by the rules its weight ", line->weight(),
                                        " is shared out among the other lines."));
}

LinePoints Explained(const ScoringRules& rules, const WeightedLine& weighted,
                     const Measured& measured) {
  const ScoreboardLine& board = *weighted.line;
  LinePoints line;
  line.set_indicator(board.indicator());
  line.set_display_name(board.indicator_display_name());
  line.set_weight(weighted.weight);
  line.set_weight_in_force(Points(measured.in_force));
  line.set_completion_percent(board.completion_percent());
  line.set_treatment(measured.treatment);
  line.set_points(Points(measured.points));
  if (measured.treatment == LinePoints::SCORED) {
    ExplainScored(rules, &line);
  } else {
    ExplainUnscored(IsNotDue(board), &line);
  }
  return line;
}

absl::StatusOr<Rational> PointsOf(const ScoringRules& rules, const ScoreboardLine& line,
                                  const Rational& in_force) {
  DUBAN_ASSIGN_OR_RETURN(const Rational completion, ParseRational(line.completion_percent()));
  DUBAN_ASSIGN_OR_RETURN(const Rational cap, ParseRational(rules.cap_percent()));
  return in_force * std::clamp(completion, Rational(0), cap) / 100;
}

// The lines in numbers: those that count share 100 in proportion to their weights.
absl::StatusOr<std::vector<Measured>> Measure(const ScoringRules& rules,
                                              const std::vector<WeightedLine>& lines) {
  std::vector<Measured> measured;
  Rational counted = 0;
  for (const WeightedLine& line : lines) {
    DUBAN_ASSIGN_OR_RETURN(const Rational weight, ParseRational(line.weight));
    measured.push_back({TreatmentOf(rules, *line.line), weight, 0, 0});
    if (measured.back().treatment != LinePoints::RENORMALISED) counted += weight;
  }
  if (counted == 0) return measured;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (measured[i].treatment == LinePoints::RENORMALISED) continue;
    measured[i].in_force = measured[i].weight * 100 / counted;
    if (measured[i].treatment != LinePoints::SCORED) continue;
    DUBAN_ASSIGN_OR_RETURN(measured[i].points,
                           PointsOf(rules, *lines[i].line, measured[i].in_force));
  }
  return measured;
}

std::string KindInChinese(ScoringRules::Adjustment::Kind kind) {
  switch (kind) {
    case ScoringRules::Adjustment::ADOPTED_EXPERIENCE:
      return "典型经验被采用";
    case ScoringRules::Adjustment::LATE_REPORT:
      return "逾期报送";
    case ScoringRules::Adjustment::MISSED_REPORT:
      return "未报";
    case ScoringRules::Adjustment::RED_LIGHT_MONTH:
      return "月末红灯";
    case ScoringRules::Adjustment::OVERDUE_ACTION_ITEM:
      return "交办事项逾期";
    default:
      return "其他";
  }
}

// What the rule comes to for so many occasions: its points each time, within its limit.
absl::StatusOr<Rational> Adjusted(const ScoringRules::Adjustment& rule, int count) {
  DUBAN_ASSIGN_OR_RETURN(const Rational each, ParseRational(rule.points()));
  Rational points = each * count;
  if (rule.limit().empty()) return points;
  DUBAN_ASSIGN_OR_RETURN(const Rational limit, ParseRational(rule.limit()));
  return std::clamp(points, Rational(-limit), limit);
}

void Explain(const ScoringRules::Adjustment& rule, UnitScore::Adjustment* adjustment) {
  const std::string& limit = rule.limit();
  adjustment->set_explanation(
      absl::StrCat(KindInChinese(rule.kind()), " ", adjustment->count(), " 次，每次 ",
                   rule.points(), " 分", limit.empty() ? "" : absl::StrCat("，最多 ", limit, " 分"),
                   "，计 ", adjustment->points(), " 分"));
  adjustment->set_explanation_en(
      absl::StrCat(ScoringRules::Adjustment::Kind_Name(rule.kind()), " ", adjustment->count(),
                   " times ", rule.points(), limit.empty() ? "" : absl::StrCat(", at most ", limit),
                   ": ", adjustment->points(), "."));
}

// Adds the adjustment by one rule to the score; answers its points.
absl::StatusOr<Rational> Adjust(const ScoringRules::Adjustment& rule,
                                const std::vector<Happening>& happenings, UnitScore* score) {
  std::set<std::string> occasions;
  std::set<std::string> subjects;
  for (const Happening& happening : happenings) {
    if (happening.kind != rule.kind()) continue;
    occasions.insert(happening.occasion);
    subjects.insert(happening.subject);
  }
  if (occasions.empty()) return Rational(0);
  const int count = static_cast<int>(occasions.size());
  DUBAN_ASSIGN_OR_RETURN(const Rational points, Adjusted(rule, count));
  UnitScore::Adjustment* adjustment = score->add_adjustments();
  adjustment->set_kind(rule.kind());
  adjustment->set_count(count);
  adjustment->set_points_each(rule.points());
  adjustment->set_points(Points(points));
  for (const std::string& subject : subjects) adjustment->add_subjects(subject);
  Explain(rule, adjustment);
  return points;
}

void ExplainNotRanked(bool has_lines, UnitScore* score) {
  score->set_explanation(has_lines ? "各项指标均不计分，不参与排名" : "没有计权指标，不参与排名");
  score->set_explanation_en(has_lines ? "None of its lines counts, so it is not ranked."
                                      : "It owns no weighted line, so it is not ranked.");
}

}  // namespace

absl::StatusOr<UnitTotal> ScoreUnit(const ScoringRules& rules,
                                    const std::vector<WeightedLine>& lines,
                                    const std::vector<Happening>& happenings) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Measured> measured, Measure(rules, lines));
  UnitTotal unit;
  Rational base = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    *unit.score.add_lines() = Explained(rules, lines[i], measured[i]);
    base += measured[i].points;
    if (measured[i].treatment != LinePoints::RENORMALISED) unit.score.set_ranked(true);
  }
  if (!unit.score.ranked()) {
    ExplainNotRanked(!lines.empty(), &unit.score);
    return unit;
  }
  unit.total = base;
  for (const ScoringRules::Adjustment& rule : rules.adjustments()) {
    DUBAN_ASSIGN_OR_RETURN(const Rational points, Adjust(rule, happenings, &unit.score));
    unit.total += points;
  }
  if (unit.total < 0) unit.total = 0;
  unit.score.set_base_points(Points(base));
  unit.score.set_total_points(Points(unit.total));
  return unit;
}

}  // namespace duban::review
