#ifndef DUBAN_SERVICES_SUBMISSION_OBLIGATION_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_OBLIGATION_RULES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/calendar/period.h"
#include "common/calendar/working_days.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/submission/v1/obligation.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/article_rules.h"
#include "services/submission/report_rules.h"

// OPEN → MET | MISSED | WAIVED;  MET → OPEN (report withdrawn);  MISSED → OPEN (reopened, extended)
namespace duban::submission {

inline constexpr Reason kObligationNotFound{"OBLIGATION_NOT_FOUND", absl::StatusCode::kNotFound,
                                            "没有报送义务 {obligation}",
                                            "There is no obligation {obligation}."};
inline constexpr Reason kObligationMoveNotAllowed{
    "OBLIGATION_MOVE_NOT_ALLOWED", absl::StatusCode::kFailedPrecondition,
    "报送义务处于 {state} 状态,不能 {move};您现在可以进行:[{allowed}]",
    "The obligation is {state} and does not allow {move}; you may: [{allowed}]."};
inline constexpr Reason kExtensionTooLate{
    "EXTENSION_TOO_LATE", absl::StatusCode::kFailedPrecondition,
    "延期须在截止时间 {due_time} 之前申请", "More time is asked for before {due_time}."};
inline constexpr Reason kSessionPeriodMismatch{
    "SESSION_PERIOD_MISMATCH", absl::StatusCode::kFailedPrecondition,
    "{session} 已按期别 {existing} 建立报送义务,不能再用于 {period}",
    "{session} has obligations for {existing}, so not for {period}."};
inline constexpr Reason kLateReasonRequired{
    "LATE_REASON_REQUIRED", absl::StatusCode::kFailedPrecondition,
    "宽限期已于 {grace_end_time} 结束,请说明逾期原因",
    "The grace period ended at {grace_end_time}; say why the report is late."};
inline constexpr Reason kObligationLocked{
    "OBLIGATION_LOCKED", absl::StatusCode::kFailedPrecondition,
    "报送义务 {obligation} 已于 {closed_time} 关闭,须由专班办公室重新开放",
    "{obligation} has been closed since {closed_time}; only the office opens it again."};

// Who owes what: the figures of `plans/{plan}/indicators/{indicator}`, or articles.
struct OwedLine {
  std::string indicator;  // empty: articles
  std::string unit;       // `units/{unit}`
  std::optional<ArticleDebt> articles = std::nullopt;
};

// For what, and with which instants, obligations are opened.
struct Opening {
  std::string session;
  Period period;
  Deadline deadline;
  std::string calendar_version;
};

// How an obligation stands at an instant.
struct Fulfilment {
  v1::Obligation::State state;
  v1::Timeliness timeliness;
  bool overdue;  // owed, not submitted and past the due time
};

// The one place that decides it: from what is stored and the instant, nothing else.
Fulfilment FulfilmentOf(const v1::Obligation& obligation, absl::Time now);

// Adds the obligation to the counts.
void Count(const Fulfilment& fulfilment, v1::ObligationCounts* counts);

// The period that obligations are opened for. INVALID_ARGUMENT PERIOD_INVALID, PERIOD_OUTSIDE_PLAN.
absl::StatusOr<Period> OwedPeriod(const std::string& text, const indicator::v1::Plan& plan);

// Who owes something for the period: the reporting lines of the indicators collected on its rhythm,
// as in force on its last day, or today if that is earlier; then the debtors of the article quotas
// of its rhythm. FAILED_PRECONDITION PLAN_NOT_PUBLISHED.
absl::StatusOr<std::vector<OwedLine>> OwedLines(const indicator::v1::PlanHistory& history,
                                                const Period& period, absl::Time now);

// INVALID_ARGUMENT FIELD_INVALID unless open < due ≤ grace end ≤ lock.
absl::Status CheckDeadline(const Deadline& deadline);

// The line's obligation as created.
v1::Obligation NewObligation(std::string_view name, const OwedLine& line, const Opening& opening,
                             absl::Time now);

// The next revision with the instants of `opening`; nothing if they are the same, or if the
// obligation has opened, was met, waived or extended: then its instants stay.
std::optional<v1::Obligation> Reschedule(const v1::Obligation& obligation, const Opening& opening,
                                         absl::Time now);

// The verbs of ObligationService, each returning the next revision. All of them:
// FAILED_PRECONDITION PLAN_NOT_PUBLISHED, OBLIGATION_MOVE_NOT_ALLOWED (metadata state and allowed:
// the moves allowed to this actor); INVALID_ARGUMENT FIELD_INVALID. RequestExtension trusts that
// the actor acts for the unit, and also answers FAILED_PRECONDITION EXTENSION_TOO_LATE; the others
// judge: PERMISSION_DENIED OWN_UNIT_REVIEW, RECUSAL_REQUIRED.
absl::StatusOr<v1::Obligation> RequestExtension(const v1::Obligation& obligation,
                                                const std::string& reason, absl::Time wished_due,
                                                const indicator::v1::Plan& plan, const Actor& actor,
                                                absl::Time now);
// `due`: as wished if it is not given.
absl::StatusOr<v1::Obligation> GrantExtension(const v1::Obligation& obligation,
                                              std::optional<absl::Time> due,
                                              const std::string& reason,
                                              const indicator::v1::Plan& plan, const Actor& actor,
                                              absl::Time now);
absl::StatusOr<v1::Obligation> RefuseExtension(const v1::Obligation& obligation,
                                               const std::string& reason,
                                               const indicator::v1::Plan& plan, const Actor& actor,
                                               absl::Time now);
absl::StatusOr<v1::Obligation> Waive(const v1::Obligation& obligation, const std::string& reason,
                                     const indicator::v1::Plan& plan, const Actor& actor,
                                     absl::Time now);
absl::StatusOr<v1::Obligation> Reopen(const v1::Obligation& obligation, const std::string& reason,
                                      absl::Time until, const indicator::v1::Plan& plan,
                                      const Actor& actor, absl::Time now);

// Whether the line's report may be submitted now: always where the obligation is met (a returned
// report comes again) or waived. FAILED_PRECONDITION OBLIGATION_LOCKED from the lock on, unless
// reopened; LATE_REASON_REQUIRED (field report.late_reason) between grace end and lock without a
// reason.
absl::Status CheckSubmission(const v1::Obligation& obligation, std::string_view late_reason,
                             absl::Time now);

// True if the report, as it stands now, has been handed in.
bool IsSubmitted(const v1::Report& report);

// The next revision of an obligation that the report submitted at `submitted` meets; nothing if an
// earlier one has met it.
std::optional<v1::Obligation> Meet(const v1::Obligation& obligation, std::string_view report,
                                   absl::Time submitted, absl::Time now);

// The next revision of an obligation whose report was withdrawn; nothing if another report met it.
std::optional<v1::Obligation> Release(const v1::Obligation& obligation, std::string_view report,
                                      absl::Time now);

// The next revision of an obligation to report articles that came at these instants, in order: met
// by the one that makes up the minimum, unless that came after it was closed. Nothing if it stands
// so already.
std::optional<v1::Obligation> MeetQuota(const v1::Obligation& obligation,
                                        const std::vector<absl::Time>& times, absl::Time now);

// Sets what is not stored: state, timeliness and what the actor may do.
void SetComputed(const indicator::v1::Plan& plan, const Actor& actor, absl::Time now,
                 v1::Obligation* obligation);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_OBLIGATION_RULES_H_
