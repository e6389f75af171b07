#ifndef DUBAN_SERVICES_INDICATOR_DOCUMENT_SERVICE_H_
#define DUBAN_SERVICES_INDICATOR_DOCUMENT_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/server/process.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "services/indicator/document_store.h"
#include "services/indicator/stores.h"

namespace duban::indicator {

// Whole plans in and out: the two methods of PlanService that carry a PlanDocument.
class DocumentService {
 public:
  explicit DocumentService(const server::Environment& environment)
      : database_(environment.database), mutations_(environment.mutations) {}

  absl::StatusOr<v1::ImportPlanResponse> ImportPlan(server::CallContext& call,
                                                    const v1::ImportPlanRequest& request);
  absl::StatusOr<v1::PlanDocument> ExportPlan(server::CallContext& call,
                                              const v1::ExportPlanRequest& request);

 private:
  // What stands where the document is to go.
  struct Place {
    StoredPlan plan;
    StoredDirectory directory;
  };

  // The place, locked. ABORTED STALE_ETAG if the draft there is another than the caller saw.
  absl::StatusOr<Place> Lock(db::Transaction& tx, const v1::ImportPlanRequest& request) const;

  // Writes a checked document; the caller commits, or rolls back what was only to be checked.
  absl::StatusOr<v1::Plan> Write(db::Transaction& tx, const server::CallContext& call,
                                 const v1::PlanDocument& document, const Place& place) const;

  absl::StatusOr<v1::ImportPlanResponse> Import(db::Transaction& tx,
                                                const server::CallContext& call,
                                                const v1::ImportPlanRequest& request) const;
  absl::StatusOr<v1::ImportPlanResponse> Validate(db::Transaction& tx,
                                                  const server::CallContext& call,
                                                  const v1::ImportPlanRequest& request) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  Stores stores_;
  DocumentStore documents_;
  Audit audit_{"indicator"};
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_DOCUMENT_SERVICE_H_
