#include "services/review/deadline_rules.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using v1::Calendar;
using v1::DeadlinePreview;

constexpr int kMaxWorkdays = 60;

// Weeks without any notice, around a year.
absl::StatusOr<WorkingDays> PlainWeeks(int year) {
  WorkingDays days;
  for (int near = year - 1; near <= year + 2; ++near) {
    DUBAN_RETURN_IF_ERROR(days.AddYear(near, {}, {}));
  }
  return days;
}

// What the notices say of the days from `first` to `last`.
struct Named {
  std::vector<std::string> off;
  std::vector<std::string> worked;
  std::vector<std::string> notices;
};

Named NamedBetween(const std::vector<Calendar>& region, absl::CivilDay first, absl::CivilDay last) {
  Named named;
  const std::string from = FormatDate(first);
  const std::string to = FormatDate(last);
  for (const Calendar& calendar : region) {
    const size_t before = named.off.size() + named.worked.size();
    for (const std::string& date : calendar.days_off()) {
      if (from <= date && date <= to) named.off.push_back(date);
    }
    for (const std::string& date : calendar.make_up_workdays()) {
      if (from <= date && date <= to) named.worked.push_back(date);
    }
    if (named.off.size() + named.worked.size() > before) {
      named.notices.push_back(calendar.notice_number());
    }
  }
  std::sort(named.off.begin(), named.off.end());
  std::sort(named.worked.begin(), named.worked.end());
  return named;
}

void Explain(const Named& named, DeadlinePreview* preview) {
  std::vector<std::string> zh;
  std::vector<std::string> en;
  if (!named.off.empty()) {
    zh.push_back(absl::StrCat("放假 ", absl::StrJoin(named.off, "、")));
    en.push_back(absl::StrCat("off: ", absl::StrJoin(named.off, ", ")));
  }
  if (!named.worked.empty()) {
    zh.push_back(absl::StrCat("调休上班 ", absl::StrJoin(named.worked, "、")));
    en.push_back(absl::StrCat("worked: ", absl::StrJoin(named.worked, ", ")));
  }
  const std::string notices = absl::StrJoin(named.notices, "、");
  preview->set_explanation(absl::StrCat(absl::StrJoin(zh, "；"), "（", notices, "）"));
  preview->set_explanation_en(absl::StrCat(absl::StrJoin(en, "; "), " (", notices, ")"));
}

absl::Status CheckWorkdays(int workdays, int least, const char* field) {
  if (workdays >= least && workdays <= kMaxWorkdays) return absl::OkStatus();
  return FieldInvalid(field, absl::StrCat("应为 ", least, " 至 ", kMaxWorkdays, " 个工作日"),
                      absl::StrCat("it is ", least, " to ", kMaxWorkdays, " working days"));
}

}  // namespace

std::string RegionOf(const indicator::v1::Plan& plan) {
  return plan.calendar_region().empty() ? "CN" : plan.calendar_region();
}

absl::StatusOr<DeadlineRule> RuleOf(const indicator::v1::DeadlineRule& rule) {
  DUBAN_ASSIGN_OR_RETURN(const int cutoff, ParseTimeOfDay(rule.cutoff(), "deadline.cutoff"));
  DUBAN_RETURN_IF_ERROR(CheckWorkdays(rule.offset_workdays(), 0, "deadline.offset_workdays"));
  DUBAN_RETURN_IF_ERROR(CheckWorkdays(rule.grace_workdays(), 0, "deadline.grace_workdays"));
  DUBAN_RETURN_IF_ERROR(
      CheckWorkdays(rule.lock_workdays(), rule.grace_workdays(), "deadline.lock_workdays"));
  return DeadlineRule{rule.offset_workdays(), cutoff, rule.grace_workdays(), rule.lock_workdays()};
}

v1::Instants ToInstants(const Deadline& deadline) {
  v1::Instants instants;
  *instants.mutable_open_time() = ToTimestamp(deadline.open);
  *instants.mutable_due_time() = ToTimestamp(deadline.due);
  *instants.mutable_grace_end_time() = ToTimestamp(deadline.grace_end);
  *instants.mutable_lock_time() = ToTimestamp(deadline.lock);
  return instants;
}

absl::StatusOr<DeadlinePreview> PreviewDeadline(const CadenceRule& cadence, const Period& period,
                                                const WorkingDays& days,
                                                const std::vector<Calendar>& region,
                                                absl::TimeZone zone) {
  DUBAN_ASSIGN_OR_RETURN(const DeadlineRule rule, RuleOf(cadence.deadline()));
  DUBAN_ASSIGN_OR_RETURN(const WorkingDays plain, PlainWeeks(period.year()));
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay plain_due,
                         plain.Offset(period.last_day(), rule.offset_workdays));
  DeadlinePreview preview;
  preview.set_kind(cadence.kind());
  preview.set_period(period.ToString());
  preview.set_period_last_day(FormatDate(period.last_day()));
  preview.set_plain_due_day(FormatDate(plain_due));
  const absl::StatusOr<Deadline> deadline = ComputeDeadline(rule, period.last_day(), days, zone);
  if (GetReason(deadline.status()) == kCalendarYearMissing.name) {
    int year = 0;
    const auto info = GetErrorInfo(deadline.status());
    if (!absl::SimpleAtoi(info->metadata().at("year"), &year)) return deadline.status();
    preview.set_missing_year(year);
    preview.set_explanation(absl::StrCat("缺少 ", year, " 年的工作日历"));
    preview.set_explanation_en(absl::StrCat("there is no calendar for ", year));
    return preview;
  }
  DUBAN_RETURN_IF_ERROR(deadline.status());
  const absl::CivilDay due = absl::ToCivilDay(deadline->due, zone);
  preview.set_due_day(FormatDate(due));
  *preview.mutable_instants() = ToInstants(*deadline);
  preview.set_moved(due != plain_due);
  if (preview.moved()) {
    Explain(NamedBetween(region, period.last_day(), std::max(due, plain_due)), &preview);
  }
  return preview;
}

}  // namespace duban::review
