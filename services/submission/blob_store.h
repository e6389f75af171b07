#ifndef DUBAN_SERVICES_SUBMISSION_BLOB_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_BLOB_STORE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"

namespace duban::submission {

// Where the bytes of files live: strings that grow at their end, by an id that is used once. Apart
// from any transaction, so that it may be another place than the database. Thread-safe.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  // Makes the bytes durable from `offset` on; at 0 the blob begins. False, and nothing is stored,
  // if the blob does not end there: somebody else appended, or it was removed.
  virtual absl::StatusOr<bool> Append(absl::Time deadline, std::string_view id, int64_t offset,
                                      std::string_view bytes) = 0;

  // How many bytes are durable; 0 if there is no such blob.
  virtual absl::StatusOr<int64_t> Size(absl::Time deadline, std::string_view id) = 0;

  // Some bytes from `offset` on, at most 64 KiB; none only at the end.
  virtual absl::StatusOr<std::string> Read(absl::Time deadline, std::string_view id,
                                           int64_t offset) = 0;

  // Gives the blob up. Its bytes go with the sweeps that follow.
  virtual absl::Status Remove(absl::Time deadline, std::string_view id) = 0;

  // Frees at most 20 MiB of what was removed, a MiB at a time.
  virtual absl::Status Sweep(absl::Time deadline) = 0;
};

// In the tables blobs and blob_pieces: pieces of at most 64 KiB, so that no packet limit is met.
class DatabaseBlobStore : public BlobStore {
 public:
  explicit DatabaseBlobStore(db::Database* database) : database_(database) {}

  absl::StatusOr<bool> Append(absl::Time deadline, std::string_view id, int64_t offset,
                              std::string_view bytes) override;
  absl::StatusOr<int64_t> Size(absl::Time deadline, std::string_view id) override;
  absl::StatusOr<std::string> Read(absl::Time deadline, std::string_view id,
                                   int64_t offset) override;
  absl::Status Remove(absl::Time deadline, std::string_view id) override;
  absl::Status Sweep(absl::Time deadline) override;

 private:
  db::Database* database_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_BLOB_STORE_H_
