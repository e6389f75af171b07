#include "services/review/bulletin_ranking_rules.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "common/base/decimal.h"

namespace duban::review {
namespace {

using submission::v1::ScoreboardLine;
using Names = std::map<std::string, std::string>;
using Place = v1::BulletinContent::Place;

struct Candidate {
  std::string unit;
  std::string name;
  Rational percent;
  int count = 0;
  int advantage = 0;  // of two with equal figures the higher one stands first
};

struct Sum {
  Rational percent = 0;
  int lines = 0;
  int red = 0;
};

std::string NameOf(const Names& names, const std::string& unit) {
  const auto found = names.find(unit);
  return found == names.end() ? unit : found->second;
}

// Whether a line counts, and its completion.
bool Counts(const ScoreboardLine& line, Rational* percent) {
  if (line.grey_cause() == ScoreboardLine::NO_DATA) {
    *percent = 0;
    return true;
  }
  const auto completion = Decimal::Parse(line.completion_percent());
  if (!completion.ok() || line.light() == ScoreboardLine::GREY) return false;
  *percent = std::min(completion->ToRational(), Rational(100));
  return true;
}

int RankBefore(const Places& before, const std::string& unit) {
  for (const Place& place : before) {
    if (place.unit() == unit) return place.rank();
  }
  return 0;
}

Places Ranked(std::vector<Candidate> units, const Places& before) {
  std::sort(units.begin(), units.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(b.percent, b.advantage, a.name, a.unit) <
           std::tie(a.percent, a.advantage, b.name, b.unit);
  });
  Places places;
  for (size_t i = 0; i < units.size(); ++i) {
    const bool tied = i > 0 && units[i].percent == units[i - 1].percent;
    const int rank = tied ? places.rbegin()->rank() : static_cast<int>(i) + 1;
    const int rank_before = RankBefore(before, units[i].unit);
    Place* place = places.Add();
    place->set_rank(rank);
    place->set_unit(units[i].unit);
    place->set_unit_name(units[i].name);
    place->set_percent(FormatRounded(units[i].percent, 4));
    place->set_count(units[i].count);
    place->set_change(rank_before == 0 ? 0 : rank_before - rank);
  }
  return places;
}

}  // namespace

const char kTieRule[] =
    "完成率为本单位各项指标完成率的平均值，单项超过100%的按100%计，应有数据而没有数据的按0计，"
    "未到期和不可计算的不计。及时率为按时报送次数占应报次数的比例。数值相等的名次并列，其后名次空出"
    "；"
    "完成率并列的红灯少者列前，及时率并列的应报次数多者列前，仍相同的按单位名称排列。";

Places RankCompletion(const submission::v1::Scoreboard& board, const Names& unit_names,
                      const Places& before) {
  std::map<std::string, Sum> sums;
  for (const ScoreboardLine& line : board.lines()) {
    Rational percent;
    if (line.unit().empty() || !Counts(line, &percent)) continue;
    Sum& sum = sums[line.unit()];
    sum.percent += percent;
    ++sum.lines;
    if (line.light() == ScoreboardLine::RED) ++sum.red;
  }
  std::vector<Candidate> units;
  for (const auto& [unit, sum] : sums) {
    units.push_back({unit, NameOf(unit_names, unit), sum.percent / sum.lines, sum.lines, -sum.red});
  }
  return Ranked(std::move(units), before);
}

Places RankTimeliness(const std::map<std::string, submission::v1::ObligationCounts>& by_unit,
                      const Names& unit_names, const Places& before) {
  std::vector<Candidate> units;
  for (const auto& [unit, counts] : by_unit) {
    if (counts.expected() == 0) continue;
    units.push_back({unit, NameOf(unit_names, unit),
                     Rational(counts.on_time() * 100, counts.expected()), counts.expected(),
                     counts.expected()});
  }
  return Ranked(std::move(units), before);
}

}  // namespace duban::review
