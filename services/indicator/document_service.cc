#include "services/indicator/document_service.h"

#include <optional>
#include <string>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/indicator/document_rules.h"
#include "services/indicator/fields.h"
#include "services/indicator/list_filters.h"
#include "services/indicator/plan_rules.h"

namespace duban::indicator {

absl::StatusOr<v1::Plan> DocumentService::Import(db::Transaction& tx,
                                                 const server::CallContext& call,
                                                 const v1::ImportPlanRequest& request) const {
  const v1::PlanDocument& document = request.document();
  const std::string& name = document.plan().name();
  DUBAN_ASSIGN_OR_RETURN(const StoredPlan found, stores_.plans.LockId(tx, IdOf(name)));
  DUBAN_RETURN_IF_ERROR(stores_.units.LockDirectory(tx));
  DUBAN_ASSIGN_OR_RETURN(const StoredDirectory directory, documents_.ReadDirectory(tx, document));
  Violations violations;
  CheckPlanDocument(document, directory.units, "document.", violations);
  CheckAgreement(document, directory, "document.", violations);
  DUBAN_RETURN_IF_ERROR(violations.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument));
  if (found.exists() &&
      !(request.replace_draft() && StateAfter(found.plan(), PlanMove::kEdit).ok())) {
    return Error(kPlanExists).With("plan", name).Build();
  }
  DUBAN_ASSIGN_OR_RETURN(const v1::PlanDocument before,
                         found.exists() ? documents_.Read(tx, found, IndicatorView())
                                        : absl::StatusOr<v1::PlanDocument>(v1::PlanDocument()));
  DUBAN_ASSIGN_OR_RETURN(const StoredPlan draft,
                         documents_.Write(tx, call.now(), document, found, directory));
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, name, before, document));
  return draft.plan();
}

absl::StatusOr<v1::Plan> DocumentService::ImportPlan(server::CallContext& call,
                                                     const v1::ImportPlanRequest& request) {
  if (!request.validate_only()) {
    return mutations_->Run(call, request,
                           [&](db::Transaction& tx) { return Import(tx, call, request); });
  }
  std::optional<v1::Plan> plan;
  const absl::Status rolled_back =
      database_->RunInTransaction(call.deadline(), [&](db::Transaction& tx) -> absl::Status {
        plan.reset();
        DUBAN_ASSIGN_OR_RETURN(plan, Import(tx, call, request));
        return absl::CancelledError("checked only");
      });
  if (!plan) return rolled_back;
  return *plan;
}

absl::StatusOr<v1::PlanDocument> DocumentService::ExportPlan(server::CallContext& call,
                                                             const v1::ExportPlanRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(request.name(), "plans/*", "name"));
  IndicatorView view;
  if (request.has_read_time()) {
    DUBAN_ASSIGN_OR_RETURN(view.read_time, ParseTimestamp(request.read_time(), "read_time"));
  }
  return database_->Read(
      call.deadline(), [&](db::Session& session) -> absl::StatusOr<v1::PlanDocument> {
        DUBAN_ASSIGN_OR_RETURN(const StoredPlan stored,
                               stores_.plans.GetAsKnown(session, ids[0], view.read_time));
        // Nothing that is written between this statement and the next ones is answered.
        view.plan_revision = stored.plan().revision();
        return documents_.Read(session, stored, view);
      });
}

}  // namespace duban::indicator
