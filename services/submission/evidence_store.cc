#include "services/submission/evidence_store.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"
#include "services/submission/report_name.h"

namespace duban::submission {
namespace {

using v1::Evidence;

// The sources of one plan with their files.
constexpr char kSelect[] =
    "SELECT s.plan, s.sha256, s.unit, s.filename, s.uploader, s.upload_time, f.media_type, f.size"
    " FROM evidence_sources s JOIN evidence_files f ON f.sha256 = s.sha256 WHERE s.plan = ?";
// More units than any plan has.
constexpr char kOfOne[] = " AND s.sha256 = ? ORDER BY s.unit LIMIT 1000";
constexpr db::Repeated kFindSources = {
    "SELECT plan, sha256, unit FROM evidence_sources WHERE (plan, sha256, unit) IN (", "(?, ?, ?)",
    ", ", ")"};
constexpr char kFindFile[] =
    "SELECT sha256, blob_id, size, media_type FROM evidence_files WHERE sha256 = ?";
constexpr char kInsertFile[] =
    "INSERT INTO evidence_files (sha256, blob_id, size, media_type, create_time)"
    " VALUES (?, ?, ?, ?, ?)";
constexpr char kInsertSource[] =
    "INSERT INTO evidence_sources (plan, sha256, unit, filename, uploader, upload_time)"
    " VALUES (?, ?, ?, ?, ?, ?)";
constexpr char kSelectUpload[] =
    "SELECT plan, sha256, unit, blob_id, size, expire_time, given_up FROM evidence_uploads";
constexpr char kOneUpload[] = " WHERE plan = ? AND sha256 = ? AND unit = ?";
constexpr char kExpired[] = " WHERE expire_time <= ? ORDER BY expire_time LIMIT ?";
constexpr char kInsertUpload[] =
    "INSERT INTO evidence_uploads (plan, sha256, unit, blob_id, size, expire_time, given_up, "
    "version)"
    " VALUES (?, ?, ?, ?, ?, ?, 0, 1)";
constexpr char kSetExpireTime[] =
    "UPDATE evidence_uploads SET expire_time = ?, version = version + 1"
    " WHERE plan = ? AND sha256 = ? AND unit = ? AND blob_id = ? AND given_up = 0";
constexpr char kSetGivenUp[] =
    "UPDATE evidence_uploads SET given_up = 1, version = version + 1"
    " WHERE plan = ? AND sha256 = ? AND unit = ? AND blob_id = ?";
constexpr char kDeleteUpload[] =
    "DELETE FROM evidence_uploads WHERE plan = ? AND sha256 = ? AND unit = ? AND blob_id = ?";

// Files of consecutive rows of kSelect.
std::vector<Evidence> ReadEvidence(const db::Rows& rows) {
  std::vector<Evidence> files;
  for (const db::Row& row : rows) {
    const std::string name = EvidenceName{row.GetString(0), row.GetString(1)}.ToString();
    if (files.empty() || files.back().name() != name) {
      Evidence& file = files.emplace_back();
      file.set_name(name);
      file.set_media_type(row.GetString(6));
      file.set_size(row.GetInt(7));
    }
    Evidence::Source* source = files.back().add_sources();
    source->set_unit(absl::StrCat("units/", row.GetString(2)));
    source->set_filename(row.GetString(3));
    source->set_uploader(row.GetString(4));
    *source->mutable_upload_time() = ToTimestamp(row.GetTime(5));
  }
  return files;
}

UploadRow ReadUpload(const db::Row& row) {
  return {{row.GetString(0), row.GetString(1)},
          row.GetString(2),
          row.GetString(3),
          row.GetInt(4),
          row.GetTime(5),
          row.GetBool(6)};
}

absl::StatusOr<std::optional<UploadRow>> ReadOneUpload(const absl::StatusOr<db::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<UploadRow>();
  return std::optional<UploadRow>(ReadUpload(rows->front()));
}

}  // namespace

absl::StatusOr<std::optional<Evidence>> EvidenceStore::Get(db::Session& session,
                                                           const EvidenceName& name) const {
  static const std::string kGet = absl::StrCat(kSelect, kOfOne);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kGet, {name.plan, name.sha256}));
  if (rows.empty()) return std::optional<Evidence>();
  return std::optional<Evidence>(ReadEvidence(rows).front());
}

absl::StatusOr<std::vector<Evidence>> EvidenceStore::List(db::Session& session,
                                                          const EvidenceFilter& filter,
                                                          const SourceKey& after, int limit) const {
  std::string sql = absl::StrCat(kSelect, " AND s.sha256 >= ? AND (s.sha256 > ? OR s.unit > ?)");
  std::vector<db::Value> values = {filter.plan, after.sha256, after.sha256, after.unit};
  if (filter.units.size() == 1) {
    absl::StrAppend(&sql, " AND s.unit = ?");
    values.emplace_back(filter.units.front());
  } else if (filter.units.size() > 1) {
    absl::StrAppend(&sql, " AND FIND_IN_SET(s.unit, ?) > 0");
    values.emplace_back(absl::StrJoin(filter.units, ","));
  }
  absl::StrAppend(&sql, " ORDER BY s.sha256, s.unit LIMIT ?");
  values.emplace_back(limit);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(sql, values));
  return ReadEvidence(rows);
}

absl::StatusOr<std::vector<std::vector<std::string>>> EvidenceStore::ListMissing(
    db::Session& session, const std::vector<const v1::Report*>& reports) const {
  std::vector<std::vector<db::Value>> keys;
  for (const v1::Report* report : reports) {
    for (const std::string& name : report->evidence()) {
      const absl::StatusOr<EvidenceName> parsed = ParseEvidenceName(name, "report.evidence");
      if (parsed.ok()) keys.push_back({parsed->plan, parsed->sha256, LastId(report->unit())});
    }
  }
  std::vector<std::vector<std::string>> missing(reports.size());
  if (keys.empty()) return missing;
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(session, kFindSources, keys));
  std::set<std::pair<std::string, std::string>> held;  // name, unit
  for (const db::Row& row : rows) {
    held.emplace(EvidenceName{row.GetString(0), row.GetString(1)}.ToString(), row.GetString(2));
  }
  for (size_t i = 0; i < reports.size(); ++i) {
    for (const std::string& name : reports[i]->evidence()) {
      if (held.count({name, LastId(reports[i]->unit())}) == 0) missing[i].push_back(name);
    }
  }
  return missing;
}

absl::StatusOr<std::optional<EvidenceFile>> EvidenceStore::FindFile(db::Session& session,
                                                                    std::string_view sha256) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kFindFile, {sha256}));
  if (rows.empty()) return std::optional<EvidenceFile>();
  const db::Row& row = rows.front();
  return std::optional<EvidenceFile>(
      {row.GetString(0), row.GetString(1), row.GetInt(2), row.GetString(3)});
}

absl::Status EvidenceStore::InsertFile(db::Transaction& tx, const EvidenceFile& file,
                                       absl::Time now) const {
  return tx.Execute(kInsertFile, {file.sha256, file.blob_id, file.size, file.media_type, now})
      .status();
}

absl::Status EvidenceStore::InsertSource(db::Transaction& tx, const EvidenceName& name,
                                         const Evidence::Source& source) const {
  return tx
      .Execute(kInsertSource, {name.plan, name.sha256, LastId(source.unit()), source.filename(),
                               source.uploader(), FromTimestamp(source.upload_time())})
      .status();
}

absl::StatusOr<std::optional<UploadRow>> EvidenceStore::GetUpload(db::Session& session,
                                                                  const EvidenceName& name,
                                                                  std::string_view unit) const {
  static const std::string kGet = absl::StrCat(kSelectUpload, kOneUpload);
  return ReadOneUpload(session.Query(kGet, {name.plan, name.sha256, unit}));
}

absl::StatusOr<std::optional<UploadRow>> EvidenceStore::GetUploadForUpdate(
    db::Transaction& tx, const EvidenceName& name, std::string_view unit) const {
  static const std::string kGet = absl::StrCat(kSelectUpload, kOneUpload, " FOR UPDATE");
  return ReadOneUpload(tx.Query(kGet, {name.plan, name.sha256, unit}));
}

absl::Status EvidenceStore::InsertUpload(db::Transaction& tx, const UploadRow& upload) const {
  return tx
      .Execute(kInsertUpload, {upload.name.plan, upload.name.sha256, upload.unit, upload.blob_id,
                               upload.size, upload.expire_time})
      .status();
}

absl::StatusOr<bool> EvidenceStore::SetExpireTime(db::Transaction& tx, const UploadRow& upload,
                                                  absl::Time time) const {
  DUBAN_ASSIGN_OR_RETURN(const int64_t changed,
                         tx.Execute(kSetExpireTime, {time, upload.name.plan, upload.name.sha256,
                                                     upload.unit, upload.blob_id}));
  return changed == 1;
}

absl::Status EvidenceStore::SetGivenUp(db::Transaction& tx, const UploadRow& upload) const {
  return tx
      .Execute(kSetGivenUp, {upload.name.plan, upload.name.sha256, upload.unit, upload.blob_id})
      .status();
}

absl::Status EvidenceStore::DeleteUpload(db::Transaction& tx, const UploadRow& upload) const {
  return tx
      .Execute(kDeleteUpload, {upload.name.plan, upload.name.sha256, upload.unit, upload.blob_id})
      .status();
}

absl::StatusOr<std::vector<UploadRow>> EvidenceStore::ListExpired(db::Session& session,
                                                                  absl::Time now, int limit) const {
  static const std::string kList = absl::StrCat(kSelectUpload, kExpired);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kList, {now, limit}));
  std::vector<UploadRow> uploads;
  for (const db::Row& row : rows) uploads.push_back(ReadUpload(row));
  return uploads;
}

}  // namespace duban::submission
