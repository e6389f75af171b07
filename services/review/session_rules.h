#ifndef DUBAN_SERVICES_REVIEW_SESSION_RULES_H_
#define DUBAN_SERVICES_REVIEW_SESSION_RULES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/review/v1/session.pb.h"

// What may become of a session, and when:
// PROVISIONAL → SCHEDULED → COLLECTING → CLOSED → PUBLISHED;  PROVISIONAL, SCHEDULED → SKIPPED;
// SCHEDULED → PROVISIONAL;  SKIPPED → SCHEDULED
namespace duban::review {

inline constexpr Reason kSessionNotFound{"SESSION_NOT_FOUND", absl::StatusCode::kNotFound,
                                         "没有 {session} 这次会议",
                                         "There is no session {session}."};
inline constexpr Reason kSessionNotClosed{
    "SESSION_NOT_CLOSED", absl::StatusCode::kFailedPrecondition,
    "{session} 处于 {state} 状态，关闭并冻结进度之后才能进行",
    "{session} is {state}; this waits until it is closed and its scoreboard frozen."};
inline constexpr Reason kSessionInWork{
    "SESSION_IN_WORK", absl::StatusCode::kAborted,
    "{session} 的一个步骤正由调度程序或他人办理，请稍后再试",
    "A step of {session} is in the scheduler's or somebody else's hands; try again in a moment."};
inline constexpr Reason kSessionMoveNotAllowed{
    "SESSION_MOVE_NOT_ALLOWED", absl::StatusCode::kFailedPrecondition,
    "会议处于 {state} 状态，不能 {move}；现在可以进行：[{allowed}]",
    "The session is {state} and does not allow {move}; you may: [{allowed}]."};

// The ids in `plans/{plan}/sessions/{session}`.
struct SessionName {
  std::string plan;
  std::string session;

  std::string ToString() const;
  std::string PlanName() const;  // `plans/{plan}`
};

// INVALID_ARGUMENT FIELD_INVALID naming `field` if it is no such name.
absl::StatusOr<SessionName> ParseSessionName(std::string_view name, std::string_view field);

// `{kind}-{period}` in lower case, such as `dispatch-2024-03-d1`.
std::string SessionId(indicator::v1::CadenceRule::Kind kind, std::string_view period);

// Whether a document is drafted from it: a dispatch has minutes instead.
bool HasDocument(const v1::Session& session);

// FAILED_PRECONDITION SESSION_NOT_CLOSED unless the session's scoreboard is frozen: CLOSED or
// PUBLISHED.
absl::Status CheckClosed(const v1::Session& session);

// FAILED_PRECONDITION SESSION_MOVE_NOT_ALLOWED, which names what is allowed, unless the session's
// state allows the action.
absl::Status CheckMove(const v1::Session& session, v1::Session::Action action);

// Sets permitted_actions as its state and the caller's rights have them.
void SetPermitted(bool may_act, v1::Session* session);

// The session as it stands after each step. Who calls has checked the move.
v1::Session Opened(const v1::Session& session, int obligations, absl::Time now);
// It has opened what belongs to the year, too.
v1::Session OpenedMore(const v1::Session& session, int obligations, absl::Time now);
// A DISPATCH that has its minutes is PUBLISHED at once.
v1::Session Closed(const v1::Session& session, const std::string& snapshot, absl::Time now);
v1::Session Published(const v1::Session& session, absl::Time now);
v1::Session Skipped(const v1::Session& session, const std::string& actor, const std::string& reason,
                    absl::Time now);
// Held after all, with these instants.
v1::Session Backfilled(const v1::Session& session, const v1::Instants& instants,
                       const std::string& calendar_version, absl::Time now);
// As `planned` has it: SCHEDULED with its instants, or PROVISIONAL.
v1::Session Replanned(const v1::Session& session, const v1::Session& planned, absl::Time now);

// The next revision of the session, changed at `now`.
v1::Session NextRevision(const v1::Session& session, absl::Time now);

// True if both have the same four instants, or neither has any.
bool SameInstants(const v1::Session& a, const v1::Session& b);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_RULES_H_
