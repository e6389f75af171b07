#include "services/indicator/amendment_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/calendar/period.h"
#include "common/server/list_query.h"
#include "common/server/update_mask.h"
#include "duban/indicator/v1/events.pb.h"
#include "services/indicator/cadence_rules.h"
#include "services/indicator/fields.h"
#include "services/indicator/list_filters.h"
#include "services/indicator/plan_rules.h"

namespace duban::indicator {
namespace {

// Amends the plan as it is kept; answers the amendment, not named yet.
absl::StatusOr<v1::Amendment> AmendKept(const server::CallContext& call,
                                        const v1::AmendCadencesRequest& request,
                                        StoredPlan* stored) {
  DUBAN_RETURN_IF_ERROR(StateAfter(stored->plan(), PlanMove::kAmend).status());
  DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), stored->plan().etag()));
  DUBAN_RETURN_IF_ERROR(CheckCadenceAmendment(stored->plan(), request));
  v1::Amendment amendment;
  amendment.set_reason(request.reason());
  amendment.set_document_number(request.document_number());
  amendment.set_effective_date(request.effective_date());
  *amendment.mutable_old_cadences() = stored->plan().cadences();
  PutCadencesInForce(request, &stored->mutable_plan());
  *amendment.mutable_new_cadences() = stored->plan().cadences();
  amendment.set_actor(call.identity.subject);
  *amendment.mutable_create_time() = ToTimestamp(call.now());
  return amendment;
}

}  // namespace

absl::StatusOr<PlanScope> AmendmentService::ReadScope(db::Transaction& tx, const v1::Plan& plan,
                                                      const v1::Indicator& after,
                                                      const std::string& date) const {
  PlanScope scope;
  scope.year = plan.year();
  // A date that is none is told as such; units are held against the first day then.
  scope.date = ParseDate(date, "").ok() ? date : absl::StrCat(scope.year, "-01-01");
  for (const v1::Task& task : plan.tasks()) scope.tasks.insert(task.id());
  DUBAN_ASSIGN_OR_RETURN(const auto places, stores_.indicators.Places(tx, IdOf(plan.name())));
  for (const auto& [id, position] : places) scope.indicators.insert(id);
  std::vector<std::string> units;
  for (const auto& line : after.responsibility().lines()) units.push_back(line.unit());
  DUBAN_ASSIGN_OR_RETURN(scope.units, stores_.units.GetMany(tx, units));
  return scope;
}

absl::Status AmendmentService::Record(db::Transaction& tx, const server::CallContext& call,
                                      const v1::Plan& plan, const v1::Amendment& amendment) const {
  DUBAN_RETURN_IF_ERROR(stores_.amendments.Insert(tx, amendment));
  const v1::Indicator& after = amendment.new_();
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after.name(), amendment.old(), after));
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, amendment.name(), v1::Amendment(), amendment));
  v1::IndicatorAmended event;
  event.set_amendment(amendment.name());
  event.set_reason(amendment.reason());
  event.set_effective_date(amendment.effective_date());
  return outbox_.Append(tx, "duban.indicator.indicator.amended",
                        {after.name(), after.revision(), plan.name(), ""}, event, call.now());
}

absl::StatusOr<v1::Amendment> AmendmentService::AmendIndicator(
    server::CallContext& call, const v1::AmendIndicatorRequest& request) {
  const std::string& name = request.indicator().name();
  DUBAN_ASSIGN_OR_RETURN(const auto ids,
                         ParseResourceName(name, "plans/*/indicators/*", "indicator.name"));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Amendment> {
    DUBAN_ASSIGN_OR_RETURN(StoredPlan stored, LockPlanOf(tx, stores_.plans, name));
    DUBAN_RETURN_IF_ERROR(stores_.units.LockDirectory(tx));
    DUBAN_ASSIGN_OR_RETURN(const PlacedIndicator before,
                           stores_.indicators.Get(tx, ids[0], ids[1]));
    DUBAN_RETURN_IF_ERROR(StateAfter(stored.plan(), PlanMove::kAmend).status());
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.indicator().etag(), before.indicator.etag()));
    std::vector<PlacedIndicator> placed = {before};
    v1::Indicator& after = placed[0].indicator;
    DUBAN_RETURN_IF_ERROR(
        server::ApplyUpdateMask(request.update_mask(), request.indicator(), &after));
    DUBAN_ASSIGN_OR_RETURN(const PlanScope scope,
                           ReadScope(tx, stored.plan(), after, request.effective_date()));
    DUBAN_RETURN_IF_ERROR(CheckAmendment(before.indicator, after, request, scope));
    after.set_revision(before.indicator.revision() + 1);
    after.set_effective_date(request.effective_date());
    after.set_amendment(++stored.amendments);
    DUBAN_RETURN_IF_ERROR(stores_.plans.Touch(tx, stored));
    DUBAN_RETURN_IF_ERROR(
        stores_.indicators.Write(tx, stored.plan().revision(), call.now(), placed));
    v1::Amendment amendment;
    amendment.set_name(absl::StrCat("plans/", ids[0], "/amendments/", stored.amendments));
    amendment.set_indicator(name);
    amendment.set_reason(request.reason());
    amendment.set_document_number(request.document_number());
    amendment.set_effective_date(request.effective_date());
    *amendment.mutable_old() = before.indicator;
    *amendment.mutable_new_() = after;
    amendment.set_actor(call.identity.subject);
    *amendment.mutable_create_time() = ToTimestamp(call.now());
    DUBAN_RETURN_IF_ERROR(Record(tx, call, stored.plan(), amendment));
    return amendment;
  });
}

absl::StatusOr<v1::AmendCadencesResponse> AmendmentService::AmendCadences(
    server::CallContext& call, const v1::AmendCadencesRequest& request) {
  using Answer = absl::StatusOr<v1::AmendCadencesResponse>;
  DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(request.name(), "plans/*", "name"));
  if (request.validate_only()) {
    return database_->Read(call.deadline(), [&](db::Session& session) -> Answer {
      DUBAN_ASSIGN_OR_RETURN(StoredPlan stored, stores_.plans.Get(session, ids[0]));
      v1::AmendCadencesResponse would;
      DUBAN_ASSIGN_OR_RETURN(*would.mutable_amendment(), AmendKept(call, request, &stored));
      *would.mutable_plan() = stored.plan();
      return would;
    });
  }
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> Answer {
    DUBAN_ASSIGN_OR_RETURN(StoredPlan stored, stores_.plans.Lock(tx, ids[0]));
    const v1::Plan before = stored.plan();
    v1::AmendCadencesResponse response;
    v1::Amendment& amendment = *response.mutable_amendment();
    DUBAN_ASSIGN_OR_RETURN(amendment, AmendKept(call, request, &stored));
    amendment.set_name(absl::StrCat(request.name(), "/amendments/", ++stored.amendments));
    DUBAN_RETURN_IF_ERROR(stores_.plans.Save(tx, call.now(), stored));
    DUBAN_RETURN_IF_ERROR(RecordCadences(tx, call, before, stored.plan(), amendment));
    *response.mutable_plan() = stored.plan();
    return response;
  });
}

absl::Status AmendmentService::RecordCadences(db::Transaction& tx, const server::CallContext& call,
                                              const v1::Plan& before, const v1::Plan& after,
                                              const v1::Amendment& amendment) const {
  DUBAN_RETURN_IF_ERROR(stores_.amendments.Insert(tx, amendment));
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after.name(), before, after));
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, amendment.name(), v1::Amendment(), amendment));
  v1::PlanCadencesAmended event;
  event.set_amendment(amendment.name());
  event.set_reason(amendment.reason());
  event.set_effective_date(amendment.effective_date());
  return outbox_.Append(tx, "duban.indicator.plan.cadences_amended",
                        {after.name(), after.revision(), after.name(), ""}, event, call.now());
}

absl::StatusOr<v1::Amendment> AmendmentService::GetAmendment(
    server::CallContext& call, const v1::GetAmendmentRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids,
                         ParseResourceName(request.name(), "plans/*/amendments/*", "name"));
  int64_t number = 0;
  if (!absl::SimpleAtoi(ids[1], &number) || absl::StrCat(number) != ids[1]) {
    return FieldInvalid("name", "调整以编号命名，例如 plans/p/amendments/1",
                        "an amendment is named by its number, such as plans/p/amendments/1");
  }
  return database_->Read(call.deadline(), [&](db::Session& session) {
    return stores_.amendments.Get(session, ids[0], number);
  });
}

absl::StatusOr<v1::ListAmendmentsResponse> AmendmentService::ListAmendments(
    server::CallContext& call, const v1::ListAmendmentsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(request.parent(), "plans/*", "parent"));
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery query,
                         server::ParseListQuery(request, {"indicator"}));
  DUBAN_RETURN_IF_ERROR(CheckNameFilter(query, "indicator", request.parent() + "/indicators/*"));
  using Amendments = absl::StatusOr<std::vector<v1::Amendment>>;
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<v1::Amendment> found,
      database_->Read(call.deadline(), [&](db::Session& session) -> Amendments {
        DUBAN_RETURN_IF_ERROR(stores_.plans.GetRevision(session, ids[0]).status());
        return stores_.amendments.List(session, ids[0], IdOf(query.Filter("indicator")),
                                       NumberAfter(query, 0), query.page_size + 1);
      }));
  v1::ListAmendmentsResponse response;
  for (v1::Amendment& amendment : found) {
    if (response.amendments_size() == query.page_size) {
      response.set_next_page_token(
          server::MakePageToken(request, IdOf(response.amendments().rbegin()->name())));
      break;
    }
    *response.add_amendments() = std::move(amendment);
  }
  return response;
}

}  // namespace duban::indicator
