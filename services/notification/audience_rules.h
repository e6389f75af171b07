#ifndef DUBAN_SERVICES_NOTIFICATION_AUDIENCE_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_AUDIENCE_RULES_H_

#include <string>
#include <vector>

#include "duban/common/v1/event.pb.h"
#include "duban/indicator/v1/directory.pb.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/notification/v1/route.pb.h"
#include "google/protobuf/message.h"

// Whom an event concerns.
namespace duban::notification {

// One who is told.
struct Recipient {
  std::string member;        // `members/{member}`
  std::string display_name;  // 姓名
  std::string audience;      // why, such as `UNIT_LIAISONS units/water`
};

// What is known of an event when its audience is sought.
struct Occasion {
  const common::v1::Event* event;
  const google::protobuf::Message* data;
  const indicator::v1::PlanHistory* plan;             // null: the event has none
  const std::vector<indicator::v1::Member>* members;  // the whole directory
  std::vector<std::string> owing;                     // `units/{unit}` that owe in its session
  std::string today;                                  // local `YYYY-MM-DD`
};

// The members of the audiences, each once, with the first audience that names them. Nobody who was
// deactivated, nobody whose post does not last today.
std::vector<Recipient> RecipientsOf(const v1::Route& route, const Occasion& occasion);

// True if the member still has the duty for which they are told, today.
bool StillHas(const indicator::v1::Member& member, const std::string& audience,
              const std::string& today);

// True if the member has any post today.
bool Serves(const indicator::v1::Member& member, const std::string& today);

// `units/{unit}` for which a member of the audience was told; the event's (a bare id) where the
// audience names none.
std::string UnitToldFor(const std::string& audience, const std::string& event_unit);

// The members who hold the role in a unit (empty: in any) today.
std::vector<Recipient> Holders(const std::vector<indicator::v1::Member>& members,
                               common::v1::Role role, const std::string& unit,
                               const std::string& today);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_AUDIENCE_RULES_H_
