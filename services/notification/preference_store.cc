#include "services/notification/preference_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"
#include "google/protobuf/util/json_util.h"

namespace duban::notification {
namespace {

using v1::Preferences;

constexpr db::Repeated kSelect = {
    "SELECT member, mutes, digest, update_time, version FROM preferences WHERE member IN (", "?",
    ", ", ")"};
constexpr char kSelectForUpdate[] =
    "SELECT member, mutes, digest, update_time, version FROM preferences WHERE member = ?"
    " FOR UPDATE";
constexpr char kWrite[] =
    "INSERT INTO preferences (member, mutes, digest, update_time, version) VALUES (?, ?, ?, ?, 1)"
    " ON DUPLICATE KEY UPDATE mutes = VALUES(mutes), digest = VALUES(digest),"
    " update_time = VALUES(update_time), version = version + 1";

absl::StatusOr<PreferencesByMember> ReadRows(const db::Rows& rows) {
  PreferencesByMember all;
  for (const db::Row& row : rows) {
    Preferences preferences;
    const auto read = google::protobuf::util::JsonStringToMessage(row.GetString(1), &preferences);
    if (!read.ok()) return absl::InternalError("stored preferences do not parse");
    preferences.set_name(absl::StrCat("members/", row.GetString(0), "/preferences"));
    preferences.set_digest(row.GetBool(2));
    *preferences.mutable_update_time() = ToTimestamp(row.GetTime(3));
    preferences.set_etag(MakeEtag(row.GetInt(4)));
    all[row.GetString(0)] = std::move(preferences);
  }
  return all;
}

}  // namespace

absl::StatusOr<PreferencesByMember> PreferenceStore::Get(
    db::Session& session, const std::vector<std::string>& members) const {
  std::vector<std::vector<db::Value>> keys;
  for (const std::string& member : members) keys.push_back({member});
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(session, kSelect, std::move(keys)));
  return ReadRows(rows);
}

absl::StatusOr<PreferencesByMember> PreferenceStore::GetForUpdate(db::Transaction& tx,
                                                                  const std::string& member) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectForUpdate, {member}));
  return ReadRows(rows);
}

absl::Status PreferenceStore::Write(db::Transaction& tx, const std::string& member,
                                    const Preferences& preferences, absl::Time now) const {
  Preferences mutes;
  *mutes.mutable_mutes() = preferences.mutes();
  return tx.Execute(kWrite, {member, ToJson(mutes), preferences.digest(), now}).status();
}

}  // namespace duban::notification
