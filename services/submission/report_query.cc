#include "services/submission/report_query.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"
#include "services/submission/list_filters.h"

namespace duban::submission {

using v1::Report;

absl::StatusOr<ReportQuery> ParseReportQuery(const server::CallContext& call,
                                             const v1::ListReportsRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list,
                         server::ParseListQuery(request, {"unit", "state", "period", "indicator"}));
  ReportQuery query;
  query.page_size = list.page_size;
  query.after = list.after;
  query.filter.plan = LastId(request.parent());
  query.filter.period = list.Filter("period");
  DUBAN_ASSIGN_OR_RETURN(
      query.filter.state,
      FilteredEnum(list.Filter("state"), &Report::State_Parse, Report::STATE_UNSPECIFIED));
  DUBAN_ASSIGN_OR_RETURN(
      query.filter.indicator,
      FilteredId(list.Filter("indicator"), absl::StrCat(request.parent(), "/indicators/*")));
  DUBAN_ASSIGN_OR_RETURN(const std::string unit, FilteredId(list.Filter("unit"), "units/*"));
  DUBAN_ASSIGN_OR_RETURN(query.filter.units, VisibleUnits(call, unit));
  return query;
}

absl::StatusOr<RevisionQuery> ParseRevisionQuery(const v1::ListReportRevisionsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list, server::ParseListQuery(request, {}));
  RevisionQuery query = {0, list.page_size};
  if (!list.after.empty() && !absl::SimpleAtoi(list.after, &query.after)) {
    return Error(server::kPageTokenInvalid).Field("page_token");
  }
  return query;
}

}  // namespace duban::submission
