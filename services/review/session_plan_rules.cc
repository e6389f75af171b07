#include "services/review/session_plan_rules.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "common/calendar/working_days.h"
#include "services/review/calendar_rules.h"
#include "services/review/deadline_rules.h"
#include "services/review/plan_rules.h"
#include "services/review/session_rules.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using indicator::v1::Plan;
using indicator::v1::Reminder;
using v1::Calendar;
using v1::Session;

constexpr int kMostDaysTold = 10;

bool YearMissing(const absl::Status& status) {
  return GetReason(status) == kCalendarYearMissing.name;
}

// The calendars that the session's days rest on.
std::string VersionFor(const std::vector<Calendar>& region, const Period& period,
                       const v1::Instants& instants, absl::TimeZone zone) {
  const absl::CivilDay last = absl::ToCivilDay(FromTimestamp(instants.lock_time()), zone);
  return CalendarVersion(region, period.year(), static_cast<int>(last.year()));
}

absl::StatusOr<Session> NewSession(const Plan& plan, const CadenceRule& cadence,
                                   const Period& period, const WorkingDays& days,
                                   const std::vector<Calendar>& region, absl::TimeZone zone,
                                   absl::Time now) {
  DUBAN_ASSIGN_OR_RETURN(const v1::DeadlinePreview preview,
                         PreviewDeadline(cadence, period, days, region, zone));
  Session session;
  session.set_name(
      absl::StrCat(plan.name(), "/sessions/", SessionId(cadence.kind(), period.ToString())));
  session.set_kind(cadence.kind());
  session.set_period(period.ToString());
  session.set_state(preview.has_instants() ? Session::SCHEDULED : Session::PROVISIONAL);
  if (preview.has_instants()) {
    *session.mutable_instants() = preview.instants();
    session.set_calendar_version(VersionFor(region, period, preview.instants(), zone));
  }
  session.set_missing_year(preview.missing_year());
  session.set_revision(1);
  session.set_etag(MakeEtag(1));
  *session.mutable_create_time() = ToTimestamp(now);
  *session.mutable_update_time() = session.create_time();
  return session;
}

// Nobody could meet what was due before the plan was published: the session stands, and is not
// held.
void SkipIfDueBeforePublication(const Plan& plan, absl::Time now, PlannedSession* one) {
  const v1::Instants& instants = one->session.instants();
  if (!one->session.has_instants() || !plan.has_publish_time() ||
      FromTimestamp(instants.due_time()) > FromTimestamp(plan.publish_time())) {
    return;
  }
  one->session.set_state(Session::SKIPPED);
  one->session.mutable_skip()->set_actor("services/review");
  one->session.mutable_skip()->set_reason(
      "截止时间早于方案发布时间 (it was due before the plan was published)");
  *one->session.mutable_skip()->mutable_time() = ToTimestamp(now);
  one->steps.clear();
}

// When a reminder goes out; nothing if no calendar covers its day.
absl::StatusOr<std::optional<absl::Time>> ReminderTime(const Reminder& reminder, absl::CivilDay due,
                                                       const WorkingDays& days,
                                                       absl::TimeZone zone) {
  const absl::StatusOr<absl::CivilDay> day = days.Offset(due, reminder.workdays_from_due());
  if (YearMissing(day.status())) return std::nullopt;
  DUBAN_RETURN_IF_ERROR(day.status());
  DUBAN_ASSIGN_OR_RETURN(const int minute,
                         ParseTimeOfDay(reminder.time_of_day(), "reminders.time_of_day"));
  return absl::FromCivil(absl::CivilMinute(*day) + minute, zone);
}

absl::StatusOr<std::vector<SessionStep>> RemindersOf(const Plan& plan, const WorkingDays& days,
                                                     const Session& session, absl::TimeZone zone) {
  const v1::Instants& instants = session.instants();
  const absl::CivilDay due = absl::ToCivilDay(FromTimestamp(instants.due_time()), zone);
  std::vector<SessionStep> steps;
  int ordinal = 0;
  for (const Reminder& reminder : plan.reminders()) {
    ++ordinal;
    DUBAN_ASSIGN_OR_RETURN(const std::optional<absl::Time> time,
                           ReminderTime(reminder, due, days, zone));
    if (!time || *time < FromTimestamp(instants.open_time()) ||
        *time >= FromTimestamp(instants.lock_time())) {
      continue;
    }
    steps.push_back({.step = Step::kRemind, .ordinal = ordinal, .nominal_time = *time});
  }
  return steps;
}

auto OrderOf(const SessionStep& step) {
  return std::make_tuple(step.nominal_time, step.step, step.ordinal);
}

absl::StatusOr<std::vector<SessionStep>> StepsOn(const Plan& plan, const WorkingDays& days,
                                                 const Session& session, absl::TimeZone zone) {
  if (!session.has_instants()) return std::vector<SessionStep>();
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(session.name(), "name"));
  const v1::Instants& instants = session.instants();
  DUBAN_ASSIGN_OR_RETURN(std::vector<SessionStep> steps, RemindersOf(plan, days, session, zone));
  for (size_t owner = 0; owner < OwnersOf(plan, session).size(); ++owner) {
    steps.push_back({.step = Step::kOpen,
                     .ordinal = static_cast<int>(owner),
                     .nominal_time = FromTimestamp(instants.open_time())});
  }
  steps.push_back({.step = Step::kDue, .nominal_time = FromTimestamp(instants.due_time())});
  steps.push_back({.step = Step::kClose, .nominal_time = FromTimestamp(instants.lock_time())});
  for (SessionStep& step : steps) {
    step.plan = name.plan;
    step.session = name.session;
  }
  std::sort(steps.begin(), steps.end(),
            [](const SessionStep& a, const SessionStep& b) { return OrderOf(a) < OrderOf(b); });
  return steps;
}

// The deadline of a rule whose due day is given.
absl::StatusOr<Deadline> DueOn(DeadlineRule rule, absl::CivilDay due, absl::CivilDay last_day,
                               const WorkingDays& days, absl::TimeZone zone) {
  DUBAN_ASSIGN_OR_RETURN(const bool worked, days.IsWorkingDay(due));
  if (!worked || due <= last_day) {
    return FieldInvalid("due_date", "应为期末之后的工作日",
                        "it is a working day after the period's last day");
  }
  rule.offset_workdays = 0;
  DUBAN_ASSIGN_OR_RETURN(Deadline deadline, ComputeDeadline(rule, due, days, zone));
  deadline.open = absl::FromCivil(last_day, zone);
  return deadline;
}

// Whether a day is worked by the calendars; nothing if they do not cover it.
std::optional<bool> Worked(const absl::StatusOr<WorkingDays>& days, absl::CivilDay day) {
  if (!days.ok()) return std::nullopt;
  const absl::StatusOr<bool> worked = days->IsWorkingDay(day);
  return worked.ok() ? std::optional<bool>(*worked) : std::nullopt;
}

void ExplainYear(int missing_before, int missing_after, v1::SessionMove* move) {
  if (missing_after != 0) {
    move->set_explanation(absl::StrCat("缺少 ", missing_after, " 年的工作日历"));
    move->set_explanation_en(absl::StrCat("there is no calendar for ", missing_after));
  } else {
    move->set_explanation(absl::StrCat("有了 ", missing_before, " 年的工作日历"));
    move->set_explanation_en(absl::StrCat("there is a calendar for ", missing_before));
  }
}

void ExplainDays(absl::CivilDay first, absl::CivilDay last,
                 const std::vector<Calendar>& region_before,
                 const std::vector<Calendar>& region_after, v1::SessionMove* move) {
  const absl::StatusOr<WorkingDays> before = WorkingDaysOf(region_before);
  const absl::StatusOr<WorkingDays> after = WorkingDaysOf(region_after);
  std::vector<std::string> zh;
  std::vector<std::string> en;
  for (absl::CivilDay day = first; day <= last && zh.size() < kMostDaysTold; ++day) {
    const std::optional<bool> was = Worked(before, day);
    const std::optional<bool> is = Worked(after, day);
    if (!was || !is || *was == *is) continue;
    zh.push_back(absl::StrCat(FormatDate(day), *is ? " 成为工作日" : " 成为休息日"));
    en.push_back(
        absl::StrCat(FormatDate(day), *is ? " becomes a working day" : " becomes a day off"));
  }
  move->set_explanation(zh.empty() ? "规则改变" : absl::StrJoin(zh, "；"));
  move->set_explanation_en(en.empty() ? "the rule changed" : absl::StrJoin(en, "; "));
}

}  // namespace

std::vector<Owner> OwnersOf(const Plan& plan, const Session& session) {
  std::vector<Owner> owners = {{session.name(), session.period()}};
  // The longer a rhythm, the smaller its number.
  common::v1::PeriodKind longest = common::v1::DEKAD;
  for (const CadenceRule& cadence : plan.cadences()) longest = std::min(longest, cadence.every());
  const absl::StatusOr<Period> period = Period::Parse(session.period());
  const bool last = period.ok() && period->last_day() == absl::CivilDay(plan.year(), 12, 31);
  const CadenceRule* rule = last ? CadenceOn(plan, session.kind(), *period) : nullptr;
  if (longest != common::v1::YEAR && rule != nullptr && rule->every() == longest) {
    owners.push_back(
        {absl::StrCat(plan.name(), "/sessions/year-", plan.year()), absl::StrCat(plan.year())});
  }
  return owners;
}

absl::Status CheckOpensNoYear(const Plan& plan, const Session& session) {
  if (OwnersOf(plan, session).size() == 1) return absl::OkStatus();
  return Error(kSessionOpensYear).With("session", session.name());
}

absl::StatusOr<std::vector<PlannedSession>> PlannedSessions(const Plan& plan,
                                                            const std::vector<Calendar>& region,
                                                            absl::Time now) {
  DUBAN_ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(plan));
  DUBAN_ASSIGN_OR_RETURN(const WorkingDays days, WorkingDaysOf(region));
  std::vector<std::pair<std::pair<absl::CivilDay, int>, PlannedSession>> planned;
  for (const auto& [kind, every] : KindsIn(plan.cadences())) {
    for (const Period& period : Period::TilesOf(plan.year(), every)) {
      PlannedSession one;
      DUBAN_ASSIGN_OR_RETURN(one.session, NewSession(plan, *CadenceOn(plan, kind, period), period,
                                                     days, region, zone, now));
      DUBAN_ASSIGN_OR_RETURN(one.steps, StepsOn(plan, days, one.session, zone));
      SkipIfDueBeforePublication(plan, now, &one);
      planned.push_back({{period.last_day(), kind}, std::move(one)});
    }
  }
  std::sort(planned.begin(), planned.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<PlannedSession> sessions;
  for (auto& [place, one] : planned) sessions.push_back(std::move(one));
  return sessions;
}

absl::StatusOr<std::vector<SessionStep>> StepsOf(const Plan& plan,
                                                 const std::vector<Calendar>& region,
                                                 const Session& session) {
  DUBAN_ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(plan));
  DUBAN_ASSIGN_OR_RETURN(const WorkingDays days, WorkingDaysOf(region));
  return StepsOn(plan, days, session, zone);
}

absl::StatusOr<Backfill> BackfillOf(const Plan& plan, const std::vector<Calendar>& region,
                                    const Session& session, const std::string& due_date,
                                    absl::Time now) {
  DUBAN_ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(plan));
  DUBAN_ASSIGN_OR_RETURN(const WorkingDays days, WorkingDaysOf(region));
  DUBAN_ASSIGN_OR_RETURN(const Period period, Period::Parse(session.period()));
  const CadenceRule* cadence = CadenceOn(plan, session.kind(), period);
  if (cadence == nullptr) return absl::InternalError("the plan has no such rhythm any more");
  DUBAN_ASSIGN_OR_RETURN(const DeadlineRule rule, RuleOf(cadence->deadline()));
  absl::StatusOr<Deadline> deadline;
  if (due_date.empty()) {
    deadline = ComputeDeadline(rule, period.last_day(), days, zone);
  } else {
    DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay due, ParseDate(due_date, "due_date"));
    deadline = DueOn(rule, due, period.last_day(), days, zone);
  }
  DUBAN_RETURN_IF_ERROR(deadline.status());
  if (deadline->due <= now) {
    return FieldInvalid("due_date", "截止时间须在以后", "it must be due in the future");
  }
  Backfill backfill;
  backfill.instants = ToInstants(*deadline);
  backfill.calendar_version = VersionFor(region, period, backfill.instants, zone);
  return backfill;
}

v1::SessionMove ExplainMove(const Session& before, const Session& after,
                            const std::vector<Calendar>& region_before,
                            const std::vector<Calendar>& region_after) {
  v1::SessionMove move;
  move.set_session(before.name());
  if (before.has_instants()) *move.mutable_before() = before.instants();
  if (after.has_instants()) *move.mutable_after() = after.instants();
  const absl::StatusOr<Period> period = Period::Parse(before.period());
  if (!move.has_before() || !move.has_after() || !period.ok()) {
    ExplainYear(before.missing_year(), after.missing_year(), &move);
    return move;
  }
  // A zone's shift of some hours cannot hide a day: one more is looked at.
  const absl::Time last =
      std::max(FromTimestamp(move.before().lock_time()), FromTimestamp(move.after().lock_time()));
  ExplainDays(period->last_day(), absl::ToCivilDay(last, absl::UTCTimeZone()) + 1, region_before,
              region_after, &move);
  return move;
}

}  // namespace duban::review
