#include "services/notification/letter_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/status.h"
#include "common/db/repeated.h"

namespace duban::notification {
namespace {

constexpr char kSelect[] =
    "SELECT m.title, m.short_text, m.body, m.title_en, m.body_en, COALESCE(c.mail_sealed, ''),"
    " COALESCE(c.phone_sealed, ''), COALESCE(c.chat_sealed, '') FROM messages m"
    " LEFT JOIN contact_points c ON c.member = m.member WHERE m.message = ? AND m.member = ?";
constexpr size_t kMailColumn = 5;
constexpr char kTold[] = "SELECT notice, events FROM messages WHERE message = ? AND member = ?";
constexpr db::Repeated kGrounds = {
    "SELECT event, event_type, subject, unit, audience, obligations, expire_time FROM notices"
    " FORCE INDEX (once) WHERE (event, member) IN (",
    "(?, ?)", ", ", ")"};
// A notice of somebody else's, whose message was brought before the head of a unit.
constexpr char kSteppedUp[] =
    "SELECT n.event, n.event_type, n.subject, n.unit, n.audience, n.obligations, n.expire_time,"
    " m.acknowledge_time IS NOT NULL FROM notices n JOIN messages m ON m.member = n.member"
    " AND m.notice = n.notice WHERE n.notice = ? AND n.member <> ?";

// Of one channel, in the order of the columns.
struct AddressColumn {
  size_t column;
  const char* place;
};

AddressColumn ColumnOf(v1::Channel channel) {
  if (channel == v1::SMS) return {kMailColumn + 1, "phone"};
  if (channel == v1::CHAT) return {kMailColumn + 2, "chat"};
  return {kMailColumn, "mail"};
}

Ground ReadGround(const db::Row& row) {
  Ground ground;
  ground.event = row.GetString(0);
  ground.event_type = row.GetString(1);
  ground.subject = row.GetString(2);
  ground.unit = row.GetString(3);
  ground.audience = row.GetString(4);
  ground.obligations = absl::StrSplit(row.GetString(5), ' ', absl::SkipEmpty());
  ground.expire_time = row.GetOptionalTime(6);
  return ground;
}

}  // namespace

absl::StatusOr<std::optional<Letter>> LetterStore::Get(db::Session& session,
                                                       const std::string& member,
                                                       const std::string& message,
                                                       v1::Channel channel) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kSelect, {message, member}));
  if (rows.empty()) return std::nullopt;
  const db::Row& row = rows.front();
  const AddressColumn address = ColumnOf(channel);
  return Letter{row.GetString(0),
                row.GetString(1),
                row.GetString(2),
                row.GetString(3),
                row.GetString(4),
                row.GetString(address.column),
                absl::StrCat("contact_points/", member, "/", address.place)};
}

absl::StatusOr<std::vector<Ground>> LetterStore::Grounds(db::Session& session,
                                                         const std::string& member,
                                                         const std::string& message) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows told, session.Query(kTold, {message, member}));
  std::vector<Ground> grounds;
  if (told.empty()) return grounds;
  DUBAN_ASSIGN_OR_RETURN(const db::Rows stepped_up,
                         session.Query(kSteppedUp, {told.front().GetString(0), member}));
  for (const db::Row& row : stepped_up) {
    grounds.push_back(ReadGround(row));
    grounds.back().as_head = true;
    grounds.back().acknowledged = row.GetBool(7);
  }
  if (!grounds.empty()) return grounds;
  std::vector<std::vector<db::Value>> keys;
  for (const absl::string_view event :
       absl::StrSplit(told.front().GetString(1), ' ', absl::SkipEmpty())) {
    keys.push_back({std::string(absl::StripPrefix(event, "events/")), member});
  }
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         db::QueryRepeated(session, kGrounds, std::move(keys)));
  for (const db::Row& row : rows) grounds.push_back(ReadGround(row));
  return grounds;
}

}  // namespace duban::notification
