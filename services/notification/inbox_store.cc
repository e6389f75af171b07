#include "services/notification/inbox_store.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/id.h"
#include "common/base/shared_time.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"

namespace duban::notification {
namespace {

// Locks the rows in their order, new ones among them.
constexpr db::Repeated kLock = {
    "INSERT INTO inboxes (member, last_sequence, unread_count, version) VALUES ", "(?, 0, 0, 1)",
    ", ", " ON DUPLICATE KEY UPDATE version = version + 1"};
constexpr db::Repeated kCounters = {
    "SELECT member, last_sequence, unread_count FROM inboxes WHERE member IN (", "?", ", ",
    ") FOR UPDATE"};
constexpr db::Repeated kCount = {
    "INSERT INTO inboxes (member, last_sequence, unread_count, version) VALUES ", "(?, ?, ?, 1)",
    ", ",
    " ON DUPLICATE KEY UPDATE last_sequence = VALUES(last_sequence),"
    " unread_count = VALUES(unread_count)"};
constexpr db::Repeated kTold = {
    "SELECT member, notice FROM messages FORCE INDEX (once) WHERE (member, notice) IN (", "(?, ?)",
    ", ", ")"};
constexpr db::Repeated kInsert = {
    "INSERT INTO messages (member, sequence, message, notice, type, subject, plan, unit, urgency,"
    " title, short_text, body, title_en, body_en, events, template, template_revision,"
    " create_time, unread, read_time, acknowledgement_required, acknowledge_time, step_up_time,"
    " version) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, NULL, ?, NULL, ?, 1)", ", ", ""};

struct Counters {
  int64_t last_sequence = 0;
  int64_t unread_count = 0;
};

using Inboxes = std::map<std::string, Counters>;

// The inboxes of all members, locked.
absl::StatusOr<Inboxes> Lock(db::Transaction& tx, const std::vector<NewMessage>& messages) {
  std::set<std::string> members;
  for (const NewMessage& message : messages) members.insert(message.member);
  std::vector<std::vector<db::Value>> keys;
  for (const std::string& member : members) keys.push_back({member});
  DUBAN_RETURN_IF_ERROR(db::ExecuteRepeated(tx, kLock, keys).status());
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(tx, kCounters, keys));
  Inboxes inboxes;
  for (const db::Row& row : rows) inboxes[row.GetString(0)] = {row.GetInt(1), row.GetInt(2)};
  return inboxes;
}

// Which members were told of which notices.
absl::StatusOr<std::set<std::pair<std::string, std::string>>> Told(
    db::Transaction& tx, const std::vector<NewMessage>& messages) {
  std::vector<std::vector<db::Value>> keys;
  for (const NewMessage& message : messages) keys.push_back({message.member, message.notice});
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(tx, kTold, std::move(keys)));
  std::set<std::pair<std::string, std::string>> told;
  for (const db::Row& row : rows) told.emplace(row.GetString(0), row.GetString(1));
  return told;
}

std::vector<db::Value> RowOf(const NewMessage& message, const std::string& id, absl::Time now) {
  const v1::Message& content = message.content;
  std::optional<absl::Time> step_up_time;
  if (content.has_step_up_time()) step_up_time = FromTimestamp(content.step_up_time());
  return {message.member,
          content.sequence(),
          id,
          message.notice,
          content.type(),
          content.subject(),
          content.plan(),
          message.unit,
          static_cast<int>(content.urgency()),
          content.title(),
          message.short_text,
          content.body(),
          content.title_en(),
          content.body_en(),
          absl::StrJoin(content.events(), " "),
          message.template_id,
          message.template_revision,
          now,
          content.acknowledgement_required(),
          step_up_time};
}

}  // namespace

absl::StatusOr<std::vector<NewMessage>> InboxStore::Add(db::Transaction& tx,
                                                        std::vector<NewMessage> messages,
                                                        absl::Time now) const {
  DUBAN_ASSIGN_OR_RETURN(Inboxes inboxes, Lock(tx, messages));
  DUBAN_ASSIGN_OR_RETURN(auto told, Told(tx, messages));
  std::vector<NewMessage> added;
  std::vector<std::vector<db::Value>> rows;
  for (NewMessage& message : messages) {
    if (!told.emplace(message.member, message.notice).second) continue;
    Counters& counters = inboxes[message.member];
    ++counters.unread_count;
    const std::string id = NewUuid7(SharedNow());
    message.content.set_name(absl::StrCat("members/", message.member, "/messages/", id));
    message.content.set_sequence(++counters.last_sequence);
    *message.content.mutable_create_time() = ToTimestamp(now);
    rows.push_back(RowOf(message, id, now));
    added.push_back(std::move(message));
  }
  DUBAN_RETURN_IF_ERROR(db::ExecuteRepeated(tx, kInsert, std::move(rows)).status());
  std::vector<std::vector<db::Value>> counts;
  for (const auto& [member, counters] : inboxes) {
    counts.push_back({member, counters.last_sequence, counters.unread_count});
  }
  DUBAN_RETURN_IF_ERROR(db::ExecuteRepeated(tx, kCount, std::move(counts)).status());
  return added;
}

}  // namespace duban::notification
