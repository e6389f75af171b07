#include "services/review/session_work.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/sha256.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "duban/review/v1/session_events.pb.h"
#include "services/review/session_plan_rules.h"

namespace duban::review {
namespace {

using indicator::v1::Plan;
using submission::v1::Obligation;
using v1::Session;

constexpr char kPlanClosed[] = "方案已办结 (the plan is closed)";

SessionName NameOf(const SessionStep& step) { return {step.plan, step.session}; }

// The same for every attempt at the step.
std::string RequestIdOf(const SessionStep& step) {
  const std::string hex = Sha256Hex(absl::StrCat("step ", step.plan, " ", step.session, " ",
                                                 static_cast<int>(step.step), " ", step.ordinal));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20, 12));
}

absl::Status Unexpected(const Session& session, const SessionStep& step) {
  return absl::InternalError(absl::StrCat(session.name(), " is ",
                                          Session::State_Name(session.state()), " at its step ",
                                          static_cast<int>(step.step)));
}

template <typename Event>
Event TellingEvent(const Session& session, const SessionStep& step, int workdays,
                   const std::vector<std::string>& obligations) {
  auto event = EventOf<Event>(session);
  *event.mutable_due_time() = session.instants().due_time();
  event.set_workdays_from_due(workdays);
  for (const std::string& obligation : obligations) event.add_obligations(obligation);
  *event.mutable_nominal_time() = ToTimestamp(step.nominal_time);
  return event;
}

}  // namespace

SessionWork::SessionWork(const server::Environment& environment, const Peers* peers,
                         PlanSource* plans, absl::Duration late_after)
    : database_(environment.database),
      peers_(peers),
      plans_(plans),
      late_after_(late_after),
      obligations_(submission::v1::ObligationService::NewStub(peers->submission().channel())),
      progress_(submission::v1::ProgressService::NewStub(peers->submission().channel())),
      counter_(peers),
      outbox_("review") {}

absl::StatusOr<SessionWork::Writing> SessionWork::Prepare(const server::CallContext& call,
                                                          const SessionStep& step,
                                                          Plans* plans) const {
  DUBAN_ASSIGN_OR_RETURN(const Session session,
                         database_->Read(call.deadline(), [&](db::Session& reading) {
                           return sessions_.Get(reading, NameOf(step));
                         }));
  PlanPointer& plan = (*plans)[step.plan];
  if (!plan) {
    DUBAN_ASSIGN_OR_RETURN(plan, plans_->Get(call.info, NameOf(step).PlanName()));
  }
  if (step.step == Step::kClose) return Close(call, step, session, plan->plan());
  if (plan->plan().state() == Plan::CLOSED) return Drop(call, step);
  if (step.step == Step::kOpen) return Open(call, step, session, plan->plan());
  return Tell(call, step, session, plan->plan());
}

absl::StatusOr<SessionWork::Writing> SessionWork::Open(const server::CallContext& call,
                                                       const SessionStep& step,
                                                       const Session& session,
                                                       const Plan& plan) const {
  const std::vector<Owner> owners = OwnersOf(plan, session);
  if (static_cast<size_t>(step.ordinal) >= owners.size()) return Unexpected(session, step);
  const Owner& owner = owners[static_cast<size_t>(step.ordinal)];
  submission::v1::OpenObligationsRequest request;
  request.set_parent(plan.name());
  request.set_session(owner.name);
  request.set_period(owner.period);
  *request.mutable_open_time() = session.instants().open_time();
  *request.mutable_due_time() = session.instants().due_time();
  *request.mutable_grace_end_time() = session.instants().grace_end_time();
  *request.mutable_lock_time() = session.instants().lock_time();
  request.set_calendar_version(session.calendar_version());
  request.set_request_id(RequestIdOf(step));
  DUBAN_ASSIGN_OR_RETURN(
      const submission::v1::OpenObligationsResponse opened,
      peers_->AskSubmission(call.info, *obligations_,
                            &submission::v1::ObligationService::Stub::OpenObligations, request));
  const int obligations = opened.existing() + opened.created();
  return [this, call, step, obligations](db::Transaction& tx) -> absl::StatusOr<bool> {
    DUBAN_ASSIGN_OR_RETURN(const Session before, sessions_.GetForUpdate(tx, NameOf(step)));
    DUBAN_ASSIGN_OR_RETURN(const bool mine,
                           steps_.Finish(tx, step, call.now(), IsLate(call, step)));
    if (!mine) return false;
    const auto expected = step.ordinal == 0 ? Session::SCHEDULED : Session::COLLECTING;
    if (before.state() != expected) return Unexpected(before, step);
    const Session after = step.ordinal == 0 ? Opened(before, obligations, call.now())
                                            : OpenedMore(before, obligations, call.now());
    DUBAN_RETURN_IF_ERROR(sessions_.Write(tx, call, before, after));
    if (step.ordinal > 0) return true;
    auto event = EventOf<v1::SessionOpened>(after);
    *event.mutable_instants() = after.instants();
    event.set_obligations(obligations);
    *event.mutable_nominal_time() = ToTimestamp(step.nominal_time);
    DUBAN_RETURN_IF_ERROR(
        sessions_.Announce(tx, call, after, "duban.review.session.opened", event));
    return true;
  };
}

absl::StatusOr<SessionWork::Writing> SessionWork::Tell(const server::CallContext& call,
                                                       const SessionStep& step,
                                                       const Session& session,
                                                       const Plan& plan) const {
  const auto& reminders = plan.reminders();
  int workdays = 0;
  if (step.ordinal > 0 && step.ordinal <= reminders.size()) {
    workdays = reminders.Get(step.ordinal - 1).workdays_from_due();
  }
  const bool overdue = step.nominal_time >= FromTimestamp(session.instants().due_time());
  DUBAN_ASSIGN_OR_RETURN(const Owed owed, Ask(call, step, session, plan));
  return [this, call, step, session, owed, overdue,
          workdays](db::Transaction& tx) -> absl::StatusOr<bool> {
    DUBAN_ASSIGN_OR_RETURN(const bool mine,
                           steps_.Finish(tx, step, call.now(), IsLate(call, step)));
    if (!mine) return false;
    if (owed.empty()) return true;
    // Locked, so that what is told stands behind what was done with the session meanwhile.
    DUBAN_ASSIGN_OR_RETURN(const Session now, sessions_.GetForUpdate(tx, NameOf(step)));
    DUBAN_ASSIGN_OR_RETURN(const int64_t done, steps_.CountDone(tx, step.plan, step.session));
    int64_t told = 0;
    for (const auto& [unit, obligations] : owed) {
      const EventSubject subject = {session.name(), EventSequence(now, done, ++told),
                                    NameOf(step).PlanName(), unit};
      if (overdue) {
        auto event = TellingEvent<v1::SessionOverdue>(session, step, workdays, obligations);
        *event.mutable_lock_time() = session.instants().lock_time();
        DUBAN_RETURN_IF_ERROR(
            outbox_.Append(tx, "duban.review.session.overdue", subject, event, call.now()));
      } else {
        DUBAN_RETURN_IF_ERROR(outbox_.Append(
            tx, "duban.review.session.due_soon", subject,
            TellingEvent<v1::SessionDueSoon>(session, step, workdays, obligations), call.now()));
      }
    }
    return true;
  };
}

SessionWork::Writing SessionWork::Drop(const server::CallContext& call,
                                       const SessionStep& step) const {
  return [this, call, step](db::Transaction& tx) -> absl::StatusOr<bool> {
    DUBAN_ASSIGN_OR_RETURN(const Session before, sessions_.GetForUpdate(tx, NameOf(step)));
    DUBAN_ASSIGN_OR_RETURN(const bool mine,
                           steps_.Finish(tx, step, call.now(), IsLate(call, step)));
    if (!mine) return false;
    if (before.state() != Session::SCHEDULED) return true;
    DUBAN_RETURN_IF_ERROR(sessions_.Skip(tx, call, before, kPlanClosed));
    return true;
  };
}

absl::StatusOr<SessionWork::Writing> SessionWork::Close(const server::CallContext& call,
                                                        const SessionStep& step,
                                                        const Session& session,
                                                        const Plan& plan) const {
  DUBAN_ASSIGN_OR_RETURN(const Period period, Period::Parse(session.period()));
  submission::v1::FreezeProgressRequest request;
  request.set_parent(NameOf(step).PlanName());
  request.set_session(session.name());
  request.set_as_of_date(FormatDate(period.last_day()));
  request.set_request_id(RequestIdOf(step));
  DUBAN_ASSIGN_OR_RETURN(
      const submission::v1::Snapshot snapshot,
      peers_->AskSubmission(call.info, *progress_,
                            &submission::v1::ProgressService::Stub::FreezeProgress, request));
  std::optional<SessionCounts> counts;
  if (HasDocument(session)) {
    DUBAN_ASSIGN_OR_RETURN(counts, counter_.Count(call.info, plan, session));
  }
  return [this, call, step, snapshot, counts](db::Transaction& tx) -> absl::StatusOr<bool> {
    DUBAN_ASSIGN_OR_RETURN(const Session before, sessions_.GetForUpdate(tx, NameOf(step)));
    DUBAN_ASSIGN_OR_RETURN(const bool mine,
                           steps_.Finish(tx, step, call.now(), IsLate(call, step)));
    if (!mine) return false;
    if (before.state() != Session::COLLECTING) return Unexpected(before, step);
    const Session after = Closed(before, snapshot.name(), call.now());
    DUBAN_RETURN_IF_ERROR(sessions_.Write(tx, call, before, after));
    if (counts) DUBAN_RETURN_IF_ERROR(counts_.Insert(tx, step.plan, step.session, *counts));
    auto event = EventOf<v1::SessionClosed>(after);
    event.set_snapshot(after.snapshot());
    *event.mutable_nominal_time() = ToTimestamp(step.nominal_time);
    DUBAN_RETURN_IF_ERROR(
        sessions_.Announce(tx, call, after, "duban.review.session.closed", event));
    return true;
  };
}

// What is owed and did not come: OPEN, or MISSED by now. What an extension or the waiver of an
// office took back is not told.
absl::StatusOr<SessionWork::Owed> SessionWork::Ask(const server::CallContext& call,
                                                   const SessionStep& step, const Session& session,
                                                   const Plan& plan) const {
  const bool overdue = step.nominal_time >= FromTimestamp(session.instants().due_time());
  Owed owed;
  for (const Owner& owner : OwnersOf(plan, session)) {
    submission::v1::ListObligationsRequest request;
    request.set_parent(plan.name());
    request.set_filter(absl::StrCat("session = \"", owner.name, "\""));
    DUBAN_RETURN_IF_ERROR(peers_->PagesOfSubmission(
        call.info, *obligations_, &submission::v1::ObligationService::Stub::ListObligations,
        request, [&](const auto* page) {
          for (const Obligation& obligation : page->obligations()) {
            const bool missing =
                obligation.state() == Obligation::OPEN || obligation.state() == Obligation::MISSED;
            const bool extended = FromTimestamp(obligation.due_time()) > step.nominal_time;
            if (missing && !(overdue && extended)) {
              owed[obligation.unit()].push_back(obligation.name());
            }
          }
        }));
  }
  return owed;
}

bool SessionWork::IsLate(const server::CallContext& call, const SessionStep& step) const {
  return call.now() - step.nominal_time > late_after_;
}

}  // namespace duban::review
