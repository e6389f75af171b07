#include "services/indicator/document_service.h"

#include <optional>
#include <string>
#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/indicator/document_rules.h"
#include "services/indicator/fields.h"
#include "services/indicator/list_filters.h"
#include "services/indicator/plan_rules.h"

namespace duban::indicator {

namespace {

// With texts of some 1.5 KB at most each, all of them fit into the 4 MiB that clients take.
constexpr int kMaxViolations = 2000;

Violations CheckAll(const v1::PlanDocument& document, const StoredDirectory& directory) {
  Violations violations;
  CheckPlanDocument(document, directory.units, "document.", violations);
  CheckAgreement(document, directory, "document.", violations);
  return violations;
}

absl::Status CheckMayBeWritten(const StoredPlan& found, const v1::ImportPlanRequest& request) {
  if (!found.exists()) return absl::OkStatus();
  if (request.replace_draft() && StateAfter(found.plan(), PlanMove::kEdit).ok()) {
    return absl::OkStatus();
  }
  return Error(kPlanExists).With("plan", request.document().plan().name());
}

v1::ImportPlanResponse Answer(const Violations& violations) {
  v1::ImportPlanResponse response;
  response.set_violation_count(static_cast<int>(violations.size()));
  for (const Violations::Entry& entry : violations.entries()) {
    if (response.violations_size() == kMaxViolations) break;
    common::v1::Violation& violation = *response.add_violations();
    violation.set_path(entry.path);
    violation.set_reason(entry.reason);
    violation.set_text_zh(entry.zh);
    violation.set_text_en(entry.en);
  }
  return response;
}

}  // namespace

absl::StatusOr<DocumentService::Place> DocumentService::Lock(
    db::Transaction& tx, const v1::ImportPlanRequest& request) const {
  if (!request.etag().empty() && !request.replace_draft()) {
    return FieldInvalid("etag", "只能与 replace_draft 一起使用", "it goes with replace_draft only");
  }
  const v1::PlanDocument& document = request.document();
  Place place;
  DUBAN_ASSIGN_OR_RETURN(place.plan, stores_.plans.LockId(tx, IdOf(document.plan().name())));
  DUBAN_RETURN_IF_ERROR(
      CheckEtag(request.etag(), place.plan.exists() ? place.plan.plan().etag() : "none"));
  DUBAN_RETURN_IF_ERROR(stores_.units.LockDirectory(tx));
  DUBAN_ASSIGN_OR_RETURN(place.directory, documents_.ReadDirectory(tx, document));
  return place;
}

absl::StatusOr<v1::Plan> DocumentService::Write(db::Transaction& tx,
                                                const server::CallContext& call,
                                                const v1::PlanDocument& document,
                                                const Place& place) const {
  v1::PlanDocument before;
  if (place.plan.exists()) {
    DUBAN_ASSIGN_OR_RETURN(before, documents_.Read(tx, place.plan, IndicatorView()));
  }
  DUBAN_ASSIGN_OR_RETURN(const StoredPlan draft,
                         documents_.Write(tx, call.now(), document, place.plan, place.directory));
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, document.plan().name(), before, document));
  return draft.plan();
}

absl::StatusOr<v1::ImportPlanResponse> DocumentService::Import(
    db::Transaction& tx, const server::CallContext& call,
    const v1::ImportPlanRequest& request) const {
  DUBAN_ASSIGN_OR_RETURN(const Place place, Lock(tx, request));
  DUBAN_RETURN_IF_ERROR(CheckAll(request.document(), place.directory)
                            .ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument,
                                      "validate_only answers every violation"));
  DUBAN_RETURN_IF_ERROR(CheckMayBeWritten(place.plan, request));
  v1::ImportPlanResponse response;
  DUBAN_ASSIGN_OR_RETURN(*response.mutable_plan(), Write(tx, call, request.document(), place));
  return response;
}

absl::StatusOr<v1::ImportPlanResponse> DocumentService::Validate(
    db::Transaction& tx, const server::CallContext& call,
    const v1::ImportPlanRequest& request) const {
  DUBAN_ASSIGN_OR_RETURN(const Place place, Lock(tx, request));
  Violations violations = CheckAll(request.document(), place.directory);
  violations.Add("document.plan.name", CheckMayBeWritten(place.plan, request));
  v1::ImportPlanResponse response = Answer(violations);
  if (violations.empty()) {
    DUBAN_ASSIGN_OR_RETURN(*response.mutable_plan(), Write(tx, call, request.document(), place));
  }
  return response;
}

absl::StatusOr<v1::ImportPlanResponse> DocumentService::ImportPlan(
    server::CallContext& call, const v1::ImportPlanRequest& request) {
  if (!request.validate_only()) {
    return mutations_->Run(call, request,
                           [&](db::Transaction& tx) { return Import(tx, call, request); });
  }
  std::optional<v1::ImportPlanResponse> response;
  const absl::Status rolled_back =
      database_->RunInTransaction(call.deadline(), [&](db::Transaction& tx) -> absl::Status {
        response.reset();
        DUBAN_ASSIGN_OR_RETURN(response, Validate(tx, call, request));
        return absl::CancelledError("checked only");
      });
  if (!response) return rolled_back;
  return *std::move(response);
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
