#ifndef DUBAN_SERVICES_SUBMISSION_EVIDENCE_UPLOADS_H_
#define DUBAN_SERVICES_SUBMISSION_EVIDENCE_UPLOADS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/stream.h"
#include "duban/submission/v1/evidence_service.pb.h"
#include "services/submission/blob_store.h"
#include "services/submission/evidence_store.h"

namespace duban::submission {

// The end of one step of a call that lasts longer: nobody waits for the database as long as a
// stream may live.
absl::Time StepDeadline(const server::CallContext& call);

// The way of a file from the stream of its bytes to evidence:
//   begun → bytes appended, stream by stream → digest and type checked → filed
//   expired, or found to be something else → given up
// The row of an upload goes after its bytes were given up or filed, so no crash leaves bytes that
// nobody knows of.
class EvidenceUploads {
 public:
  EvidenceUploads(const server::Environment& environment, BlobStore* blobs);

  // Takes the bytes that follow a checked header and files the evidence, with all its sources.
  // Errors as UploadEvidence.
  absl::StatusOr<v1::Evidence> Receive(const server::CallContext& call,
                                       const v1::EvidenceHeader& header,
                                       server::Reader<v1::UploadEvidenceRequest>& parts);

  // Gives up what has expired, and frees some of what was given up.
  absl::Status Sweep(const server::CallContext& call);

 private:
  // The upload of the header's file by its unit, kept for another day.
  // FAILED_PRECONDITION UPLOAD_OFFSET_MISMATCH.
  absl::StatusOr<UploadRow> Begin(const server::CallContext& call,
                                  const v1::EvidenceHeader& header);
  absl::StatusOr<UploadRow> FindOrInsert(const server::CallContext& call,
                                         const v1::EvidenceHeader& header);

  // Appends what comes; how many bytes there are then.
  absl::StatusOr<int64_t> Append(const server::CallContext& call, const UploadRow& upload,
                                 int64_t offset, server::Reader<v1::UploadEvidenceRequest>& parts);

  // Checks the bytes as they were stored. EVIDENCE_DIGEST_MISMATCH, EVIDENCE_TYPE_MISMATCH.
  absl::Status Check(const server::CallContext& call, const v1::EvidenceHeader& header,
                     const UploadRow& upload);
  absl::StatusOr<std::string> DigestOf(const server::CallContext& call, const UploadRow& upload);
  absl::StatusOr<std::string> TypeOf(const server::CallContext& call, const UploadRow& upload);
  absl::StatusOr<std::string> ReadRange(const server::CallContext& call, const UploadRow& upload,
                                        int64_t offset, int64_t size);

  // Makes evidence of a checked upload. Bytes that another upload has filed are not kept twice.
  absl::StatusOr<v1::Evidence> File(const server::CallContext& call,
                                    const v1::EvidenceHeader& header, const UploadRow& upload);

  // Gives up the upload if it still is there, and with `only_expired` if nobody has gone on with it
  // since. From then on it is neither appended to nor filed.
  absl::Status GiveUp(const server::CallContext& call, const UploadRow& upload,
                      bool only_expired = false);

  db::Database* database_;
  BlobStore* blobs_;
  EvidenceStore evidence_;
  Audit audit_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_EVIDENCE_UPLOADS_H_
