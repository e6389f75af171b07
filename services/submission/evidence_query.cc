#include "services/submission/evidence_query.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"
#include "services/submission/list_filters.h"
#include "services/submission/report_name.h"

namespace duban::submission {

using v1::Evidence;

absl::StatusOr<EvidenceQuery> ParseEvidenceQuery(const server::CallContext& call,
                                                 const v1::ListEvidenceRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list, server::ParseListQuery(request, {"unit"}));
  EvidenceQuery query;
  query.page_size = list.page_size;
  query.filter.plan = LastId(request.parent());
  DUBAN_ASSIGN_OR_RETURN(const std::string unit, FilteredId(list.Filter("unit"), "units/*"));
  DUBAN_ASSIGN_OR_RETURN(query.filter.units, VisibleUnits(call, unit));
  if (!list.after.empty()) {
    const std::vector<std::string> key = absl::StrSplit(list.after, ' ');
    if (key.size() != 2) return Error(server::kPageTokenInvalid).Field("page_token").Build();
    query.after = {key[0], key[1]};
  }
  return query;
}

v1::ListEvidenceResponse MakePage(const v1::ListEvidenceRequest& request,
                                  const EvidenceQuery& query, std::vector<Evidence> evidence) {
  int sources = 0;
  for (const Evidence& file : evidence) sources += file.sources_size();
  v1::ListEvidenceResponse page;
  if (sources > query.page_size) {
    evidence.back().mutable_sources()->RemoveLast();
    if (evidence.back().sources().empty()) evidence.pop_back();
    const Evidence& last = evidence.back();
    page.set_next_page_token(server::MakePageToken(
        request, absl::StrCat(LastId(last.name()), " ", LastId(last.sources().rbegin()->unit()))));
  }
  *page.mutable_evidence() = {evidence.begin(), evidence.end()};
  return page;
}

}  // namespace duban::submission
