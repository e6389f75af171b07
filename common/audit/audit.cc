#include "common/audit/audit.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/db/repeated.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"

namespace duban {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

constexpr db::Repeated kInsert = {
    "INSERT INTO audit_entries (id, service, time, actor, issuer, unit, roles, method, resource,"
    " outcome, request_id, trace_id, before_json, after_json) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ", ", ""};

constexpr std::string_view kDone = "OK";
constexpr size_t kLongestText = 255;  // of the VARCHAR columns that hold what callers send
constexpr size_t kTraceIdBegin = 3;   // in `00-{trace id}-{span id}-{flags}`
constexpr size_t kTraceIdLength = 32;

// The version of a resource as JSON; nothing where the resource does not exist.
using Snapshot = std::optional<std::string>;

absl::StatusOr<Snapshot> ToSnapshot(const Message& whole, const Message& changed) {
  if (whole.ByteSizeLong() == 0) return Snapshot();
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(changed, &json, options);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  return Snapshot(std::move(json));
}

// What both versions have in common says nothing about the change.
absl::StatusOr<std::pair<Snapshot, Snapshot>> Difference(const Message& before,
                                                         const Message& after) {
  const std::unique_ptr<Message> was(before.New());
  const std::unique_ptr<Message> is(after.New());
  was->CopyFrom(before);
  is->CopyFrom(after);
  const google::protobuf::Descriptor* descriptor = before.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const std::vector<const FieldDescriptor*> field = {descriptor->field(i)};
    if (MessageDifferencer().CompareWithFields(before, after, field, field)) {
      was->GetReflection()->ClearField(was.get(), field.front());
      is->GetReflection()->ClearField(is.get(), field.front());
    }
  }
  DUBAN_ASSIGN_OR_RETURN(Snapshot before_json, ToSnapshot(before, *was));
  DUBAN_ASSIGN_OR_RETURN(Snapshot after_json, ToSnapshot(after, *is));
  return std::make_pair(std::move(before_json), std::move(after_json));
}

std::string RoleNames(const Identity& identity) {
  return absl::StrJoin(identity.roles, ",", [](std::string* out, common::v1::Role role) {
    out->append(common::v1::Role_Name(role));
  });
}

std::vector<db::Value> RowOf(const std::string& service, const server::CallContext& call,
                             std::string_view resource, std::string_view outcome,
                             const Snapshot& before, const Snapshot& after) {
  const std::string& trace = call.info.traceparent;
  return {
      NewUuid7(MachineNow()),
      service,
      call.now(),
      PrintableExcerpt(call.identity.subject, kLongestText),
      PrintableExcerpt(call.identity.issuer, kLongestText),
      PrintableExcerpt(call.identity.unit, kLongestText),
      RoleNames(call.identity),
      call.method,
      PrintableExcerpt(resource, kLongestText),
      outcome,
      call.info.request_id,
      trace.size() < kTraceIdBegin ? std::string() : trace.substr(kTraceIdBegin, kTraceIdLength),
      before,
      after};
}

}  // namespace

absl::Status Audit::Append(db::Transaction& tx, const server::CallContext& call,
                           std::string_view resource, const Message& before,
                           const Message& after) const {
  return AppendAll(tx, {{&call, std::string(resource), &before, &after}});
}

absl::Status Audit::AppendAll(db::Transaction& tx, const std::vector<AuditEntry>& entries) const {
  std::vector<std::vector<db::Value>> rows;
  rows.reserve(entries.size());
  for (const AuditEntry& entry : entries) {
    DUBAN_ASSIGN_OR_RETURN(const auto difference, Difference(*entry.before, *entry.after));
    rows.push_back(
        RowOf(service_, *entry.call, entry.resource, kDone, difference.first, difference.second));
  }
  return db::ExecuteRepeated(tx, kInsert, rows).status();
}

absl::Status Audit::AppendRefusal(db::Database& database, const server::CallContext& call,
                                  const absl::Status& refusal) const {
  return database.RunInTransaction(call.deadline(), [&](db::Transaction& tx) {
    return db::ExecuteRepeated(tx, kInsert,
                               {RowOf(service_, call, call.resource, GetReason(refusal),
                                      std::nullopt, std::nullopt)})
        .status();
  });
}

}  // namespace duban
