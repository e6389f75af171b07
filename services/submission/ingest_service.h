#ifndef DUBAN_SERVICES_SUBMISSION_INGEST_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_INGEST_SERVICE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/base/error.h"
#include "common/server/call_context.h"
#include "common/server/stream.h"
#include "duban/submission/v1/report_service.pb.h"
#include "services/submission/ingest_store.h"
#include "services/submission/reports.h"
#include "services/submission/submissions.h"

namespace duban::submission {

inline constexpr Reason kIngestOffsetGap{"INGEST_OFFSET_GAP", absl::StatusCode::kFailedPrecondition,
                                         "应续传第 {expected} 条,收到的是第 {offset} 条",
                                         "The next item is {expected}, not {offset}."};

// IngestReports of ReportService; the contract says what it does and refuses.
class IngestService {
 public:
  explicit IngestService(const Reports* reports)
      : reports_(reports), submissions_(reports), audit_("submission") {}

  absl::Status IngestReports(
      server::CallContext& call,
      server::Stream<v1::IngestReportsRequest, v1::IngestReportsResponse>& stream);

 private:
  using Items = std::vector<v1::IngestReportsRequest::Item>;
  using Response = v1::IngestReportsResponse;

  // How far the stream is.
  struct Progress {
    IngestName name;
    std::string plan_name;  // `plans/{plan}`
    int64_t durable_offset = 0;
  };

  // An item with all that needs no database done.
  struct Prepared {
    int64_t offset = 0;
    absl::Status refusal;  // OK where the submission is to be tried
    ReportSubmission submission;
  };

  // Reads the opening and answers where the ingest stands.
  absl::StatusOr<Progress> Open(
      const server::CallContext& call,
      server::Stream<v1::IngestReportsRequest, v1::IngestReportsResponse>& stream) const;
  absl::Status Tell(
      const server::CallContext& call, int64_t known_offset, Progress* progress,
      server::Stream<v1::IngestReportsRequest, v1::IngestReportsResponse>& stream) const;

  // Submits the items above the durable offset in one transaction and answers for them.
  absl::StatusOr<Response> Store(const server::CallContext& call, const Items& items,
                                 const Progress& progress) const;
  absl::StatusOr<std::vector<Prepared>> Prepare(const server::CallContext& call,
                                                const PlanPointer& plan, const Items& items) const;

  // Sets `raced` if somebody made one of the reports meanwhile, and the transaction should run
  // again.
  absl::StatusOr<Response> SubmitItems(db::Transaction& tx, const server::CallContext& call,
                                       const std::vector<Prepared>& prepared,
                                       const IngestName& name, bool* raced) const;

  const Reports* reports_;
  Submissions submissions_;
  IngestStore ingests_;
  Audit audit_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_INGEST_SERVICE_H_
