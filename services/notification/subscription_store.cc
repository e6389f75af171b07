#include "services/notification/subscription_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace duban::notification {
namespace {

using google::protobuf::RepeatedPtrField;
using v1::Subscription;

constexpr char kSelect[] =
    "SELECT subscription, display_name, url, event_types, plans, units, owner, state, reason,"
    " failing_since, create_time, update_time, version, failures, granted_units FROM subscriptions "
    "WHERE deleted = 0";
constexpr char kInsert[] =
    "INSERT INTO subscriptions (subscription, display_name, url, event_types, plans, units, owner,"
    " state, reason, failing_since, deleted, create_time, update_time, version)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', NULL, 0, ?, ?, 1)";
constexpr char kUpdate[] =
    "UPDATE subscriptions SET display_name = ?, url = ?, event_types = ?, plans = ?, units = ?,"
    " state = ?, reason = ?, failing_since = ?, update_time = ?, version = version + 1"
    " WHERE subscription = ? AND version = ? AND deleted = 0";
constexpr char kDelete[] =
    "UPDATE subscriptions SET deleted = 1, update_time = ?, version = version + 1"
    " WHERE subscription = ? AND deleted = 0";
constexpr char kSelectSecrets[] =
    "SELECT number, secret_sealed, create_time, expire_time FROM subscription_secrets"
    " WHERE subscription = ? ORDER BY number DESC LIMIT 100";
constexpr char kInsertSecret[] =
    "INSERT INTO subscription_secrets (subscription, number, secret_sealed, create_time,"
    " expire_time) VALUES (?, ?, ?, ?, NULL)";
constexpr char kExpireSecrets[] =
    "UPDATE subscription_secrets SET expire_time = ?"
    " WHERE subscription = ? AND (expire_time IS NULL OR expire_time > ?)";
constexpr char kGrant[] =
    "UPDATE subscriptions SET granted_units = ? WHERE owner = ? AND deleted = 0"
    " AND (granted_units IS NULL OR granted_units <> ?)";
// Assigned from left to right, so `failures` goes by the failing_since of before.
constexpr char kCountFailure[] =
    "UPDATE subscriptions SET failures = CASE WHEN failing_since IS NULL THEN 1"
    " ELSE failures + 1 END, failing_since = COALESCE(failing_since, ?) WHERE subscription = ?";
constexpr char kClearFailing[] =
    "UPDATE subscriptions SET failing_since = NULL, failures = 0 WHERE subscription = ?";

std::string Joined(const RepeatedPtrField<std::string>& texts) { return absl::StrJoin(texts, " "); }

void Split(const std::string& text, RepeatedPtrField<std::string>* texts) {
  for (const absl::string_view part : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    texts->Add(std::string(part));
  }
}

std::optional<absl::Time> FailingSince(const Subscription& subscription) {
  if (!subscription.has_failing_since()) return std::nullopt;
  return FromTimestamp(subscription.failing_since());
}

StoredSubscription ReadSubscription(const db::Row& row) {
  StoredSubscription stored;
  Subscription& subscription = stored.message;
  subscription.set_name(absl::StrCat("subscriptions/", row.GetString(0)));
  subscription.set_display_name(row.GetString(1));
  subscription.set_url(row.GetString(2));
  Split(row.GetString(3), subscription.mutable_event_types());
  Split(row.GetString(4), subscription.mutable_plans());
  Split(row.GetString(5), subscription.mutable_units());
  subscription.set_owner(row.GetString(6));
  subscription.set_state(static_cast<Subscription::State>(row.GetInt(7)));
  subscription.set_reason(row.GetString(8));
  if (const auto since = row.GetOptionalTime(9)) {
    *subscription.mutable_failing_since() = ToTimestamp(*since);
  }
  *subscription.mutable_create_time() = ToTimestamp(row.GetTime(10));
  *subscription.mutable_update_time() = ToTimestamp(row.GetTime(11));
  stored.version = row.GetInt(12);
  stored.failures = static_cast<int>(row.GetInt(13));
  if (!row.IsNull(14)) {
    std::vector<std::string> units = absl::StrSplit(row.GetString(14), ' ', absl::SkipEmpty());
    stored.granted_units = std::move(units);
  }
  subscription.set_etag(MakeEtag(stored.version));
  return stored;
}

std::vector<Subscription> ReadAll(const db::Rows& rows) {
  std::vector<Subscription> subscriptions;
  for (const db::Row& row : rows) subscriptions.push_back(ReadSubscription(row).message);
  return subscriptions;
}

absl::StatusOr<std::optional<StoredSubscription>> ReadOne(db::Session& session,
                                                          const std::string& id, const char* lock) {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(absl::StrCat(kSelect, " AND subscription = ?", lock), {id}));
  if (rows.empty()) return std::nullopt;
  StoredSubscription stored = ReadSubscription(rows.front());
  DUBAN_ASSIGN_OR_RETURN(const db::Rows secrets, session.Query(kSelectSecrets, {id}));
  for (const db::Row& row : secrets) {
    Subscription::Secret& secret = *stored.message.add_secrets();
    secret.set_number(static_cast<int>(row.GetInt(0)));
    *secret.mutable_create_time() = ToTimestamp(row.GetTime(2));
    if (const auto expiry = row.GetOptionalTime(3)) {
      *secret.mutable_expire_time() = ToTimestamp(*expiry);
    }
  }
  return stored;
}

}  // namespace

absl::StatusOr<std::optional<StoredSubscription>> SubscriptionStore::Get(
    db::Session& session, const std::string& id) const {
  return ReadOne(session, id, "");
}

absl::StatusOr<std::optional<StoredSubscription>> SubscriptionStore::GetForUpdate(
    db::Transaction& tx, const std::string& id) const {
  return ReadOne(tx, id, " FOR UPDATE");
}

absl::StatusOr<std::vector<Subscription>> SubscriptionStore::List(db::Session& session,
                                                                  const SubscriptionQuery& query,
                                                                  const std::string& after,
                                                                  int limit) const {
  std::string sql = absl::StrCat(kSelect, " AND subscription > ?");
  std::vector<db::Value> values = {after};
  if (!query.owner.empty()) {
    absl::StrAppend(&sql, " AND owner = ?");
    values.emplace_back(query.owner);
  }
  if (query.state != Subscription::STATE_UNSPECIFIED) {
    absl::StrAppend(&sql, " AND state = ?");
    values.emplace_back(static_cast<int>(query.state));
  }
  absl::StrAppend(&sql, " ORDER BY subscription LIMIT ?");
  values.emplace_back(limit);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(sql, values));
  return ReadAll(rows);
}

absl::StatusOr<std::vector<Subscription>> SubscriptionStore::Listening(db::Session& session) const {
  static const std::string kListening =
      absl::StrCat(kSelect, " AND state IN (2, 3) ORDER BY subscription");
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kListening));
  return ReadAll(rows);
}

absl::StatusOr<int64_t> SubscriptionStore::CountDisabled(db::Session& session) const {
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query("SELECT COUNT(*) FROM subscriptions WHERE deleted = 0 AND state = 4"));
  return rows.front().GetInt(0);
}

absl::StatusOr<bool> SubscriptionStore::Insert(db::Transaction& tx, const std::string& id,
                                               const Subscription& subscription) const {
  const absl::Status status =
      tx.Execute(kInsert,
                 {id, subscription.display_name(), subscription.url(),
                  Joined(subscription.event_types()), Joined(subscription.plans()),
                  Joined(subscription.units()), subscription.owner(),
                  static_cast<int>(subscription.state()), FromTimestamp(subscription.create_time()),
                  FromTimestamp(subscription.update_time())})
          .status();
  if (db::IsDuplicate(status)) return false;
  DUBAN_RETURN_IF_ERROR(status);
  return true;
}

absl::Status SubscriptionStore::Write(db::Transaction& tx, const std::string& id,
                                      StoredSubscription* stored) const {
  const Subscription& subscription = stored->message;
  DUBAN_ASSIGN_OR_RETURN(
      const int64_t written,
      tx.Execute(kUpdate, {subscription.display_name(), subscription.url(),
                           Joined(subscription.event_types()), Joined(subscription.plans()),
                           Joined(subscription.units()), static_cast<int>(subscription.state()),
                           subscription.reason(), FailingSince(subscription),
                           FromTimestamp(subscription.update_time()), id, stored->version}));
  if (written != 1) return absl::InternalError("a locked subscription has changed");
  stored->message.set_etag(MakeEtag(++stored->version));
  return absl::OkStatus();
}

absl::Status SubscriptionStore::Delete(db::Transaction& tx, const std::string& id,
                                       absl::Time now) const {
  return tx.Execute(kDelete, {now, id}).status();
}

absl::Status SubscriptionStore::AddSecret(db::Transaction& tx, const std::string& id,
                                          const SealedSecret& secret, absl::Time now) const {
  return tx.Execute(kInsertSecret, {id, secret.number, secret.sealed, now}).status();
}

absl::Status SubscriptionStore::ExpireSecrets(db::Transaction& tx, const std::string& id,
                                              absl::Time expire_time) const {
  return tx.Execute(kExpireSecrets, {expire_time, id, expire_time}).status();
}

absl::StatusOr<std::vector<SealedSecret>> SubscriptionStore::Secrets(db::Session& session,
                                                                     const std::string& id) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kSelectSecrets, {id}));
  std::vector<SealedSecret> secrets;
  for (const db::Row& row : rows) {
    secrets.push_back({static_cast<int>(row.GetInt(0)), row.GetString(1), row.GetOptionalTime(3)});
  }
  return secrets;
}

absl::Status SubscriptionStore::Grant(db::Session& session, const std::string& owner,
                                      const std::vector<std::string>& units) const {
  const std::string joined = absl::StrJoin(units, " ");
  return session.Execute(kGrant, {joined, owner, joined}).status();
}

absl::Status SubscriptionStore::CountFailure(db::Session& session, const std::string& id,
                                             absl::Time now) const {
  return session.Execute(kCountFailure, {now, id}).status();
}

absl::Status SubscriptionStore::ClearFailing(db::Session& session, const std::string& id) const {
  return session.Execute(kClearFailing, {id}).status();
}

}  // namespace duban::notification
