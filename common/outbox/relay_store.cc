#include "common/outbox/relay_store.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace duban {
namespace {

using common::v1::Event;
using google::protobuf::Message;

constexpr size_t kRefusalCharacters = 255;

constexpr char kEnroll[] =
    "INSERT INTO outbox_relays (service, fence, lease_until, lease_owner, version)"
    " VALUES (?, 0, NULL, '', 1) ON DUPLICATE KEY UPDATE service = service";
constexpr char kRenew[] =
    "UPDATE outbox_relays SET lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND,"
    " version = version + 1 WHERE service = ? AND fence = ? AND lease_owner = ?";
constexpr char kTake[] =
    "UPDATE outbox_relays SET lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND,"
    " fence = fence + 1, lease_owner = ?, version = version + 1"
    " WHERE service = ? AND (lease_until IS NULL OR lease_until <= UTC_TIMESTAMP(6))";
constexpr char kFence[] = "SELECT fence FROM outbox_relays WHERE service = ?";
constexpr char kRelease[] =
    "UPDATE outbox_relays SET lease_until = NULL, version = version + 1"
    " WHERE service = ? AND fence = ?";
constexpr char kStillHeld[] =
    "UPDATE outbox_relays SET version = version + 1 WHERE service = ? AND fence = ?";
// Ids sort by the clocks of the machines that made them, which may differ: an earlier change of the
// same subject can have the later id. Its successors wait for it.
constexpr char kUndelivered[] =
    "SELECT e.id, e.service, e.type, e.subject, e.plan, e.unit, e.sequence, e.time, e.data_type,"
    " e.data_json FROM outbox_events e"
    " WHERE e.service = ? AND e.delivered_time IS NULL AND NOT EXISTS (SELECT 1"
    " FROM outbox_events p WHERE p.subject = e.subject AND p.sequence < e.sequence"
    " AND p.service = e.service AND p.delivered_time IS NULL AND p.id > e.id)"
    " ORDER BY e.id LIMIT ?";
// The first of a subject's events below a sequence that waits for another one: it keeps all later
// ones waiting, also those that came in order themselves.
constexpr db::Repeated kHeldFrom = {
    "SELECT e.service, e.subject, MIN(e.sequence)"
    " FROM outbox_events e FORCE INDEX (outbox_events_once)"
    " STRAIGHT_JOIN outbox_events p FORCE INDEX (outbox_events_once) ON p.subject = e.subject"
    " AND p.sequence < e.sequence AND p.service = e.service AND p.delivered_time IS NULL"
    " AND p.id > e.id WHERE e.delivered_time IS NULL AND (",
    "(e.subject = ? AND e.sequence < ?)", " OR ", ") GROUP BY e.service, e.subject"};
constexpr db::Repeated kDelivered = {
    "UPDATE outbox_events SET delivered_time = UTC_TIMESTAMP(6)"
    " WHERE delivered_time IS NULL AND id IN (",
    "?", ", ", ")"};
constexpr db::Repeated kRefused = {
    "INSERT INTO outbox_refusals (event, service, reason, time) VALUES ",
    "(?, ?, ?, UTC_TIMESTAMP(6))", ", ", " ON DUPLICATE KEY UPDATE event = event"};
constexpr char kPurgeable[] =
    "SELECT e.id FROM outbox_events e WHERE e.service = ?"
    " AND e.delivered_time < UTC_TIMESTAMP(6) - INTERVAL ? MICROSECOND"
    " AND NOT EXISTS (SELECT 1 FROM outbox_refusals r WHERE r.event = e.id)"
    " ORDER BY e.delivered_time LIMIT ?";
constexpr db::Repeated kPurge = {"DELETE FROM outbox_events WHERE id IN (", "?", ", ", ")"};
constexpr char kCount[] =
    "SELECT COUNT(*), COALESCE(MIN(id), '') FROM (SELECT id FROM outbox_events WHERE service = ?"
    " AND delivered_time IS NULL ORDER BY id LIMIT 100000) AS undelivered";

// The stored data as it was written.
absl::Status ReadData(const std::string& type, const std::string& json,
                      google::protobuf::Any* data) {
  const google::protobuf::Descriptor* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  if (descriptor == nullptr) descriptor = google::protobuf::Struct::descriptor();
  const std::unique_ptr<Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, message.get(), options);
  if (!parsed.ok()) return absl::InternalError("the data of an event does not parse");
  data->PackFrom(*message);
  return absl::OkStatus();
}

std::vector<std::vector<db::Value>> Keys(const std::vector<std::string>& ids) {
  std::vector<std::vector<db::Value>> keys;
  keys.reserve(ids.size());
  for (const std::string& id : ids) keys.push_back({id});
  return keys;
}

}  // namespace

absl::Status RelayStore::Enroll(db::Session& session) const {
  return session.Execute(kEnroll, {service_}).status();
}

absl::StatusOr<std::optional<int64_t>> RelayStore::Hold(db::Transaction& tx,
                                                        const std::string& owner, int64_t fence,
                                                        absl::Duration lease) const {
  const int64_t micros = absl::ToInt64Microseconds(lease);
  DUBAN_ASSIGN_OR_RETURN(int64_t held, tx.Execute(kRenew, {micros, service_, fence, owner}));
  if (held == 0) {
    DUBAN_ASSIGN_OR_RETURN(held, tx.Execute(kTake, {micros, owner, service_}));
  }
  if (held == 0) return std::nullopt;
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kFence, {service_}));
  return rows.at(0).GetInt(0);
}

absl::Status RelayStore::Release(db::Session& session, int64_t fence) const {
  return session.Execute(kRelease, {service_, fence}).status();
}

absl::StatusOr<std::vector<Event>> RelayStore::Undelivered(db::Session& session, int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kUndelivered, {service_, limit}));
  std::map<std::string, int64_t> last;  // sequence of each subject
  for (const db::Row& row : rows) {
    int64_t& sequence = last[row.GetString(3)];
    sequence = std::max(sequence, row.GetInt(6));
  }
  std::vector<std::vector<db::Value>> keys;
  for (const auto& [subject, sequence] : last) keys.push_back({subject, sequence});
  DUBAN_ASSIGN_OR_RETURN(const db::Rows held,
                         db::QueryRepeated(session, kHeldFrom, std::move(keys)));
  std::map<std::string, int64_t> held_from;
  for (const db::Row& row : held) {
    if (row.GetString(0) == service_) held_from[row.GetString(1)] = row.GetInt(2);
  }
  std::vector<Event> events;
  events.reserve(rows.size());
  for (const db::Row& row : rows) {
    const auto found = held_from.find(row.GetString(3));
    if (found != held_from.end() && row.GetInt(6) >= found->second) continue;
    Event& event = events.emplace_back();
    event.set_id(row.GetString(0));
    event.set_source(row.GetString(1));
    event.set_type(row.GetString(2));
    event.set_subject(row.GetString(3));
    event.set_plan(row.GetString(4));
    event.set_unit(row.GetString(5));
    event.set_sequence(row.GetInt(6));
    *event.mutable_time() = ToTimestamp(row.GetTime(7));
    DUBAN_RETURN_IF_ERROR(ReadData(row.GetString(8), row.GetString(9), event.mutable_data()));
  }
  return events;
}

absl::StatusOr<bool> RelayStore::SetDelivered(db::Transaction& tx, int64_t fence,
                                              const std::vector<std::string>& ids,
                                              const std::vector<RefusedEvent>& refused) const {
  DUBAN_ASSIGN_OR_RETURN(const int64_t held, tx.Execute(kStillHeld, {service_, fence}));
  if (held == 0) return false;
  DUBAN_RETURN_IF_ERROR(db::ExecuteRepeated(tx, kDelivered, Keys(ids)).status());
  std::vector<std::vector<db::Value>> rows;
  for (const RefusedEvent& event : refused) {
    rows.push_back({event.id, service_, PrintableExcerpt(event.reason, kRefusalCharacters)});
  }
  DUBAN_RETURN_IF_ERROR(db::ExecuteRepeated(tx, kRefused, std::move(rows)).status());
  return true;
}

absl::StatusOr<int64_t> RelayStore::Purge(db::Session& session, absl::Duration retention,
                                          int limit) const {
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(kPurgeable, {service_, absl::ToInt64Microseconds(retention), limit}));
  std::vector<std::string> ids;
  for (const db::Row& row : rows) ids.push_back(row.GetString(0));
  return db::ExecuteRepeated(session, kPurge, Keys(ids));
}

absl::StatusOr<RelayStore::Backlog> RelayStore::GetBacklog(db::Session& session) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kCount, {service_}));
  return Backlog{rows.at(0).GetInt(0), rows.at(0).GetString(1)};
}

}  // namespace duban
