#include "services/indicator/indicator_service.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "common/server/list_query.h"
#include "common/server/update_mask.h"
#include "services/indicator/fields.h"
#include "services/indicator/indicator_rules.h"
#include "services/indicator/list_filters.h"
#include "services/indicator/plan_rules.h"

namespace duban::indicator {
namespace {

absl::StatusOr<IndicatorView> ViewOf(bool has_read_time,
                                     const google::protobuf::Timestamp& read_time,
                                     const std::string& as_of_date) {
  IndicatorView view;
  if (has_read_time) {
    DUBAN_ASSIGN_OR_RETURN(view.read_time, ParseTimestamp(read_time, "read_time"));
  }
  if (!as_of_date.empty()) {
    DUBAN_RETURN_IF_ERROR(ParseDate(as_of_date, "as_of_date").status());
    view.as_of_date = as_of_date;
  }
  return view;
}

absl::Status CheckForm(const v1::Indicator& indicator) {
  Violations violations;
  CheckIndicatorForm(indicator, "indicator", violations);
  return violations.ToStatus(kRequestInvalid, absl::StatusCode::kInvalidArgument);
}

// Where the next indicator stands: behind all others.
absl::StatusOr<int> NextPosition(const std::map<std::string, int>& places) {
  if (places.size() >= kMaxIndicators) {
    return FieldInvalid("parent", absl::StrCat("一个方案最多 ", kMaxIndicators, " 项指标"),
                        absl::StrCat("a plan has at most ", kMaxIndicators, " indicators"));
  }
  int next = 0;
  for (const auto& [id, position] : places) next = std::max(next, position + 1);
  return next;
}

}  // namespace

absl::StatusOr<v1::Indicator> IndicatorService::CreateIndicator(
    server::CallContext& call, const v1::CreateIndicatorRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(request.parent(), "plans/*", "parent"));
  Violations violations;
  CheckSlugField(request.indicator_id(), "indicator_id", violations);
  CheckIndicatorForm(request.indicator(), "indicator", violations);
  DUBAN_RETURN_IF_ERROR(violations.ToStatus(kRequestInvalid, absl::StatusCode::kInvalidArgument));
  PlacedIndicator written{request.indicator()};
  server::ClearOutputOnly(&written.indicator);
  written.indicator.set_name(
      absl::StrCat(request.parent(), "/indicators/", request.indicator_id()));
  written.indicator.set_revision(1);
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Indicator> {
    DUBAN_ASSIGN_OR_RETURN(StoredPlan stored, stores_.plans.Lock(tx, ids[0]));
    DUBAN_RETURN_IF_ERROR(StateAfter(stored.plan(), PlanMove::kEdit).status());
    DUBAN_ASSIGN_OR_RETURN(const auto places, stores_.indicators.Places(tx, ids[0]));
    if (places.contains(request.indicator_id())) {
      return Error(kIndicatorExists).With("indicator", written.indicator.name()).Build();
    }
    std::vector<PlacedIndicator> created = {written};
    DUBAN_ASSIGN_OR_RETURN(created[0].position, NextPosition(places));
    created[0].indicator.set_effective_date(absl::StrCat(stored.plan().year(), "-01-01"));
    DUBAN_RETURN_IF_ERROR(stores_.plans.Touch(tx, stored));
    DUBAN_RETURN_IF_ERROR(
        stores_.indicators.Write(tx, stored.plan().revision(), call.now(), created));
    DUBAN_RETURN_IF_ERROR(
        audit_.Append(tx, call, written.indicator.name(), v1::Indicator(), created[0].indicator));
    return created[0].indicator;
  });
}

absl::StatusOr<v1::Indicator> IndicatorService::GetIndicator(
    server::CallContext& call, const v1::GetIndicatorRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids,
                         ParseResourceName(request.name(), "plans/*/indicators/*", "name"));
  DUBAN_ASSIGN_OR_RETURN(
      const IndicatorView view,
      ViewOf(request.has_read_time(), request.read_time(), request.as_of_date()));
  DUBAN_ASSIGN_OR_RETURN(PlacedIndicator placed,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return stores_.indicators.Get(session, ids[0], ids[1], view);
                         }));
  return std::move(placed.indicator);
}

absl::StatusOr<v1::ListIndicatorsResponse> IndicatorService::ListIndicators(
    server::CallContext& call, const v1::ListIndicatorsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(request.parent(), "plans/*", "parent"));
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery query,
                         server::ParseListQuery(request, {"source", "task", "kind", "unit"}));
  DUBAN_RETURN_IF_ERROR(CheckEnumFilter(query, "source", v1::Indicator::Source_descriptor()));
  DUBAN_RETURN_IF_ERROR(CheckEnumFilter(query, "kind", v1::Indicator::Kind_descriptor()));
  DUBAN_RETURN_IF_ERROR(CheckNameFilter(query, "unit", "units/*"));
  DUBAN_ASSIGN_OR_RETURN(
      const IndicatorView view,
      ViewOf(request.has_read_time(), request.read_time(), request.as_of_date()));
  const IndicatorStore::Filter filter{query.Filter("source"), query.Filter("kind"),
                                      query.Filter("task"), query.Filter("unit")};
  using Indicators = absl::StatusOr<std::vector<PlacedIndicator>>;
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<PlacedIndicator> found,
      database_->Read(call.deadline(), [&](db::Session& session) -> Indicators {
        DUBAN_RETURN_IF_ERROR(stores_.plans.GetAsKnown(session, ids[0], view.read_time).status());
        return stores_.indicators.List(session, ids[0], view, filter,
                                       static_cast<int>(NumberAfter(query, -1)),
                                       query.page_size + 1);
      }));
  v1::ListIndicatorsResponse response;
  for (size_t i = 0; i < found.size(); ++i) {
    if (response.indicators_size() == query.page_size) {
      response.set_next_page_token(
          server::MakePageToken(request, absl::StrCat(found[i - 1].position)));
      break;
    }
    *response.add_indicators() = std::move(found[i].indicator);
  }
  return response;
}

absl::StatusOr<v1::Indicator> IndicatorService::UpdateIndicator(
    server::CallContext& call, const v1::UpdateIndicatorRequest& request) {
  const std::string& name = request.indicator().name();
  DUBAN_ASSIGN_OR_RETURN(const auto ids,
                         ParseResourceName(name, "plans/*/indicators/*", "indicator.name"));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Indicator> {
    DUBAN_ASSIGN_OR_RETURN(StoredPlan stored, LockPlanOf(tx, stores_.plans, name));
    DUBAN_ASSIGN_OR_RETURN(const PlacedIndicator before,
                           stores_.indicators.Get(tx, ids[0], ids[1]));
    DUBAN_RETURN_IF_ERROR(StateAfter(stored.plan(), PlanMove::kEdit).status());
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.indicator().etag(), before.indicator.etag()));
    std::vector<PlacedIndicator> after = {before};
    DUBAN_RETURN_IF_ERROR(
        server::ApplyUpdateMask(request.update_mask(), request.indicator(), &after[0].indicator));
    DUBAN_RETURN_IF_ERROR(CheckForm(after[0].indicator));
    after[0].indicator.set_revision(before.indicator.revision() + 1);
    DUBAN_RETURN_IF_ERROR(stores_.plans.Touch(tx, stored));
    DUBAN_RETURN_IF_ERROR(
        stores_.indicators.Write(tx, stored.plan().revision(), call.now(), after));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, name, before.indicator, after[0].indicator));
    return after[0].indicator;
  });
}

absl::StatusOr<google::protobuf::Empty> IndicatorService::DeleteIndicator(
    server::CallContext& call, const v1::DeleteIndicatorRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids,
                         ParseResourceName(request.name(), "plans/*/indicators/*", "name"));
  return mutations_->Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<google::protobuf::Empty> {
        DUBAN_ASSIGN_OR_RETURN(StoredPlan stored, LockPlanOf(tx, stores_.plans, request.name()));
        DUBAN_ASSIGN_OR_RETURN(const PlacedIndicator before,
                               stores_.indicators.Get(tx, ids[0], ids[1]));
        DUBAN_RETURN_IF_ERROR(StateAfter(stored.plan(), PlanMove::kEdit).status());
        DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.indicator.etag()));
        DUBAN_RETURN_IF_ERROR(stores_.plans.Touch(tx, stored));
        DUBAN_RETURN_IF_ERROR(
            stores_.indicators.Delete(tx, ids[0], ids[1], stored.plan().revision(), call.now()));
        DUBAN_RETURN_IF_ERROR(
            audit_.Append(tx, call, request.name(), before.indicator, v1::Indicator()));
        return google::protobuf::Empty();
      });
}

}  // namespace duban::indicator
