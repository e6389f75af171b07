#ifndef DUBAN_SERVICES_NOTIFICATION_INBOX_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_INBOX_STORE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/message.pb.h"

namespace duban::notification {

// A message that is to stand in an inbox.
struct NewMessage {
  std::string member;  // bare id
  std::string notice;  // what it tells of, an id; to one member it is told once
  std::string unit;    // bare id of the unit that it is about; empty if none
  v1::Message
      content;  // what the caller says: type to events, acknowledgement_required, step_up_time
  std::string short_text;  // 短信
  std::string template_id;
  int template_revision = 0;
};

// The tables inboxes and messages. Whoever writes to a member's messages holds that member's row of
// inboxes, so numbers have no gaps and follow the commits.
class InboxStore {
 public:
  // Adds the messages in their order, but for those whose notice the member was told already.
  // Answers those that were added, with name, sequence and create_time. Locks the inboxes of all
  // their members, in the order of the members' ids.
  absl::StatusOr<std::vector<NewMessage>> Add(db::Transaction& tx, std::vector<NewMessage> messages,
                                              absl::Time now) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_INBOX_STORE_H_
