#include "services/notification/word_rules.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "common/calendar/period.h"

namespace duban::notification {
namespace {

using ValueTexts = std::map<std::string, std::pair<std::string, std::string>>;

const ValueTexts& AllValues() {
  static const auto* all = new ValueTexts{
      {"duban.indicator.v1.CadenceRule.DISPATCH", {"旬调度", "dekad session"}},
      {"duban.indicator.v1.CadenceRule.BULLETIN", {"月通报", "monthly bulletin"}},
      {"duban.indicator.v1.CadenceRule.SUMMARY", {"季总结", "quarterly summary"}},
      {"duban.indicator.v1.CadenceRule.APPRAISAL", {"半年讲评", "half-year appraisal"}},
      {"duban.indicator.v1.EscalationStep.DUE_SOON", {"临期提醒", "reminder"}},
      {"duban.indicator.v1.EscalationStep.YELLOW_SLIP", {"黄牌督办", "yellow slip"}},
      {"duban.indicator.v1.EscalationStep.RED_SLIP", {"红牌督办", "red slip"}},
      {"duban.indicator.v1.EscalationStep.TALK", {"约谈", "formal talk"}},
      {"duban.indicator.v1.ArticleQuota.NEWS", {"新闻报道", "news article"}},
      {"duban.indicator.v1.ArticleQuota.EXPERIENCE", {"典型经验", "exemplary experience"}},
      {"duban.indicator.v1.GREEN", {"绿灯", "green"}},
      {"duban.indicator.v1.YELLOW", {"黄灯", "yellow"}},
      {"duban.indicator.v1.RED", {"红灯", "red"}},
      {"duban.indicator.v1.GREY", {"灰灯", "grey"}},
      {"duban.submission.v1.Article.COUNTY", {"县级", "county"}},
      {"duban.submission.v1.Article.MUNICIPAL", {"市级", "municipal"}},
      {"duban.submission.v1.Article.PROVINCIAL", {"省级", "provincial"}},
      {"duban.submission.v1.Article.NATIONAL", {"国家级", "national"}}};
  return *all;
}

std::string ChinesePeriod(const Period& period) {
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

std::string ChineseDay(absl::CivilDay day) {
  return absl::StrCat(day.year(), "年", day.month(), "月", day.day(), "日");
}

}  // namespace

std::string PeriodWords(const std::string& period, Language language) {
  const auto parsed = Period::Parse(period);
  return parsed.ok() && language == Language::kChinese ? ChinesePeriod(*parsed) : period;
}

std::string DateWords(const std::string& date, Language language) {
  const auto day = ParseDate(date, "date");
  return day.ok() && language == Language::kChinese ? ChineseDay(*day) : date;
}

std::string TimeWords(absl::Time time, absl::TimeZone zone, Language language) {
  const absl::CivilMinute minute = absl::ToCivilMinute(time, zone);
  const absl::CivilDay day(minute);
  const std::string clock = absl::StrFormat("%02d:%02d", minute.hour(), minute.minute());
  return language == Language::kChinese ? ChineseDay(day) + clock : FormatDate(day) + " " + clock;
}

std::string ValueWords(const google::protobuf::EnumValueDescriptor& value, Language language) {
  const auto found = AllValues().find(value.full_name());
  if (found == AllValues().end()) return value.name();
  return language == Language::kChinese ? found->second.first : found->second.second;
}

}  // namespace duban::notification
