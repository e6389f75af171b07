#include "services/notification/second_look.h"

#include <algorithm>
#include <set>

#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "common/calendar/period.h"
#include "services/notification/audience_rules.h"
#include "services/notification/reminder_rules.h"

namespace duban::notification {
namespace {

std::string DayOf(absl::Time now) { return FormatDate(absl::ToCivilDay(now, ZoneOf(nullptr))); }

}  // namespace

absl::StatusOr<SecondLook::Finding> SecondLook::At(db::Session& session, const Sending& sending,
                                                   const People& people, absl::Time now) const {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Ground> grounds,
                         letters_.Grounds(session, sending.member, sending.message));
  const std::string name = "members/" + sending.member;
  const auto member = std::find_if(people.members.begin(), people.members.end(),
                                   [&](const auto& one) { return one.name() == name; });
  Finding finding;
  const bool serves = member != people.members.end() && Serves(*member, DayOf(now));
  for (const Ground& ground : grounds) {
    std::string lapsed = kDutyLost;
    if (serves) {
      DUBAN_ASSIGN_OR_RETURN(lapsed, Lapsed(session, ground, *member, now));
    }
    if (lapsed.empty()) return Finding();
    if (lapsed == kDutyLost && !ground.as_head) finding.orphan.push_back(ground.event);
    if (finding.pointless.empty()) finding.pointless = lapsed;
  }
  if (grounds.empty() && !serves) finding.pointless = kDutyLost;
  return finding;
}

absl::StatusOr<std::string> SecondLook::Lapsed(db::Session& session, const Ground& ground,
                                               const indicator::v1::Member& member,
                                               absl::Time now) const {
  DUBAN_ASSIGN_OR_RETURN(const bool settled, events_.HasLater(session, ground.subject, ground.event,
                                                              Settlers(ground.event_type)));
  if (settled) return std::string(kSettledLater);
  if (ground.acknowledged) return std::string(kAcknowledgedMeanwhile);
  if (ground.expire_time && *ground.expire_time <= now) return std::string(kTimeOver);
  if (!ground.obligations.empty()) {
    DUBAN_ASSIGN_OR_RETURN(const std::set<std::string> met,
                           obligations_.Settled(session, ground.obligations));
    if (met.size() == ground.obligations.size()) return std::string(kMetOrWaived);
  }
  const std::string duty =
      ground.as_head ? "UNIT_HEADS " + UnitToldFor(ground.audience, ground.unit) : ground.audience;
  return std::string(StillHas(member, duty, DayOf(now)) ? "" : kDutyLost);
}

}  // namespace duban::notification
