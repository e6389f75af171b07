#include "services/review/bulletin_words.h"

#include "absl/strings/str_cat.h"
#include "common/base/decimal.h"

namespace duban::review {

const char* LightText(indicator::v1::Light light) {
  switch (light) {
    case indicator::v1::GREEN:
      return "绿";
    case indicator::v1::YELLOW:
      return "黄";
    case indicator::v1::RED:
      return "红";
    default:
      return "灰";
  }
}

std::string UnitText(const std::string& unit, const std::string& unit_name) {
  return unit.empty() ? "全市" : unit_name;
}

std::string ChangeText(int change) {
  if (change == 0) return "平";
  return change > 0 ? absl::StrCat("升", change) : absl::StrCat("降", -change);
}

std::string GroupText(const v1::Appraisal& appraisal, const std::string& peer_group) {
  for (const auto& group : appraisal.rules().peer_groups()) {
    if (group.id() == peer_group) return group.display_name();
  }
  return "其他";
}

std::string AdjustedText(const v1::UnitScore& score) {
  const auto total = Decimal::Parse(score.total_points());
  const auto base = Decimal::Parse(score.base_points());
  if (!total.ok() || !base.ok()) return "";
  const Rational adjusted = total->ToRational() - base->ToRational();
  return absl::StrCat(adjusted > 0 ? "+" : "", FormatRounded(adjusted, 2));
}

}  // namespace duban::review
