#ifndef DUBAN_SERVICES_NOTIFICATION_LETTER_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_LETTER_STORE_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/channel.pb.h"

namespace duban::notification {

// What is sent to a member, and where to.
struct Letter {
  std::string title;
  std::string short_text;
  std::string body;
  std::string title_en;
  std::string body_en;
  // Encrypted for `address_place`; empty if the member has none for the channel.
  std::string address_sealed;
  std::string address_place;
};

// Why a member was told: of one event, or as the head of somebody's unit who was told of it and has
// not acknowledged that.
struct Ground {
  std::string event;  // id
  std::string event_type;
  std::string subject;
  std::string unit;                   // of the event, bare id
  std::string audience;               // such as `UNIT_LIAISONS units/water`; a head's: somebody's
  std::set<std::string> obligations;  // when all of them are settled, it is pointless
  std::optional<absl::Time> expire_time;
  bool as_head = false;
  bool acknowledged = false;  // what the head is told of was, meanwhile
};

// Messages and contact points as deliveries need them; both are written by other parts.
class LetterStore {
 public:
  // Nothing if there is no such message. Ids are bare.
  absl::StatusOr<std::optional<Letter>> Get(db::Session& session, const std::string& member,
                                            const std::string& message, v1::Channel channel) const;

  // Why the member was told what the message says, one for each event of a digest; none if that is
  // not on record any more.
  absl::StatusOr<std::vector<Ground>> Grounds(db::Session& session, const std::string& member,
                                              const std::string& message) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_LETTER_STORE_H_
