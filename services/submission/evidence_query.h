#ifndef DUBAN_SERVICES_SUBMISSION_EVIDENCE_QUERY_H_
#define DUBAN_SERVICES_SUBMISSION_EVIDENCE_QUERY_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/evidence_service.pb.h"
#include "services/submission/evidence_store.h"

namespace duban::submission {

// What a ListEvidence request asks for.
struct EvidenceQuery {
  EvidenceFilter filter;
  SourceKey after;
  int page_size;
};

// Reads the request; a caller bound to its unit gets its units' files only. INVALID_ARGUMENT
// FIELD_INVALID, PAGE_TOKEN_INVALID, FILTER_INVALID; PERMISSION_DENIED NOT_OWN_UNIT if such a
// caller filters by another unit or has none.
absl::StatusOr<EvidenceQuery> ParseEvidenceQuery(const server::CallContext& call,
                                                 const v1::ListEvidenceRequest& request);

// The answer, from what was found with one source more than the page takes.
v1::ListEvidenceResponse MakePage(const v1::ListEvidenceRequest& request,
                                  const EvidenceQuery& query, std::vector<v1::Evidence> evidence);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_EVIDENCE_QUERY_H_
