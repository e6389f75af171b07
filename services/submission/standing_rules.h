#ifndef DUBAN_SERVICES_SUBMISSION_STANDING_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_STANDING_RULES_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "duban/indicator/v1/indicator.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"

namespace duban::submission {

inline constexpr Reason kFallUnexplained{
    "FALL_UNEXPLAINED", absl::StatusCode::kFailedPrecondition,
    "累计数 {value} 低于 {period} 期已审的 {previous}({unit_of_measure}),请在备注中说明原因",
    "The cumulative figure {value} is below the {previous} accepted for {period} "
    "({unit_of_measure}); say why in the comment."};
inline constexpr Reason kLaterFigureBelow{
    "LATER_FIGURE_BELOW", absl::StatusCode::kFailedPrecondition,
    "累计数 {value} 高于其后 {period} 期已审的 {later}({unit_of_measure}),请在备注中说明原因",
    "The cumulative figure {value} is above the {later} already accepted for the later {period} "
    "({unit_of_measure}); say why in the comment."};
inline constexpr Reason kNoChangeDiffers{
    "NO_CHANGE_DIFFERS", absl::StatusCode::kFailedPrecondition,
    "零报告的数据应与上次已审数据一致({expected}{unit_of_measure})",
    "NO_CHANGE repeats the figures last accepted, {expected} {unit_of_measure}."};
inline constexpr Reason kNothingHeld{"NOTHING_HELD", absl::StatusCode::kFailedPrecondition,
                                     "此前各期没有已审数据,不能零报告",
                                     "No earlier figure was accepted that NO_CHANGE could repeat."};
inline constexpr Reason kStandingNotSummable{
    "STANDING_NOT_SUMMABLE", absl::StatusCode::kFailedPrecondition, "各期数据无法累加:{zh}",
    "The periods' figures cannot be summed: {en}."};

// True if `a` stands before `b` in the history of one line: by the period's last day, then by the
// period's text (an amended rhythm can end two periods on one day).
bool IsEarlier(const v1::Standing& a, const v1::Standing& b);

// A standing with the place and the figures of one report alone.
v1::Standing StandingOf(const v1::Report& report);

// The standings of one line from its ACCEPTED reports, in any order: the truth that the stored ones
// always equal. In order of period; a MISSING report has none.
// FAILED_PRECONDITION STANDING_NOT_SUMMABLE if increments have different units of measure, or sum
// to more than 22 integer digits.
absl::StatusOr<std::vector<v1::Standing>> Recompute(
    const std::vector<v1::Report>& accepted, indicator::v1::Indicator::Accumulation accumulation);

// What an acceptance changes in a line: standings that are new or differ, and those that go.
struct StandingChange {
  std::vector<v1::Standing> written;
  std::vector<v1::Standing> removed;
};

// What a newly accepted report changes in a line that stood at `before` (in order of period): its
// own standing and, for increments, every later one. `superseded` is the report that it corrects
// and whose figures are taken out, or null. Errors as Recompute.
absl::StatusOr<StandingChange> Advance(const std::vector<v1::Standing>& before,
                                       const v1::Report& report, const v1::Report* superseded,
                                       indicator::v1::Indicator::Accumulation accumulation);

// FAILED_PRECONDITION FALL_UNEXPLAINED (field comment) if the report's value is below that of the
// standing before its period and neither its comment nor the reason of a correction says why.
// Figures in other units cannot be compared.
absl::Status CheckFall(const v1::Report& report, const std::optional<v1::Standing>& before);

// The same against both neighbours of the report's period in a line that stands at `line` (in order
// of period), for periods are accepted in any order: also FAILED_PRECONDITION LATER_FIGURE_BELOW
// (field comment) if the next standing's value is below the report's and its comment is empty. The
// reason of a correction is no comment here: what falls is another period's figure, which has none.
// A standing of the report's own period is not compared.
absl::Status CheckNeighbours(const v1::Report& report, const std::vector<v1::Standing>& line);

// True if a NO_CHANGE report says zero: of increments, and of what adds up from the year's first
// day where nothing is `held` yet.
bool IsNothing(bool held, indicator::v1::Indicator::Accumulation accumulation);

// What a NO_CHANGE report says: the figures of the standing before its period, or zero (see
// IsNothing). FAILED_PRECONDITION NO_CHANGE_DIFFERS (field report.measurement) if it says anything
// else, NOTHING_HELD if there is no such standing; OK for any other status.
absl::Status CheckNoChange(const v1::Report& report, const std::optional<v1::Standing>& before,
                           indicator::v1::Indicator::Accumulation accumulation);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_STANDING_RULES_H_
