#include "services/review/appraisal_store.h"

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/message_columns.h"

namespace duban::review {
namespace {

using v1::Appraisal;

constexpr char kSelect[] =
    "SELECT plan, appraisal, state, body, create_time, update_time, version FROM appraisals"
    " WHERE plan = ?";
constexpr char kInsert[] =
    "INSERT INTO appraisals (state, body, digest, update_time, publish_time, version, plan,"
    " appraisal, period, create_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
// 2 is PUBLISHED.
constexpr char kUpdate[] =
    "UPDATE appraisals SET state = ?, body = ?, digest = ?, update_time = ?, publish_time = ?,"
    " version = ? WHERE plan = ? AND appraisal = ? AND version = ? AND state < 2";

// What has no column of its own.
absl::StatusOr<std::string> BodyOf(Appraisal appraisal) {
  appraisal.clear_name();
  appraisal.clear_state();
  appraisal.clear_etag();
  appraisal.clear_revision();
  appraisal.clear_create_time();
  appraisal.clear_update_time();
  return db::JsonColumn(appraisal);
}

absl::StatusOr<Appraisal> ReadAppraisal(const db::Row& row) {
  Appraisal appraisal;
  DUBAN_RETURN_IF_ERROR(db::ReadJsonColumn(row.GetString(3), &appraisal));
  appraisal.set_name(AppraisalName{row.GetString(0), row.GetString(1)}.ToString());
  appraisal.set_state(static_cast<Appraisal::State>(row.GetInt(2)));
  *appraisal.mutable_create_time() = ToTimestamp(row.GetTime(4));
  *appraisal.mutable_update_time() = ToTimestamp(row.GetTime(5));
  appraisal.set_revision(row.GetInt(6));
  appraisal.set_etag(MakeEtag(appraisal.revision()));
  return appraisal;
}

absl::StatusOr<std::optional<Appraisal>> ReadOne(const absl::StatusOr<db::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<Appraisal>();
  DUBAN_ASSIGN_OR_RETURN(Appraisal appraisal, ReadAppraisal(rows->front()));
  return std::optional<Appraisal>(std::move(appraisal));
}

}  // namespace

std::string AppraisalName::ToString() const {
  return absl::StrCat("plans/", plan, "/appraisals/", appraisal);
}

absl::StatusOr<AppraisalName> ParseAppraisalName(std::string_view name, std::string_view field) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(name, "plans/*/appraisals/*", field));
  return AppraisalName{ids[0], ids[1]};
}

absl::StatusOr<std::optional<Appraisal>> AppraisalStore::Get(db::Session& session,
                                                             const AppraisalName& name) const {
  static const std::string kGet = absl::StrCat(kSelect, " AND appraisal = ?");
  return ReadOne(session.Query(kGet, {name.plan, name.appraisal}));
}

absl::StatusOr<std::optional<Appraisal>> AppraisalStore::GetForUpdate(
    db::Transaction& tx, const AppraisalName& name) const {
  static const std::string kGet = absl::StrCat(kSelect, " AND appraisal = ? FOR UPDATE");
  return ReadOne(tx.Query(kGet, {name.plan, name.appraisal}));
}

absl::Status AppraisalStore::Write(db::Transaction& tx, const Appraisal& appraisal) const {
  DUBAN_ASSIGN_OR_RETURN(const AppraisalName name, ParseAppraisalName(appraisal.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const std::string body, BodyOf(appraisal));
  std::vector<db::Value> values = {
      static_cast<int>(appraisal.state()),
      body,
      appraisal.digest(),
      FromTimestamp(appraisal.update_time()),
      db::TimeOrNull(appraisal.has_publish_time(), appraisal.publish_time()),
      appraisal.revision(),
      name.plan,
      name.appraisal};
  if (appraisal.revision() == 1) {
    values.emplace_back(appraisal.period());
    values.emplace_back(FromTimestamp(appraisal.create_time()));
    return tx.Execute(kInsert, values).status();
  }
  values.emplace_back(appraisal.revision() - 1);
  DUBAN_ASSIGN_OR_RETURN(const int64_t changed, tx.Execute(kUpdate, values));
  if (changed == 1) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat(appraisal.name(), " was written without its lock, or is published"));
}

absl::StatusOr<std::vector<Appraisal>> AppraisalStore::List(db::Session& session,
                                                            const std::string& plan,
                                                            bool published_only,
                                                            std::string_view after,
                                                            int limit) const {
  static const std::string kList =
      absl::StrCat(kSelect, " AND state >= ? AND appraisal > ? ORDER BY appraisal LIMIT ?");
  const Appraisal::State least = published_only ? Appraisal::PUBLISHED : Appraisal::COMPUTED;
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kList, {plan, static_cast<int>(least), after, limit}));
  std::vector<Appraisal> appraisals;
  for (const db::Row& row : rows) {
    DUBAN_ASSIGN_OR_RETURN(Appraisal appraisal, ReadAppraisal(row));
    appraisal.clear_scores();
    appraisals.push_back(std::move(appraisal));
  }
  return appraisals;
}

}  // namespace duban::review
