#include "common/audit/audit.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "common/base/id.h"
#include "common/base/json.h"
#include "common/base/shared_time.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/db/repeated.h"

namespace duban {
namespace {

using google::protobuf::Message;

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

Snapshot SnapshotOf(const Message& whole, std::string changed) {
  return whole.ByteSizeLong() == 0 ? Snapshot() : Snapshot(std::move(changed));
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
      NewUuid7(SharedNow()),
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
    // What both versions have in common says nothing about the change.
    JsonDifference difference =
        DifferenceAsJson(*entry.before, *entry.after, JsonNames::kAsInProto);
    rows.push_back(RowOf(service_, *entry.call, entry.resource, kDone,
                         SnapshotOf(*entry.before, std::move(difference.before)),
                         SnapshotOf(*entry.after, std::move(difference.after))));
  }
  return db::ExecuteRepeated(tx, kInsert, std::move(rows)).status();
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
