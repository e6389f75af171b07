#include "services/notification/letter_store.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace duban::notification {
namespace {

constexpr char kSelect[] =
    "SELECT m.title, m.short_text, m.body, m.title_en, m.body_en, COALESCE(c.mail_sealed, ''),"
    " COALESCE(c.phone_sealed, ''), COALESCE(c.chat_sealed, '') FROM messages m"
    " LEFT JOIN contact_points c ON c.member = m.member WHERE m.message = ? AND m.member = ?";
constexpr size_t kMailColumn = 5;

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

}  // namespace duban::notification
