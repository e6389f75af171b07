#include "services/submission/revision_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/json.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"
#include "google/protobuf/util/json_util.h"
#include "services/submission/report_rows.h"

namespace duban::submission {
namespace {

constexpr db::Repeated kInsert = {
    "INSERT INTO report_revisions (plan, report, revision, actor, create_time, move, reason,"
    " content) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?)", ", ", ""};
constexpr char kList[] =
    "SELECT revision, actor, create_time, content, move, reason FROM report_revisions"
    " WHERE plan = ? AND report = ? AND revision > ? ORDER BY revision LIMIT ?";

absl::StatusOr<v1::ReportRevision> ReadRevision(const db::Row& row, const ReportName& name) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // a newer binary may have written it
  v1::ReportRevision revision;
  revision.set_name(absl::StrCat(name.ToString(), "/revisions/", row.GetInt(0)));
  revision.set_actor(row.GetString(1));
  *revision.mutable_create_time() = ToTimestamp(row.GetTime(2));
  const auto status = google::protobuf::util::JsonStringToMessage(
      row.GetString(3), revision.mutable_report(), options);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  if (!row.IsNull(4)) revision.set_move(static_cast<v1::Report::Action>(row.GetInt(4)));
  if (!row.IsNull(5)) revision.set_reason(row.GetString(5));
  return revision;
}

}  // namespace

absl::Status RevisionStore::Append(db::Transaction& tx,
                                   const std::vector<RevisionEntry>& entries) const {
  std::vector<std::vector<db::Value>> rows;
  rows.reserve(entries.size());
  for (const RevisionEntry& entry : entries) {
    const ReportName name = NameOf(*entry.report);
    rows.push_back({name.plan, name.report, entry.report->revision(), entry.actor,
                    FromTimestamp(entry.report->update_time()), static_cast<int>(entry.move),
                    entry.reason, ToJson(*entry.report)});
  }
  return db::ExecuteRepeated(tx, kInsert, std::move(rows)).status();
}

absl::StatusOr<std::vector<v1::ReportRevision>> RevisionStore::List(db::Session& session,
                                                                    const ReportName& name,
                                                                    int64_t after,
                                                                    int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kList, {name.plan, name.report, after, limit}));
  std::vector<v1::ReportRevision> revisions;
  for (const db::Row& row : rows) {
    DUBAN_ASSIGN_OR_RETURN(revisions.emplace_back(), ReadRevision(row, name));
  }
  return revisions;
}

absl::StatusOr<std::optional<v1::ReportRevision>> RevisionStore::Get(db::Session& session,
                                                                     const ReportName& name,
                                                                     int64_t revision) const {
  DUBAN_ASSIGN_OR_RETURN(std::vector<v1::ReportRevision> found,
                         List(session, name, revision - 1, 1));
  const bool exact = !found.empty() && LastId(found.front().name()) == std::to_string(revision);
  if (!exact) return std::optional<v1::ReportRevision>();
  return std::optional<v1::ReportRevision>(std::move(found.front()));
}

}  // namespace duban::submission
