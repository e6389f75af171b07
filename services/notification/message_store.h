#ifndef DUBAN_SERVICES_NOTIFICATION_MESSAGE_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_MESSAGE_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/message.pb.h"

namespace duban::notification {

// One inbox's row, all zero for a member who was never told anything.
struct InboxCounts {
  int64_t last_sequence = 0;
  int64_t unread_count = 0;
};

// Where a message stands: the member and its number in their inbox.
using MessagePlace = std::pair<std::string, int64_t>;

// What stands in inboxes, read and changed; InboxStore adds to it. Members and messages are bare
// ids. Whoever changes a member's messages holds that member's row by Lock.
class MessageStore {
 public:
  absl::StatusOr<InboxCounts> Counts(db::Session& session, const std::string& member) const;

  // Of those of the members who were ever told anything.
  absl::StatusOr<std::map<std::string, InboxCounts>> CountsOf(
      db::Session& session, const std::vector<std::string>& members) const;

  // Nothing if the member has no such message.
  absl::StatusOr<std::optional<v1::Message>> Get(db::Session& session, const std::string& member,
                                                 const std::string& message) const;

  // At most `limit` messages, the newest first, with numbers below `before`.
  absl::StatusOr<std::vector<v1::Message>> List(db::Session& session, const std::string& member,
                                                bool unread_only, int64_t before, int limit) const;

  // Those that are there, each at its place.
  absl::StatusOr<std::map<MessagePlace, v1::Message>> At(
      db::Session& session, const std::vector<MessagePlace>& places) const;

  // The counts, locked until the transaction ends.
  absl::StatusOr<InboxCounts> Lock(db::Transaction& tx, const std::string& member) const;

  // The numbers of those of the messages that the member has, by their ids.
  absl::StatusOr<std::map<std::string, int64_t>> Numbers(
      db::Session& session, const std::string& member,
      const std::vector<std::string>& messages) const;

  // Marks the messages of these numbers read: how many were not.
  absl::StatusOr<int64_t> MarkRead(db::Transaction& tx, const std::string& member,
                                   const std::vector<int64_t>& sequences, absl::Time now) const;

  // Marks the first `limit` of the unread messages with numbers up to `sequence`: how many there
  // were.
  absl::StatusOr<int64_t> MarkReadUpTo(db::Transaction& tx, const std::string& member,
                                       int64_t sequence, int limit, absl::Time now) const;

  // Writes the times of the message: read, acknowledged, to be stepped up.
  absl::Status WriteTimes(db::Transaction& tx, const std::string& member,
                          const v1::Message& message) const;

  absl::Status WriteUnreadCount(db::Transaction& tx, const std::string& member,
                                int64_t unread_count) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_MESSAGE_STORE_H_
