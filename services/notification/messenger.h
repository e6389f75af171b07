#ifndef DUBAN_SERVICES_NOTIFICATION_MESSENGER_H_
#define DUBAN_SERVICES_NOTIFICATION_MESSENGER_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "services/notification/contact_point_store.h"
#include "services/notification/delivery_store.h"
#include "services/notification/inbox_store.h"

namespace duban::notification {

// A message and the ways by which it also goes out, in the order in which they are tried.
struct Outgoing {
  NewMessage message;
  std::vector<v1::Channel> channels;
};

// Puts messages into inboxes and on the way. Thread-safe.
class Messenger {
 public:
  // In the caller's transaction; a member who cannot be reached by a channel gets no delivery by
  // it. Answers the messages that were added: those whose notice was told already are left out.
  absl::StatusOr<std::vector<NewMessage>> Send(db::Transaction& tx, std::vector<Outgoing> outgoing,
                                               absl::Time now) const;

 private:
  InboxStore inboxes_;
  DeliveryStore deliveries_;
  ContactPointStore contact_points_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_MESSENGER_H_
