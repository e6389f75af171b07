#include "services/submission/explanation_rules.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "common/calendar/period.h"
#include "services/submission/measurement_rules.h"
#include "services/submission/pacing_rules.h"
#include "services/submission/plan_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using indicator::v1::LightBand;
using indicator::v1::Pacing;
using indicator::v1::Plan;
using Line = v1::ScoreboardLine;

// The gap as it is shown: four decimals, half away from zero.
Rational RoundToShown(const Rational& gap) {
  const Rational magnitude = gap < 0 ? Rational(-gap) : gap;
  const Rational shown = Rational(Floor(magnitude * 10'000 + Rational(1, 2))) / 10'000;
  return gap < 0 ? Rational(-shown) : shown;
}

bool Reaches(const LightBand& band, const Rational& gap) {
  return band.gap_at_least().empty() || gap >= ToRational(band.gap_at_least());
}

std::string LightName(Line::Light light, bool chinese) {
  switch (light) {
    case Line::GREEN:
      return chinese ? "绿灯" : "green";
    case Line::YELLOW:
      return chinese ? "黄灯" : "yellow";
    case Line::RED:
      return chinese ? "红灯" : "red";
    default:
      return chinese ? "灰灯" : "grey";
  }
}

void BandTexts(const BandVerdict& verdict, std::string* zh, std::string* en) {
  const bool has_lower = !verdict.at_least.empty();
  const bool has_upper = !verdict.less_than.empty();
  if (has_upper) {
    absl::StrAppend(zh, "低于", verdict.less_than, has_lower ? "但" : "");
    absl::StrAppend(en, "below ", verdict.less_than, has_lower ? " but " : "");
  }
  if (has_lower) {
    absl::StrAppend(zh, "不低于", verdict.at_least);
    absl::StrAppend(en, "at least ", verdict.at_least);
  }
  if (!has_lower && !has_upper) {
    absl::StrAppend(zh, "不分档");
    absl::StrAppend(en, "the only band");
  }
  if (verdict.hidden_by_rounding) {
    absl::StrAppend(zh, "(按未舍入值)");
    absl::StrAppend(en, " (unrounded)");
  }
}

void Explain(Line* line, const std::string& zh, const std::string& en) {
  line->set_explanation(zh);
  line->set_explanation_en(en);
}

void ExplainNotDue(const Indicator& indicator, const Plan& plan, const std::string& date,
                   Line* line) {
  if (PacingOf(indicator, plan).kind() == Pacing::YEAR_END_ONLY) {
    const std::string zh = line->completion_percent().empty()
                               ? ""
                               : absl::StrCat("完成率", line->completion_percent(), "%,");
    const std::string en = line->completion_percent().empty()
                               ? ""
                               : absl::StrCat("Completion ", line->completion_percent(), "%; ");
    return Explain(line, absl::StrCat(zh, "年底一次考核,", date, "尚未到期,亮灰灯"),
                   absl::StrCat(en, "judged at the year's end, not due on ", date, ": grey."));
  }
  const Period first = FirstPeriodOf(indicator, plan);
  const std::string end = FormatDate(first.last_day());
  Explain(line,
          absl::StrCat("首个报送期", first.ToString(), "到", end, "才结束,尚无应报数据,亮灰灯"),
          absl::StrCat("The first period ", first.ToString(), " ends on ", end,
                       ", no figures are due yet: grey."));
}

}  // namespace

BandVerdict FindBand(const LightBands& bands, const Rational& gap) {
  const Rational shown = RoundToShown(gap);
  BandVerdict verdict;
  for (const LightBand& band : bands) {
    if (Reaches(band, gap)) {
      verdict.light = static_cast<Line::Light>(band.light());
      verdict.at_least = band.gap_at_least();
      verdict.hidden_by_rounding = verdict.hidden_by_rounding || !Reaches(band, shown);
      return verdict;
    }
    verdict.less_than = band.gap_at_least();
    verdict.hidden_by_rounding = Reaches(band, shown);
  }
  return verdict;
}

void ExplainLight(const BandVerdict& verdict, Line* line) {
  const std::string sign = line->gap_points().front() == '-' ? "" : "+";
  const std::string gap = absl::StrCat(sign, line->gap_points());
  std::string band_zh;
  std::string band_en;
  BandTexts(verdict, &band_zh, &band_en);
  Explain(line,
          absl::Substitute("完成率$0%,序时进度$1%,差距$2个百分点,$3,亮$4",
                           line->completion_percent(), line->expected_percent(), gap, band_zh,
                           LightName(verdict.light, /*chinese=*/true)),
          absl::Substitute("Completion $0%, expected $1%, gap $2 points, $3: $4.",
                           line->completion_percent(), line->expected_percent(), gap, band_en,
                           LightName(verdict.light, /*chinese=*/false)));
}

void ExplainGrey(const Indicator& indicator, const Plan& plan, absl::CivilDay date, Line* line) {
  const std::string day = FormatDate(date);
  switch (line->grey_cause()) {
    case Line::NO_RESPONSIBLE_UNIT:
      return Explain(line, "尚未明确责任单位,亮灰灯", "Nobody is responsible yet: grey.");
    case Line::NO_DATA:
      return Explain(
          line,
          absl::StrCat("截至", day, "尚无已审数据,序时进度", line->expected_percent(), "%,亮灰灯"),
          absl::StrCat("No figures are accepted as of ", day, ", expected ",
                       line->expected_percent(), "%: grey."));
    case Line::NOT_COMPUTABLE:
      return Explain(
          line, "已有数据,但基数、基线或分母为零或缺失,或计量单位不一致,无法计算,亮灰灯",
          "Figures are there, but a base, baseline or denominator is zero or missing, or their "
          "units differ, so nothing can be computed: grey.");
    default:
      return ExplainNotDue(indicator, plan, day, line);
  }
}

void ExplainCoverage(int owing, int reported, Line* line) {
  if (reported == 0 || reported >= owing) return;
  absl::StrAppend(line->mutable_explanation(), "(", owing, "个责任单位中", reported,
                  "个有已审数据)");
  absl::StrAppend(line->mutable_explanation_en(), " (", reported, " of ", owing,
                  " units have accepted figures)");
}

}  // namespace duban::submission
