#include "services/notification/message_store.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"

namespace duban::notification {
namespace {

constexpr char kCounts[] = "SELECT last_sequence, unread_count FROM inboxes WHERE member = ?";
constexpr char kLock[] =
    "SELECT last_sequence, unread_count FROM inboxes WHERE member = ? FOR UPDATE";
constexpr db::Repeated kCountsOf = {
    "SELECT member, last_sequence, unread_count FROM inboxes WHERE member IN (", "?", ", ", ")"};
constexpr char kSelect[] =
    "SELECT member, sequence, message, type, subject, plan, urgency, title, body, title_en,"
    " body_en, events, create_time, read_time, acknowledgement_required, acknowledge_time,"
    " step_up_time FROM messages ";
constexpr db::Repeated kNumbers = {
    "SELECT message, member, sequence FROM messages FORCE INDEX (by_message) WHERE message IN (",
    "?", ", ", ")"};
constexpr char kMarkRead[] =
    "UPDATE messages SET unread = 0, read_time = ?, version = version + 1"
    " WHERE member = ? AND sequence = ? AND unread = 1";
constexpr char kMarkReadUpTo[] =
    "UPDATE messages SET unread = 0, read_time = ?, version = version + 1"
    " WHERE member = ? AND unread = 1 AND sequence <= ? ORDER BY sequence LIMIT ?";
constexpr char kWriteTimes[] =
    "UPDATE messages SET unread = ?, read_time = ?, acknowledge_time = ?, step_up_time = ?,"
    " version = version + 1 WHERE member = ? AND sequence = ?";
constexpr char kWriteUnreadCount[] =
    "UPDATE inboxes SET unread_count = ?, version = version + 1 WHERE member = ?";

v1::Message ReadMessage(const db::Row& row) {
  v1::Message message;
  message.set_name(absl::StrCat("members/", row.GetString(0), "/messages/", row.GetString(2)));
  message.set_sequence(row.GetInt(1));
  message.set_type(row.GetString(3));
  message.set_subject(row.GetString(4));
  message.set_plan(row.GetString(5));
  message.set_urgency(static_cast<v1::Urgency>(row.GetInt(6)));
  message.set_title(row.GetString(7));
  message.set_body(row.GetString(8));
  message.set_title_en(row.GetString(9));
  message.set_body_en(row.GetString(10));
  for (const auto event : absl::StrSplit(row.GetString(11), ' ', absl::SkipEmpty())) {
    message.add_events(std::string(event));
  }
  *message.mutable_create_time() = ToTimestamp(row.GetTime(12));
  if (const auto time = row.GetOptionalTime(13)) *message.mutable_read_time() = ToTimestamp(*time);
  message.set_acknowledgement_required(row.GetBool(14));
  if (const auto time = row.GetOptionalTime(15)) {
    *message.mutable_acknowledge_time() = ToTimestamp(*time);
  }
  if (const auto time = row.GetOptionalTime(16)) {
    *message.mutable_step_up_time() = ToTimestamp(*time);
  }
  return message;
}

InboxCounts ReadCounts(const db::Rows& rows) {
  return rows.empty() ? InboxCounts{} : InboxCounts{rows[0].GetInt(0), rows[0].GetInt(1)};
}

std::vector<std::vector<db::Value>> KeysOf(const std::vector<std::string>& ids) {
  std::vector<std::vector<db::Value>> keys;
  keys.reserve(ids.size());
  for (const std::string& id : ids) keys.push_back({id});
  return keys;
}

std::optional<absl::Time> TimeOf(bool there, const google::protobuf::Timestamp& timestamp) {
  return there ? std::optional(FromTimestamp(timestamp)) : std::nullopt;
}

}  // namespace

absl::StatusOr<InboxCounts> MessageStore::Counts(db::Session& session,
                                                 const std::string& member) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kCounts, {member}));
  return ReadCounts(rows);
}

absl::StatusOr<std::map<std::string, InboxCounts>> MessageStore::CountsOf(
    db::Session& session, const std::vector<std::string>& members) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         db::QueryRepeated(session, kCountsOf, KeysOf(members)));
  std::map<std::string, InboxCounts> counts;
  for (const db::Row& row : rows) counts[row.GetString(0)] = {row.GetInt(1), row.GetInt(2)};
  return counts;
}

absl::StatusOr<std::optional<v1::Message>> MessageStore::Get(db::Session& session,
                                                             const std::string& member,
                                                             const std::string& message) const {
  static const std::string kGet = absl::StrCat(kSelect, "WHERE message = ? AND member = ?");
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kGet, {message, member}));
  if (rows.empty()) return std::nullopt;
  return ReadMessage(rows.front());
}

absl::StatusOr<std::vector<v1::Message>> MessageStore::List(db::Session& session,
                                                            const std::string& member,
                                                            bool unread_only, int64_t before,
                                                            int limit) const {
  constexpr char kNewestFirst[] = "sequence < ? ORDER BY sequence DESC LIMIT ?";
  static const std::string kAll =
      absl::StrCat(kSelect, "FORCE INDEX (PRIMARY) WHERE member = ? AND ", kNewestFirst);
  static const std::string kUnread = absl::StrCat(
      kSelect, "FORCE INDEX (by_unread) WHERE member = ? AND unread = 1 AND ", kNewestFirst);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(unread_only ? kUnread : kAll, {member, before, limit}));
  std::vector<v1::Message> messages;
  messages.reserve(rows.size());
  for (const db::Row& row : rows) messages.push_back(ReadMessage(row));
  return messages;
}

absl::StatusOr<std::map<MessagePlace, v1::Message>> MessageStore::At(
    db::Session& session, const std::vector<MessagePlace>& places) const {
  static const std::string kHead =
      absl::StrCat(kSelect, "FORCE INDEX (PRIMARY) WHERE (member, sequence) IN (");
  std::vector<std::vector<db::Value>> keys;
  keys.reserve(places.size());
  for (const auto& [member, sequence] : places) keys.push_back({member, sequence});
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         db::QueryRepeated(session, {kHead, "(?, ?)", ", ", ")"}, std::move(keys)));
  std::map<MessagePlace, v1::Message> messages;
  for (const db::Row& row : rows) {
    messages[{row.GetString(0), row.GetInt(1)}] = ReadMessage(row);
  }
  return messages;
}

absl::StatusOr<InboxCounts> MessageStore::Lock(db::Transaction& tx,
                                               const std::string& member) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kLock, {member}));
  return ReadCounts(rows);
}

absl::StatusOr<std::map<std::string, int64_t>> MessageStore::Numbers(
    db::Session& session, const std::string& member,
    const std::vector<std::string>& messages) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         db::QueryRepeated(session, kNumbers, KeysOf(messages)));
  std::map<std::string, int64_t> numbers;
  for (const db::Row& row : rows) {
    if (row.GetString(1) == member) numbers[row.GetString(0)] = row.GetInt(2);
  }
  return numbers;
}

absl::StatusOr<int64_t> MessageStore::MarkRead(db::Transaction& tx, const std::string& member,
                                               const std::vector<int64_t>& sequences,
                                               absl::Time now) const {
  int64_t marked = 0;
  for (const int64_t sequence : sequences) {
    DUBAN_ASSIGN_OR_RETURN(const int64_t changed, tx.Execute(kMarkRead, {now, member, sequence}));
    marked += changed;
  }
  return marked;
}

absl::StatusOr<int64_t> MessageStore::MarkReadUpTo(db::Transaction& tx, const std::string& member,
                                                   int64_t sequence, int limit,
                                                   absl::Time now) const {
  return tx.Execute(kMarkReadUpTo, {now, member, sequence, limit});
}

absl::Status MessageStore::WriteTimes(db::Transaction& tx, const std::string& member,
                                      const v1::Message& message) const {
  return tx
      .Execute(
          kWriteTimes,
          {!message.has_read_time(), TimeOf(message.has_read_time(), message.read_time()),
           TimeOf(message.has_acknowledge_time(), message.acknowledge_time()),
           TimeOf(message.has_step_up_time(), message.step_up_time()), member, message.sequence()})
      .status();
}

absl::Status MessageStore::WriteUnreadCount(db::Transaction& tx, const std::string& member,
                                            int64_t unread_count) const {
  return tx.Execute(kWriteUnreadCount, {unread_count, member}).status();
}

}  // namespace duban::notification
