#ifndef DUBAN_SERVICES_SUBMISSION_EVIDENCE_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_EVIDENCE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/submission/v1/evidence.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/evidence_name.h"

namespace duban::submission {

// A file as stored.
struct EvidenceFile {
  std::string sha256;
  std::string blob_id;
  int64_t size;
  std::string media_type;
};

// An unfinished upload: a unit brings a file to a plan.
struct UploadRow {
  EvidenceName name;
  std::string unit;  // id
  std::string blob_id;
  int64_t size;
  absl::Time expire_time;
  bool given_up = false;
};

// Which sources to list. Empty units do not restrict.
struct EvidenceFilter {
  std::string plan;                // id; required
  std::vector<std::string> units;  // ids
};

// The place of a source in a list.
struct SourceKey {
  std::string sha256;
  std::string unit;  // id
};

// Tables evidence_files, evidence_sources and evidence_uploads; the bytes are the BlobStore's.
class EvidenceStore {
 public:
  // The file with all of its sources in the plan, by unit; nothing if the plan has none.
  absl::StatusOr<std::optional<v1::Evidence>> Get(db::Session& session,
                                                  const EvidenceName& name) const;

  // At most `limit` sources above `after`, by digest and unit, those of one file together.
  absl::StatusOr<std::vector<v1::Evidence>> List(db::Session& session, const EvidenceFilter& filter,
                                                 const SourceKey& after, int limit) const;

  // Of each report the evidence that its unit has not brought to its plan.
  absl::StatusOr<std::vector<std::vector<std::string>>> ListMissing(
      db::Session& session, const std::vector<const v1::Report*>& reports) const;

  // Where the file's bytes are; nothing if there is no such file in any plan.
  absl::StatusOr<std::optional<EvidenceFile>> FindFile(db::Session& session,
                                                       std::string_view sha256) const;

  // The status IsDuplicate if the file is there already.
  absl::Status InsertFile(db::Transaction& tx, const EvidenceFile& file, absl::Time now) const;
  absl::Status InsertSource(db::Transaction& tx, const EvidenceName& name,
                            const v1::Evidence::Source& source) const;

  absl::StatusOr<std::optional<UploadRow>> GetUpload(db::Session& session, const EvidenceName& name,
                                                     std::string_view unit) const;
  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<UploadRow>> GetUploadForUpdate(db::Transaction& tx,
                                                              const EvidenceName& name,
                                                              std::string_view unit) const;
  // The status IsDuplicate if there is one already.
  absl::Status InsertUpload(db::Transaction& tx, const UploadRow& upload) const;
  // Moves the end of the upload with this blob; false if it is not there any more, or given up.
  absl::StatusOr<bool> SetExpireTime(db::Transaction& tx, const UploadRow& upload,
                                     absl::Time time) const;
  absl::Status SetGivenUp(db::Transaction& tx, const UploadRow& upload) const;
  absl::Status DeleteUpload(db::Transaction& tx, const UploadRow& upload) const;

  // At most `limit` uploads that expired by `now`, the oldest first.
  absl::StatusOr<std::vector<UploadRow>> ListExpired(db::Session& session, absl::Time now,
                                                     int limit) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_EVIDENCE_STORE_H_
