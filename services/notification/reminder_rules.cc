#include "services/notification/reminder_rules.h"

#include <map>

#include "common/base/timestamp.h"
#include "duban/review/v1/action_item_events.pb.h"
#include "duban/review/v1/session_events.pb.h"
#include "duban/submission/v1/events.pb.h"
#include "duban/submission/v1/obligation_events.pb.h"

namespace duban::notification {
namespace {

using common::v1::Event;
using google::protobuf::Message;
using review::v1::ActionItemEscalated;
using review::v1::SessionDueSoon;
using review::v1::SessionOverdue;
using submission::v1::ObligationExtensionDecided;
using submission::v1::ObligationOpened;
using submission::v1::ObligationReopened;
using submission::v1::ObligationRescheduled;
using submission::v1::ObligationSettled;
using submission::v1::ObligationWaived;
using submission::v1::ReportSubmitted;
using submission::v1::ReportWithdrawn;

// The id at the end of a resource name.
std::string LastId(const std::string& name) { return name.substr(name.rfind('/') + 1); }

template <typename Data>
ObligationChange Change(ObligationChange::Kind kind, const Event& event, const Data& data) {
  return {.kind = kind,
          .obligation = event.subject(),
          .plan = LastId(event.plan()),
          .unit = LastId(event.unit()),
          .indicator = LastId(data.indicator()),
          .period = data.period(),
          .sequence = event.sequence()};
}

template <typename Data>
ObligationChange ChangeWithDueTime(ObligationChange::Kind kind, const Event& event,
                                   const Data& data) {
  ObligationChange change = Change(kind, event, data);
  change.article_type = data.article_type();
  change.due_time = FromTimestamp(data.due_time());
  return change;
}

}  // namespace

std::optional<ObligationChange> ChangeOf(const Event& event, const Message& data) {
  if (const auto* opened = dynamic_cast<const ObligationOpened*>(&data)) {
    ObligationChange change = ChangeWithDueTime(ObligationChange::kOpened, event, *opened);
    change.session = opened->session();
    change.met = opened->met();
    return change;
  }
  if (const auto* moved = dynamic_cast<const ObligationRescheduled*>(&data)) {
    return ChangeWithDueTime(ObligationChange::kMoved, event, *moved);
  }
  if (const auto* decided = dynamic_cast<const ObligationExtensionDecided*>(&data)) {
    if (!decided->granted()) return std::nullopt;
    return ChangeWithDueTime(ObligationChange::kMoved, event, *decided);
  }
  if (const auto* reopened = dynamic_cast<const ObligationReopened*>(&data)) {
    return Change(ObligationChange::kReopened, event, *reopened);
  }
  if (const auto* waived = dynamic_cast<const ObligationWaived*>(&data)) {
    return Change(ObligationChange::kWaived, event, *waived);
  }
  if (const auto* settled = dynamic_cast<const ObligationSettled*>(&data)) {
    return Change(settled->met() ? ObligationChange::kSettled : ObligationChange::kReopened, event,
                  *settled);
  }
  if (const auto* submitted = dynamic_cast<const ReportSubmitted*>(&data)) {
    return Change(ObligationChange::kMet, event, *submitted);
  }
  if (const auto* withdrawn = dynamic_cast<const ReportWithdrawn*>(&data)) {
    // What it would have corrected stays accepted, and meets the obligation.
    if (!withdrawn->corrects().empty()) return std::nullopt;
    return Change(ObligationChange::kUnmet, event, *withdrawn);
  }
  return std::nullopt;
}

std::vector<std::string> RemindedObligations(const Event& event, const Message& data) {
  if (const auto* soon = dynamic_cast<const SessionDueSoon*>(&data)) {
    return {soon->obligations().begin(), soon->obligations().end()};
  }
  if (const auto* overdue = dynamic_cast<const SessionOverdue*>(&data)) {
    return {overdue->obligations().begin(), overdue->obligations().end()};
  }
  if (dynamic_cast<const ObligationOpened*>(&data) != nullptr) return {event.subject()};
  return {};
}

std::optional<int> OpenedWith(const Message& data) {
  const auto* opened = dynamic_cast<const review::v1::SessionOpened*>(&data);
  if (opened == nullptr) return std::nullopt;
  return opened->obligations();
}

std::optional<absl::Time> PointlessFrom(const Message& data) {
  if (const auto* soon = dynamic_cast<const SessionDueSoon*>(&data)) {
    return FromTimestamp(soon->due_time());
  }
  if (const auto* overdue = dynamic_cast<const SessionOverdue*>(&data)) {
    return FromTimestamp(overdue->lock_time());
  }
  const auto* escalated = dynamic_cast<const ActionItemEscalated*>(&data);
  if (escalated != nullptr && escalated->step() == indicator::v1::EscalationStep::DUE_SOON) {
    return FromTimestamp(escalated->due_time());
  }
  return std::nullopt;
}

std::vector<std::string> Settlers(const std::string& type) {
  static const auto* settlers = new std::map<std::string, std::vector<std::string>>{
      {"duban.review.action_item.assigned", {"duban.review.action_item.closed"}},
      {"duban.review.action_item.escalated",
       {"duban.review.action_item.closed", "duban.review.action_item.closure_requested"}},
      {"duban.review.action_item.closure_requested",
       {"duban.review.action_item.closed", "duban.review.action_item.reopened"}},
      {"duban.submission.obligation.extension_requested",
       {"duban.submission.obligation.extension_decided", "duban.submission.obligation.waived"}}};
  const auto found = settlers->find(type);
  return found == settlers->end() ? std::vector<std::string>() : found->second;
}

}  // namespace duban::notification
