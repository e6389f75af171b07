#include "services/indicator/plan_service.h"

#include <string>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/server/list_query.h"
#include "common/server/update_mask.h"
#include "duban/indicator/v1/events.pb.h"
#include "services/indicator/document_rules.h"
#include "services/indicator/fields.h"
#include "services/indicator/list_filters.h"
#include "services/indicator/plan_rules.h"

namespace duban::indicator {
namespace {

absl::StatusOr<std::string> PlanId(const std::string& name, std::string_view field) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(name, "plans/*", field));
  return ids[0];
}

absl::Status CheckReason(const std::string& reason) {
  Violations violations;
  CheckTextField(reason, "reason", kReasonCharacters, true, violations);
  return violations.ToStatus(kRequestInvalid, absl::StatusCode::kInvalidArgument);
}

EventSubject SubjectOf(const v1::Plan& plan) {
  return {plan.name(), plan.revision(), plan.name(), ""};
}

}  // namespace

absl::StatusOr<v1::Plan> PlanService::CreatePlan(server::CallContext& call,
                                                 const v1::CreatePlanRequest& request) {
  v1::PlanDocument document;
  v1::Plan& written = *document.mutable_plan();
  written = request.plan();
  server::ClearOutputOnly(&written);
  written.set_name("plans/" + request.plan_id());
  Violations violations;
  CheckSlugField(request.plan_id(), "plan_id", violations);
  CheckPlanForm(written, "plan", violations);
  DUBAN_RETURN_IF_ERROR(violations.ToStatus(kRequestInvalid, absl::StatusCode::kInvalidArgument));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Plan> {
    DUBAN_ASSIGN_OR_RETURN(const StoredPlan found, stores_.plans.LockId(tx, request.plan_id()));
    if (found.exists()) return Error(kPlanExists).With("plan", written.name()).Build();
    StoredPlan draft = NewDraft(found, document);
    DUBAN_RETURN_IF_ERROR(stores_.plans.Save(tx, call.now(), draft));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, written.name(), v1::Plan(), draft.plan()));
    return draft.plan();
  });
}

absl::StatusOr<v1::Plan> PlanService::GetPlan(server::CallContext& call,
                                              const v1::GetPlanRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, PlanId(request.name(), "name"));
  return database_->Read(call.deadline(), [&](db::Session& session) -> absl::StatusOr<v1::Plan> {
    DUBAN_ASSIGN_OR_RETURN(const StoredPlan stored, stores_.plans.Get(session, id));
    return stored.plan();
  });
}

absl::StatusOr<v1::ListPlansResponse> PlanService::ListPlans(server::CallContext& call,
                                                             const v1::ListPlansRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery query,
                         server::ParseListQuery(request, {"year", "state", "jurisdiction"}));
  DUBAN_RETURN_IF_ERROR(CheckEnumFilter(query, "state", v1::Plan::State_descriptor()));
  PlanStore::Filter filter;
  DUBAN_ASSIGN_OR_RETURN(filter.year, NumberFilter(query, "year"));
  filter.state = query.Filter("state");
  filter.jurisdiction = query.Filter("jurisdiction");
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<v1::Plan> plans, database_->Read(call.deadline(), [&](db::Session& session) {
        return stores_.plans.List(session, filter, query.after, query.page_size + 1);
      }));
  v1::ListPlansResponse response;
  for (v1::Plan& plan : plans) {
    if (response.plans_size() == query.page_size) {
      response.set_next_page_token(
          server::MakePageToken(request, IdOf(response.plans().rbegin()->name())));
      break;
    }
    *response.add_plans() = std::move(plan);
  }
  return response;
}

absl::StatusOr<v1::Plan> PlanService::UpdatePlan(server::CallContext& call,
                                                 const v1::UpdatePlanRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, PlanId(request.plan().name(), "plan.name"));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Plan> {
    DUBAN_ASSIGN_OR_RETURN(StoredPlan stored, stores_.plans.Lock(tx, id));
    DUBAN_RETURN_IF_ERROR(StateAfter(stored.plan(), PlanMove::kEdit).status());
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.plan().etag(), stored.plan().etag()));
    const v1::Plan before = stored.plan();
    DUBAN_RETURN_IF_ERROR(
        server::ApplyUpdateMask(request.update_mask(), request.plan(), &stored.mutable_plan()));
    Violations violations;
    CheckPlanForm(stored.plan(), "plan", violations);
    DUBAN_RETURN_IF_ERROR(violations.ToStatus(kRequestInvalid, absl::StatusCode::kInvalidArgument));
    DUBAN_RETURN_IF_ERROR(stores_.plans.Save(tx, call.now(), stored));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, before.name(), before, stored.plan()));
    return stored.plan();
  });
}

absl::StatusOr<google::protobuf::Empty> PlanService::DeletePlan(
    server::CallContext& call, const v1::DeletePlanRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, PlanId(request.name(), "name"));
  return mutations_->Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<google::protobuf::Empty> {
        DUBAN_ASSIGN_OR_RETURN(StoredPlan stored, stores_.plans.Lock(tx, id));
        DUBAN_RETURN_IF_ERROR(StateAfter(stored.plan(), PlanMove::kDelete).status());
        DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), stored.plan().etag()));
        DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, request.name(), stored.plan(), v1::Plan()));
        stored.deleted = true;
        DUBAN_RETURN_IF_ERROR(stores_.plans.Save(tx, call.now(), stored));
        DUBAN_RETURN_IF_ERROR(
            stores_.indicators.DeleteAll(tx, id, stored.plan().revision(), call.now()));
        return google::protobuf::Empty();
      });
}

absl::Status PlanService::CheckPublishable(db::Transaction& tx, const StoredPlan& stored) const {
  DUBAN_ASSIGN_OR_RETURN(const v1::PlanDocument document,
                         documents_.Read(tx, stored, IndicatorView()));
  DUBAN_ASSIGN_OR_RETURN(const StoredDirectory directory, documents_.ReadDirectory(tx, document));
  Violations violations;
  CheckPlanDocument(document, directory.units, "", violations);
  return violations.ToStatus(kPlanInvalid, absl::StatusCode::kFailedPrecondition);
}

absl::StatusOr<v1::Plan> PlanService::PublishPlan(server::CallContext& call,
                                                  const v1::PublishPlanRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, PlanId(request.name(), "name"));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Plan> {
    DUBAN_ASSIGN_OR_RETURN(StoredPlan stored, stores_.plans.Lock(tx, id));
    DUBAN_RETURN_IF_ERROR(stores_.units.LockDirectory(tx));
    DUBAN_ASSIGN_OR_RETURN(const auto state, StateAfter(stored.plan(), PlanMove::kPublish));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), stored.plan().etag()));
    DUBAN_RETURN_IF_ERROR(CheckPublishable(tx, stored));
    const v1::Plan before = stored.plan();
    stored.mutable_plan().set_state(state);
    *stored.mutable_plan().mutable_publish_time() = ToTimestamp(call.now());
    DUBAN_RETURN_IF_ERROR(stores_.plans.Save(tx, call.now(), stored));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, before.name(), before, stored.plan()));
    v1::PlanPublished event;
    event.set_title(before.title());
    DUBAN_RETURN_IF_ERROR(outbox_.Append(tx, "duban.indicator.plan.published",
                                         SubjectOf(stored.plan()), event, call.now()));
    return stored.plan();
  });
}

absl::StatusOr<v1::Plan> PlanService::ClosePlan(server::CallContext& call,
                                                const v1::ClosePlanRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, PlanId(request.name(), "name"));
  DUBAN_RETURN_IF_ERROR(CheckReason(request.reason()));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Plan> {
    DUBAN_ASSIGN_OR_RETURN(StoredPlan stored, stores_.plans.Lock(tx, id));
    DUBAN_ASSIGN_OR_RETURN(const auto state, StateAfter(stored.plan(), PlanMove::kClose));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), stored.plan().etag()));
    const v1::Plan before = stored.plan();
    stored.mutable_plan().set_state(state);
    DUBAN_RETURN_IF_ERROR(stores_.plans.Save(tx, call.now(), stored));
    v1::PlanClosed event;
    event.set_reason(request.reason());
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, before.name(), before, stored.plan()));
    // The reason is no field of the plan, so the request that gives it is kept beside the change.
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, before.name(), v1::ClosePlanRequest(), request));
    DUBAN_RETURN_IF_ERROR(outbox_.Append(tx, "duban.indicator.plan.closed",
                                         SubjectOf(stored.plan()), event, call.now()));
    return stored.plan();
  });
}

absl::StatusOr<v1::PlanHistory> PlanService::GetPlanHistory(
    server::CallContext& call, const v1::GetPlanHistoryRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string id, PlanId(request.name(), "name"));
  return database_->Read(
      call.deadline(), [&](db::Session& session) -> absl::StatusOr<v1::PlanHistory> {
        v1::PlanHistory history;
        DUBAN_ASSIGN_OR_RETURN(const int64_t revision, stores_.plans.GetRevision(session, id));
        history.set_revision(revision);
        if (revision == request.known_revision()) return history;
        DUBAN_ASSIGN_OR_RETURN(const StoredPlan stored, stores_.plans.Get(session, id));
        *history.mutable_plan() = stored.plan();
        history.set_revision(stored.plan().revision());
        DUBAN_ASSIGN_OR_RETURN(std::vector<v1::Indicator> indicators,
                               stores_.indicators.History(session, id, history.revision()));
        for (v1::Indicator& indicator : indicators) {
          *history.add_indicators() = std::move(indicator);
        }
        return history;
      });
}

}  // namespace duban::indicator
