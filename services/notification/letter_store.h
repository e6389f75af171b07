#ifndef DUBAN_SERVICES_NOTIFICATION_LETTER_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_LETTER_STORE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
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

// Messages and contact points as deliveries need them; both are written by other parts.
class LetterStore {
 public:
  // Nothing if there is no such message. Ids are bare.
  absl::StatusOr<std::optional<Letter>> Get(db::Session& session, const std::string& member,
                                            const std::string& message, v1::Channel channel) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_LETTER_STORE_H_
