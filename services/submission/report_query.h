#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_QUERY_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_QUERY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/report_service.pb.h"
#include "services/submission/report_store.h"

namespace duban::submission {

// What a ListReports request asks for.
struct ReportQuery {
  ReportFilter filter;
  std::string after;  // id
  int page_size;
};

// Reads the request; a caller bound to its unit gets its units' reports only. INVALID_ARGUMENT
// FIELD_INVALID, PAGE_TOKEN_INVALID, FILTER_INVALID; PERMISSION_DENIED NOT_OWN_UNIT if such a
// caller filters by another unit or has none.
absl::StatusOr<ReportQuery> ParseReportQuery(const server::CallContext& call,
                                             const v1::ListReportsRequest& request);

// What a ListReportRevisions request asks for.
struct RevisionQuery {
  int64_t after;  // number
  int page_size;
};

// INVALID_ARGUMENT FIELD_INVALID, PAGE_TOKEN_INVALID.
absl::StatusOr<RevisionQuery> ParseRevisionQuery(const v1::ListReportRevisionsRequest& request);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_QUERY_H_
