#include "services/submission/report_query.h"

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"

namespace duban::submission {
namespace {

using v1::Report;

absl::Status FilterError(std::string_view zh, std::string_view en) {
  return Error(server::kFilterInvalid).With("zh", zh).With("en", en).Field("filter");
}

// The id of a resource that the filter names, or "" if it names none.
absl::StatusOr<std::string> FilteredId(const std::string& name, std::string_view pattern) {
  if (name.empty()) return std::string();
  if (!ParseResourceName(name, pattern, "filter").ok()) {
    const std::string expected(pattern);
    return FilterError(absl::StrCat("“", name, "”应形如 ", expected),
                       absl::StrCat("\"", name, "\" is not like ", expected));
  }
  return LastId(name);
}

absl::StatusOr<Report::State> FilteredState(const std::string& name) {
  Report::State state = Report::STATE_UNSPECIFIED;
  if (name.empty()) return state;
  if (Report::State_Parse(name, &state) && state != Report::STATE_UNSPECIFIED) return state;
  return FilterError(absl::StrCat("没有“", name, "”状态"),
                     absl::StrCat("there is no state \"", name, "\""));
}

// The units whose reports the caller sees, if only some.
absl::StatusOr<std::vector<std::string>> VisibleUnits(const server::CallContext& call,
                                                      const std::string& asked) {
  std::vector<std::string> units;
  if (!asked.empty()) {
    DUBAN_RETURN_IF_ERROR(call.CheckUnit(absl::StrCat("units/", asked)));
    return std::vector<std::string>{asked};
  }
  if (!call.bound_to_unit) return units;
  std::vector<std::string> names = call.identity.units;
  names.push_back(call.identity.unit);
  for (const std::string& name : names) {
    if (call.CheckUnit(name).ok()) units.push_back(LastId(name));
  }
  if (units.empty()) return Error(server::kNotOwnUnit);
  std::sort(units.begin(), units.end());
  return units;
}

}  // namespace

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
  DUBAN_ASSIGN_OR_RETURN(query.filter.state, FilteredState(list.Filter("state")));
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
