#include "services/notification/delivery_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/id.h"
#include "common/base/shared_time.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"

namespace duban::notification {
namespace {

using v1::Delivery;

constexpr char kCountDead[] =
    "SELECT channel, COUNT(*) FROM (SELECT channel FROM deliveries FORCE INDEX (turn)"
    " WHERE state = 5 LIMIT 100000) AS dead GROUP BY channel";
constexpr db::Repeated kInsert = {
    "INSERT INTO deliveries (delivery, dedup_key, channel, ordinal, member, message, subscription,"
    " event, urgency, state, due_time, attempts, fence, lease_until, lease_owner, last_status,"
    " last_error, provider, provider_message, receipt, create_time, sent_time, confirm_time,"
    " version) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, NULL, '', 0, '', '', '', 0, ?, NULL, NULL, 1)", ", ",
    " ON DUPLICATE KEY UPDATE dedup_key = dedup_key"};

constexpr char kSelect[] =
    "SELECT delivery, channel, ordinal, member, message, subscription, event, state, due_time,"
    " attempts, last_error, receipt, create_time, sent_time, confirm_time, version FROM deliveries"
    " WHERE ";
constexpr char kAttempts[] =
    "SELECT number, time, milliseconds, status, error FROM delivery_attempts WHERE delivery = ?"
    " ORDER BY number DESC LIMIT 20";
// States: 2 DUE, 3 SENT, 4 CONFIRMED, 5 DEAD, 6 CANCELLED.
constexpr char kRedeliver[] =
    "UPDATE deliveries SET state = 2, parked = 0, due_time = ?, attempts = 0, last_error = '', "
    "receipt = 0,"
    " confirm_time = NULL, version = version + 1 WHERE delivery = ?";
constexpr char kReplay[] =
    "UPDATE deliveries SET state = 2, parked = 0, due_time = ?, attempts = 0, last_error = '', "
    "receipt = 0,"
    " confirm_time = NULL, version = version + 1 WHERE dedup_key = ? AND state IN (3, 4, 5, 6)";
constexpr char kReceipt[] =
    "UPDATE deliveries SET state = ?, parked = 0, receipt = ?, confirm_time = ?, version = version "
    "+ 1"
    " WHERE delivery = ?";

// `{message}/{channel}` or `{subscription}/{event}`.
std::string DedupKey(const NewDelivery& delivery) {
  return delivery.channel == v1::WEBHOOK
             ? absl::StrCat(delivery.subscription, "/", delivery.event)
             : absl::StrCat(delivery.message, "/", static_cast<int>(delivery.channel));
}

StoredDelivery ReadDelivery(const db::Row& row) {
  StoredDelivery stored;
  stored.ordinal = static_cast<int>(row.GetInt(2));
  stored.member = row.GetString(3);
  stored.message_id = row.GetString(4);
  stored.subscription = row.GetString(5);
  stored.version = row.GetInt(15);
  Delivery& delivery = stored.message;
  delivery.set_channel(static_cast<v1::Channel>(row.GetInt(1)));
  if (delivery.channel() == v1::WEBHOOK) {
    delivery.set_name(
        absl::StrCat("subscriptions/", stored.subscription, "/deliveries/", row.GetString(0)));
  } else {
    delivery.set_name(absl::StrCat("members/", stored.member, "/deliveries/", row.GetString(0)));
    delivery.set_message(absl::StrCat("members/", stored.member, "/messages/", stored.message_id));
  }
  if (!row.GetString(6).empty()) delivery.set_event(absl::StrCat("events/", row.GetString(6)));
  delivery.set_state(static_cast<Delivery::State>(row.GetInt(7)));
  *delivery.mutable_due_time() = ToTimestamp(row.GetTime(8));
  delivery.set_attempt_count(static_cast<int>(row.GetInt(9)));
  delivery.set_last_error(row.GetString(10));
  delivery.set_receipt(static_cast<Delivery::Receipt>(row.GetInt(11)));
  *delivery.mutable_create_time() = ToTimestamp(row.GetTime(12));
  if (const auto time = row.GetOptionalTime(13)) {
    *delivery.mutable_sent_time() = ToTimestamp(*time);
  }
  if (const auto time = row.GetOptionalTime(14)) {
    *delivery.mutable_confirm_time() = ToTimestamp(*time);
  }
  delivery.set_etag(MakeEtag(stored.version));
  return stored;
}

absl::StatusOr<std::optional<StoredDelivery>> ReadOne(db::Session& session, const char* condition,
                                                      const std::vector<db::Value>& values) {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(absl::StrCat(kSelect, condition), values));
  if (rows.empty()) return std::nullopt;
  return ReadDelivery(rows.front());
}

}  // namespace

absl::Status DeliveryStore::Add(db::Transaction& tx, const std::vector<NewDelivery>& deliveries,
                                absl::Time now) const {
  std::vector<std::vector<db::Value>> rows;
  rows.reserve(deliveries.size());
  for (const NewDelivery& delivery : deliveries) {
    const Delivery::State state = delivery.ordinal == 0 ? Delivery::DUE : Delivery::WAITING;
    rows.push_back({NewUuid7(SharedNow()), DedupKey(delivery), static_cast<int>(delivery.channel),
                    delivery.ordinal, delivery.member, delivery.message, delivery.subscription,
                    delivery.event, static_cast<int>(delivery.urgency), static_cast<int>(state),
                    delivery.due_time, now});
  }
  return db::ExecuteRepeated(tx, kInsert, std::move(rows)).status();
}

absl::StatusOr<std::optional<StoredDelivery>> DeliveryStore::Get(db::Session& session,
                                                                 const std::string& id) const {
  return ReadOne(session, "delivery = ?", {id});
}

absl::StatusOr<std::optional<StoredDelivery>> DeliveryStore::GetForUpdate(
    db::Transaction& tx, const std::string& id) const {
  return ReadOne(tx, "delivery = ? FOR UPDATE", {id});
}

absl::StatusOr<std::optional<StoredDelivery>> DeliveryStore::FindForUpdate(
    db::Transaction& tx, const std::string& provider, const std::string& provider_message) const {
  return ReadOne(tx, "provider = ? AND provider_message = ? ORDER BY delivery LIMIT 1 FOR UPDATE",
                 {provider, provider_message});
}

absl::StatusOr<std::map<v1::Channel, int64_t>> DeliveryStore::CountDead(
    db::Session& session) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kCountDead));
  std::map<v1::Channel, int64_t> dead;
  for (const db::Row& row : rows) dead[static_cast<v1::Channel>(row.GetInt(0))] = row.GetInt(1);
  return dead;
}

absl::StatusOr<std::vector<Delivery>> DeliveryStore::List(db::Session& session,
                                                          const DeliveryQuery& query,
                                                          const std::string& before,
                                                          int limit) const {
  // Ids are lower case, so all sort before a tilde.
  std::string sql = absl::StrCat(kSelect, "delivery < ?");
  std::vector<db::Value> values = {before.empty() ? "~" : before};
  const auto add = [&](const char* term, const db::Value& value) {
    absl::StrAppend(&sql, " AND ", term);
    values.push_back(value);
  };
  add(query.webhooks ? "channel = ?" : "channel <> ?", static_cast<int>(v1::WEBHOOK));
  if (!query.subscription.empty()) add("subscription = ?", query.subscription);
  if (!query.member.empty()) add("member = ?", query.member);
  if (!query.event.empty()) add("event = ?", query.event);
  if (query.channel != v1::CHANNEL_UNSPECIFIED) add("channel = ?", static_cast<int>(query.channel));
  if (query.state != Delivery::STATE_UNSPECIFIED) add("state = ?", static_cast<int>(query.state));
  absl::StrAppend(&sql, " ORDER BY delivery DESC LIMIT ?");
  values.emplace_back(limit);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(sql, values));
  std::vector<Delivery> deliveries;
  for (const db::Row& row : rows) deliveries.push_back(ReadDelivery(row).message);
  return deliveries;
}

absl::Status DeliveryStore::ReadAttempts(db::Session& session, const std::string& id,
                                         Delivery* delivery) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kAttempts, {id}));
  for (const db::Row& row : rows) {
    Delivery::Attempt& attempt = *delivery->add_attempts();
    attempt.set_number(static_cast<int>(row.GetInt(0)));
    *attempt.mutable_time() = ToTimestamp(row.GetTime(1));
    attempt.set_milliseconds(row.GetInt(2));
    attempt.set_status(static_cast<int>(row.GetInt(3)));
    attempt.set_error(row.GetString(4));
  }
  return absl::OkStatus();
}

absl::Status DeliveryStore::Redeliver(db::Transaction& tx, const std::string& id,
                                      absl::Time now) const {
  return tx.Execute(kRedeliver, {now, id}).status();
}

absl::Status DeliveryStore::Replay(db::Transaction& tx, const std::string& subscription,
                                   const std::vector<std::string>& events, absl::Time now) const {
  std::vector<NewDelivery> deliveries;
  for (const std::string& event : events) {
    deliveries.push_back(
        {.channel = v1::WEBHOOK, .subscription = subscription, .event = event, .due_time = now});
    DUBAN_RETURN_IF_ERROR(tx.Execute(kReplay, {now, DedupKey(deliveries.back())}).status());
  }
  return Add(tx, deliveries, now);
}

absl::Status DeliveryStore::WriteReceipt(db::Transaction& tx, const std::string& id,
                                         Delivery::State state, Delivery::Receipt receipt,
                                         absl::Time time) const {
  std::optional<absl::Time> confirm_time;
  if (state == Delivery::CONFIRMED) confirm_time = time;
  return tx
      .Execute(kReceipt, {static_cast<int>(state), static_cast<int>(receipt), confirm_time, id})
      .status();
}

}  // namespace duban::notification
