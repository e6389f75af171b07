#include "services/review/burden_rules.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/decimal.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/review/lead_time_rules.h"

namespace duban::review {
namespace {

using indicator::v1::Indicator;
using submission::v1::Obligation;
using submission::v1::Report;
using v1::Burden;

constexpr int kRatioDecimals = 4;

// What was asked of a unit so far.
struct Asked {
  Burden::UnitBurden burden;
  int64_t lead_workdays = 0;  // of all requests together
  int reports = 0;

  void Add(int requests, int lead, int minimum) {
    const bool first = burden.requests() == 0;
    burden.set_requests(burden.requests() + requests);
    lead_workdays += int64_t{requests} * lead;
    burden.set_minimum_lead_workdays(first ? lead : std::min(burden.minimum_lead_workdays(), lead));
    if (lead < minimum) burden.set_short_notice(burden.short_notice() + requests);
  }
};

// Since when figures of each line (indicator, unit) are held.
std::map<std::pair<std::string, std::string>, absl::Time> HeldSince(
    const std::vector<Report>& accepted) {
  std::map<std::pair<std::string, std::string>, absl::Time> held;
  for (const Report& report : accepted) {
    const absl::Time time = FromTimestamp(report.decision().time());
    const auto [line, added] = held.try_emplace({report.indicator(), report.unit()}, time);
    if (!added) line->second = std::min(line->second, time);
  }
  return held;
}

std::map<std::string, int> NumbersByIndicator(const std::vector<Indicator>& indicators) {
  std::map<std::string, int> numbers;
  for (const Indicator& indicator : indicators) {
    numbers[indicator.name()] = NumbersOf(indicator.kind());
  }
  return numbers;
}

Burden::UnitBurden Finish(const std::string& unit, Asked asked) {
  Burden::UnitBurden burden = std::move(asked.burden);
  burden.set_unit(unit);
  burden.set_mean_lead_workdays(
      FormatRounded(Rational(asked.lead_workdays) / burden.requests(), kRatioDecimals));
  if (asked.reports > 0) {
    burden.set_offered_percent(
        FormatRounded(Rational(burden.offered()) * 100 / asked.reports, kRatioDecimals));
  }
  return burden;
}

}  // namespace

absl::StatusOr<Period> BurdenPeriod(const std::string& text, const indicator::v1::Plan& plan) {
  DUBAN_ASSIGN_OR_RETURN(Period period,
                         Period::Parse(text.empty() ? absl::StrCat(plan.year()) : text));
  if (period.year() == plan.year() || period.year() == plan.year() + 1) return period;
  return Error(kPeriodOutsidePlan)
      .With("period", text)
      .With("year", absl::StrCat(plan.year()))
      .Field("period")
      .Build();
}

int NumbersOf(Indicator::Kind kind) {
  switch (kind) {
    case Indicator::SHARE:
    case Indicator::GROWTH:
      return 2;
    case Indicator::SHARE_GROWTH:
    case Indicator::GROWTH_GAP:
      return 4;
    default:
      return 1;
  }
}

absl::StatusOr<Burden> ComputeBurden(const BurdenInput& input) {
  const int minimum = input.plan.lead_time().minimum_workdays();
  const auto held = HeldSince(input.accepted);
  const auto numbers = NumbersByIndicator(input.indicators);
  std::map<std::string, Asked> units;
  for (const Obligation& obligation : input.obligations) {
    const absl::CivilDay due =
        absl::ToCivilDay(FromTimestamp(obligation.original_due_time()), input.zone);
    if (due < input.first_day || due > input.last_day) continue;
    const absl::CivilDay opened =
        absl::ToCivilDay(FromTimestamp(obligation.open_time()), input.zone);
    DUBAN_ASSIGN_OR_RETURN(const int lead, LeadWorkdays(input.days, opened, due));
    Asked& asked = units[obligation.unit()];
    asked.Add(obligation.minimum(), lead, minimum);
    const auto fields = numbers.find(obligation.indicator());
    if (fields == numbers.end()) continue;  // articles
    asked.burden.set_fields(asked.burden.fields() + fields->second);
    ++asked.reports;
    const absl::Time answered = obligation.has_first_submit_time()
                                    ? FromTimestamp(obligation.first_submit_time())
                                    : input.now;
    const auto since = held.find({obligation.indicator(), obligation.unit()});
    if (since != held.end() && since->second < answered) {
      asked.burden.set_offered(asked.burden.offered() + 1);
    }
  }
  for (const OrderAsked& order : input.orders) {
    units[order.unit].Add(1, order.due_workdays, minimum);
  }
  Burden burden;
  burden.set_plan(input.plan.name());
  burden.set_period(input.period);
  burden.set_minimum_lead_workdays(minimum);
  for (auto& [unit, asked] : units) *burden.add_units() = Finish(unit, std::move(asked));
  for (const Burden::Exception& exception : input.exceptions) *burden.add_exceptions() = exception;
  return burden;
}

}  // namespace duban::review
