#include "services/submission/ingest_store.h"

#include <utility>

#include "common/base/json.h"
#include "common/base/status.h"
#include "common/db/repeated.h"
#include "google/protobuf/util/json_util.h"

namespace duban::submission {
namespace {

using Refusal = v1::IngestReportsResponse::Refusal;

constexpr char kLock[] =
    "INSERT INTO ingests (plan, caller, ingest, durable_offset, update_time, version)"
    " VALUES (?, ?, ?, 0, ?, 1) ON DUPLICATE KEY UPDATE version = version + 1";
constexpr char kFind[] =
    "SELECT durable_offset FROM ingests WHERE plan = ? AND caller = ? AND ingest = ?";
constexpr char kAdvance[] =
    "UPDATE ingests SET durable_offset = ?, update_time = ?, version = version + 1"
    " WHERE plan = ? AND caller = ? AND ingest = ? AND durable_offset < ?";
constexpr db::Repeated kRefuse = {
    "INSERT INTO ingest_refusals (plan, caller, ingest, item_offset, error) VALUES ",
    "(?, ?, ?, ?, ?)", ", ", ""};
constexpr char kRefusals[] =
    "SELECT item_offset, error FROM ingest_refusals"
    " WHERE plan = ? AND caller = ? AND ingest = ? AND item_offset > ?"
    " ORDER BY item_offset LIMIT ?";

}  // namespace

absl::StatusOr<int64_t> IngestStore::DurableOffset(db::Session& session,
                                                   const IngestName& name) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kFind, {name.plan, name.caller, name.ingest}));
  return rows.empty() ? 0 : rows.front().GetInt(0);
}

absl::StatusOr<int64_t> IngestStore::Lock(db::Transaction& tx, const IngestName& name,
                                          absl::Time now) const {
  DUBAN_RETURN_IF_ERROR(tx.Execute(kLock, {name.plan, name.caller, name.ingest, now}).status());
  return DurableOffset(tx, name);
}

absl::Status IngestStore::Advance(db::Transaction& tx, const IngestName& name,
                                  int64_t durable_offset, const std::vector<Refusal>& refusals,
                                  absl::Time now) const {
  std::vector<std::vector<db::Value>> rows;
  for (const Refusal& refusal : refusals) {
    rows.push_back(
        {name.plan, name.caller, name.ingest, refusal.offset(), ToJson(refusal.error())});
  }
  DUBAN_RETURN_IF_ERROR(db::ExecuteRepeated(tx, kRefuse, std::move(rows)).status());
  DUBAN_ASSIGN_OR_RETURN(const int64_t changed,
                         tx.Execute(kAdvance, {durable_offset, now, name.plan, name.caller,
                                               name.ingest, durable_offset}));
  if (changed == 1) return absl::OkStatus();
  return absl::InternalError("an ingest was moved without its lock");
}

absl::StatusOr<std::vector<Refusal>> IngestStore::Refusals(db::Session& session,
                                                           const IngestName& name, int64_t after,
                                                           int limit) const {
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(kRefusals, {name.plan, name.caller, name.ingest, after, limit}));
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // a newer binary may have written it
  std::vector<Refusal> refusals;
  for (const db::Row& row : rows) {
    Refusal& refusal = refusals.emplace_back();
    refusal.set_offset(row.GetInt(0));
    const auto status = google::protobuf::util::JsonStringToMessage(
        row.GetString(1), refusal.mutable_error(), options);
    if (!status.ok()) return absl::InternalError(std::string(status.message()));
  }
  return refusals;
}

}  // namespace duban::submission
