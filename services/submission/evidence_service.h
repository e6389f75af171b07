#ifndef DUBAN_SERVICES_SUBMISSION_EVIDENCE_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_EVIDENCE_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/submission/v1/evidence_service.pb.h"
#include "services/submission/blob_store.h"
#include "services/submission/evidence_store.h"
#include "services/submission/evidence_uploads.h"
#include "services/submission/plan_cache.h"

namespace duban::submission {

// duban.submission.v1.EvidenceService; the contract says what each method does and refuses.
class EvidenceService {
 public:
  EvidenceService(const server::Environment& environment, PlanCache* plans);

  server::RpcService Rpc();

  absl::StatusOr<v1::Evidence> UploadEvidence(server::CallContext& call,
                                              server::Reader<v1::UploadEvidenceRequest>& parts);
  absl::StatusOr<v1::Upload> GetUpload(server::CallContext& call,
                                       const v1::GetUploadRequest& request);
  absl::Status DownloadEvidence(server::CallContext& call,
                                const v1::DownloadEvidenceRequest& request,
                                server::Writer<v1::DownloadEvidenceResponse>& chunks);
  absl::StatusOr<v1::Evidence> GetEvidence(server::CallContext& call,
                                           const v1::GetEvidenceRequest& request);
  absl::StatusOr<v1::ListEvidenceResponse> ListEvidence(server::CallContext& call,
                                                        const v1::ListEvidenceRequest& request);

 private:
  // The evidence with the sources that the caller may see, if there is one.
  absl::StatusOr<v1::Evidence> Seen(const server::CallContext& call, const EvidenceName& name);

  db::Database* database_;
  PlanCache* plans_;
  DatabaseBlobStore blobs_;
  EvidenceStore evidence_;
  EvidenceUploads uploads_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_EVIDENCE_SERVICE_H_
