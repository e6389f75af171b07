#include "tests/load/obligation_figures.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "tests/load/drafts.h"
#include "tests/load/measure.h"

namespace duban::load {
namespace {

using testing::LocalStack;
using Obligations = submission::v1::ObligationService::Stub;
using Progress = submission::v1::ProgressService::Stub;

constexpr int kSamples = 200;
constexpr int kYear = 2024;

// Due at noon UTC of the first day after the period, grace and lock three and six days later.
void OpenPeriod(LocalStack& stack, const std::string& plan, const Period& period) {
  const auto noon = [&](int days) {
    return ToTimestamp(absl::FromCivil(absl::CivilSecond(period.last_day() + days) + 12 * 3600,
                                       absl::UTCTimeZone()));
  };
  submission::v1::OpenObligationsRequest request;
  request.set_parent(plan);
  request.set_session(absl::StrCat(plan, "/sessions/s-", absl::AsciiStrToLower(period.ToString())));
  request.set_period(period.ToString());
  *request.mutable_open_time() = noon(0);
  *request.mutable_due_time() = noon(1);
  *request.mutable_grace_end_time() = noon(4);
  *request.mutable_lock_time() = noon(7);
  request.set_calendar_version("load");
  Must(stack.Call(stack.obligations(), &Obligations::OpenObligations, {common::v1::SERVICE, ""},
                  request));
}

// The middle of the times of one caller's calls.
template <typename Call>
absl::Duration MiddleOf(const Call& call) {
  return MeasureCalls(1, kSamples,
                      [&](int) {
                        call();
                        return true;
                      })
      .p50;
}

}  // namespace

ObligationCosts MeasureObligations(LocalStack& stack, int number) {
  const std::string plan = LoadCopy(stack, number);
  for (const common::v1::PeriodKind kind :
       {common::v1::DEKAD, common::v1::MONTH, common::v1::QUARTER, common::v1::HALF_YEAR,
        common::v1::YEAR}) {
    for (const Period& period : Period::TilesOf(kYear, kind)) OpenPeriod(stack, plan, period);
  }
  submission::v1::ListObligationsRequest all;
  all.set_parent(plan);
  submission::v1::ListObligationsRequest own = all;
  own.set_filter("state = OPEN");
  submission::v1::GetCompletenessRequest completeness;
  completeness.set_plan(plan);
  const auto list = [&](const testing::CallerIdentity& caller,
                        const submission::v1::ListObligationsRequest& request) {
    return Must(stack.Call(stack.obligations(), &Obligations::ListObligations, caller, request));
  };
  ObligationCosts costs;
  costs.obligations = list(testing::Office(), all).counts().total();
  costs.first_page = MiddleOf([&] { list(testing::Office(), all); });
  costs.own = MiddleOf([&] { list(testing::Reporter("water"), own); });
  costs.completeness = MiddleOf([&] {
    Must(stack.Call(stack.progress(), &Progress::GetCompleteness, testing::Office(), completeness));
  });
  return costs;
}

}  // namespace duban::load
