#include "services/review/bulletin_mention_rules.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/review/bulletin_text_rules.h"

namespace duban::review {
namespace {

using submission::v1::ObligationCounts;
using v1::BulletinContent;

constexpr int kPraisedPlaces = 3;

// What is known of one unit.
struct Standing {
  std::string name;
  int place = 0;  // by completion; 0: none
  int green = 0;
  int other = 0;  // lines that are yellow or red, or without the data they should have
  bool late = false;
  std::vector<std::string> faults;
};

using Standings = std::map<std::string, Standing>;

void ReadLines(const BulletinContent& before, const BulletinContent& content,
               Standings* standings) {
  std::set<std::pair<std::string, std::string>> red_before;
  for (const BulletinContent::Line& line : before.lines()) {
    if (line.light() == indicator::v1::RED) red_before.insert({line.indicator(), line.unit()});
  }
  for (const BulletinContent::Line& line : content.lines()) {
    if (line.unit().empty()) continue;
    Standing& standing = (*standings)[line.unit()];
    standing.name = line.unit_name();
    const bool not_due = line.light() == indicator::v1::GREY && line.grey_text() != "无数据";
    if (not_due) continue;
    ++(line.light() == indicator::v1::GREEN ? standing.green : standing.other);
    if (line.light() != indicator::v1::RED) continue;
    const bool again = red_before.contains({line.indicator(), line.unit()});
    standing.faults.push_back(absl::StrCat(
        line.display_name(), again ? "连续两期红灯" : "红灯",
        line.gap_points().empty()
            ? ""
            : absl::StrCat("（与序时进度相差", TwoDecimals(line.gap_points()), "个百分点）")));
  }
}

void ReadObligations(const std::map<std::string, ObligationCounts>& by_unit, Standings* standings) {
  for (const auto& [unit, counts] : by_unit) {
    Standing& standing = (*standings)[unit];
    standing.late = counts.late() > 0;
    if (counts.missing() == 0) continue;
    standing.faults.push_back(
        absl::StrCat("应报", counts.expected(), "次（含新闻报道），缺报", counts.missing(), "次"));
  }
}

void Mention(const std::string& unit, const Standing& standing, BulletinContent* content) {
  std::vector<std::string> reasons = standing.faults;
  const bool is_criticism = !reasons.empty();
  if (!is_criticism && standing.late) return;
  if (!is_criticism && standing.place > 0 && standing.place <= kPraisedPlaces) {
    reasons.push_back(absl::StrCat("完成率排名第", standing.place));
  }
  if (!is_criticism && standing.green > 0 && standing.other == 0) {
    reasons.push_back(absl::StrCat("应评价的", standing.green, "项指标全部绿灯"));
  }
  if (reasons.empty()) return;
  auto* mention = is_criticism ? content->add_criticism() : content->add_praise();
  mention->set_unit(unit);
  mention->set_unit_name(standing.name);
  for (const std::string& reason : reasons) mention->add_reasons(reason);
}

}  // namespace

void AddMentions(const BulletinContent& before,
                 const std::map<std::string, ObligationCounts>& by_unit, BulletinContent* content) {
  Standings standings;
  ReadLines(before, *content, &standings);
  ReadObligations(by_unit, &standings);
  for (const BulletinContent::News& news : content->news()) {
    Standing& standing = standings[news.unit()];
    standing.name = news.unit_name();
    if (news.missing() == 0) continue;
    standing.faults.push_back(
        absl::StrCat("新闻报道应报", news.owed(), "篇，缺", news.missing(), "篇"));
  }
  for (const BulletinContent::Place& place : content->timeliness_ranking()) {
    standings[place.unit()].name = place.unit_name();
  }
  std::vector<std::string> order;
  for (const BulletinContent::Place& place : content->completion_ranking()) {
    standings[place.unit()].place = place.rank();
    order.push_back(place.unit());
  }
  std::map<std::pair<std::string, std::string>, const Standing*> rest;
  for (const auto& [unit, standing] : standings) {
    if (standing.place == 0) rest[{standing.name, unit}] = &standing;
  }
  for (const std::string& unit : order) Mention(unit, standings[unit], content);
  for (const auto& [key, standing] : rest) Mention(key.second, *standing, content);
}

}  // namespace duban::review
