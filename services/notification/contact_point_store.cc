#include "services/notification/contact_point_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"

namespace duban::notification {
namespace {

using v1::ContactPoints;

constexpr char kSelect[] =
    "SELECT phone_masked, mail_masked, chat_masked, update_time, version FROM contact_points"
    " WHERE member = ?";
constexpr char kSelectSealed[] =
    "SELECT phone_sealed, mail_sealed, chat_sealed FROM contact_points WHERE member = ?";
constexpr db::Repeated kReachable = {
    "SELECT member, mail_masked <> '', phone_masked <> '', chat_masked <> '' FROM contact_points"
    " WHERE member IN (",
    "?", ", ", ")"};
constexpr char kWrite[] =
    "INSERT INTO contact_points (member, phone_sealed, mail_sealed, chat_sealed, phone_masked,"
    " mail_masked, chat_masked, update_time, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)"
    " ON DUPLICATE KEY UPDATE phone_sealed = VALUES(phone_sealed),"
    " mail_sealed = VALUES(mail_sealed), chat_sealed = VALUES(chat_sealed),"
    " phone_masked = VALUES(phone_masked), mail_masked = VALUES(mail_masked),"
    " chat_masked = VALUES(chat_masked), update_time = VALUES(update_time), version = version + 1";

absl::StatusOr<std::optional<ContactPoints>> ReadOne(const std::string& member,
                                                     absl::StatusOr<db::Rows> rows) {
  DUBAN_RETURN_IF_ERROR(rows.status());
  if (rows->empty()) return std::nullopt;
  const db::Row& row = rows->front();
  ContactPoints points;
  points.set_name(absl::StrCat("members/", member, "/contactPoints"));
  points.set_phone(row.GetString(0));
  points.set_mail(row.GetString(1));
  points.set_chat_id(row.GetString(2));
  *points.mutable_update_time() = ToTimestamp(row.GetTime(3));
  points.set_etag(MakeEtag(row.GetInt(4)));
  return points;
}

}  // namespace

absl::StatusOr<std::optional<ContactPoints>> ContactPointStore::Get(
    db::Session& session, const std::string& member) const {
  return ReadOne(member, session.Query(kSelect, {member}));
}

absl::StatusOr<std::optional<ContactPoints>> ContactPointStore::GetForUpdate(
    db::Transaction& tx, const std::string& member) const {
  return ReadOne(member, tx.Query(absl::StrCat(kSelect, " FOR UPDATE"), {member}));
}

absl::StatusOr<std::optional<SealedContactPoints>> ContactPointStore::GetSealed(
    db::Session& session, const std::string& member) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kSelectSealed, {member}));
  if (rows.empty()) return std::nullopt;
  const db::Row& row = rows.front();
  return SealedContactPoints{row.GetString(0), row.GetString(1), row.GetString(2)};
}

absl::StatusOr<std::map<std::string, std::set<v1::Channel>>> ContactPointStore::Reachable(
    db::Session& session, const std::vector<std::string>& members) const {
  std::vector<std::vector<db::Value>> keys;
  for (const std::string& member : members) keys.push_back({member});
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         db::QueryRepeated(session, kReachable, std::move(keys)));
  std::map<std::string, std::set<v1::Channel>> reachable;
  for (const db::Row& row : rows) {
    std::set<v1::Channel>& channels = reachable[row.GetString(0)];
    if (row.GetBool(1)) channels.insert(v1::EMAIL);
    if (row.GetBool(2)) channels.insert(v1::SMS);
    if (row.GetBool(3)) channels.insert(v1::CHAT);
  }
  return reachable;
}

absl::Status ContactPointStore::Write(db::Transaction& tx, const std::string& member,
                                      const SealedContactPoints& sealed,
                                      const ContactPoints& masked, absl::Time now) const {
  return tx
      .Execute(kWrite, {member, sealed.phone, sealed.mail, sealed.chat, masked.phone(),
                        masked.mail(), masked.chat_id(), now})
      .status();
}

}  // namespace duban::notification
