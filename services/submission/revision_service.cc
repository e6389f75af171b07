#include "services/submission/revision_service.h"

#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/server/list_query.h"
#include "services/submission/report_query.h"
#include "services/submission/revision_rules.h"

namespace duban::submission {

absl::StatusOr<v1::ListReportRevisionsResponse> RevisionService::ListReportRevisions(
    server::CallContext& call, const v1::ListReportRevisionsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.parent(), "parent"));
  DUBAN_ASSIGN_OR_RETURN(const RevisionQuery query, ParseRevisionQuery(request));
  DUBAN_RETURN_IF_ERROR(reports_->Get(call, name).status());
  DUBAN_ASSIGN_OR_RETURN(std::vector<v1::ReportRevision> revisions,
                         reports_->database().Read(call.deadline(), [&](db::Session& session) {
                           return revisions_.List(session, name, query.after, query.page_size + 1);
                         }));
  v1::ListReportRevisionsResponse response;
  const bool more = revisions.size() > static_cast<size_t>(query.page_size);
  if (more) revisions.pop_back();
  for (v1::ReportRevision& revision : revisions) response.add_revisions()->Swap(&revision);
  if (more) {
    const auto& last = response.revisions(response.revisions_size() - 1);
    response.set_next_page_token(server::MakePageToken(request, LastId(last.name())));
  }
  return response;
}

absl::StatusOr<v1::DiffReportRevisionsResponse> RevisionService::DiffReportRevisions(
    server::CallContext& call, const v1::DiffReportRevisionsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.parent(), "parent"));
  DUBAN_ASSIGN_OR_RETURN(const v1::Report report, reports_->Get(call, name));
  v1::DiffReportRevisionsResponse response;
  response.set_to_revision(request.to_revision() != 0 ? request.to_revision() : report.revision());
  response.set_from_revision(request.from_revision() != 0 ? request.from_revision()
                                                          : response.to_revision() - 1);
  DUBAN_ASSIGN_OR_RETURN(const v1::Report earlier, Revision(call, name, response.from_revision()));
  DUBAN_ASSIGN_OR_RETURN(const v1::Report later, Revision(call, name, response.to_revision()));
  for (v1::FieldChange& change : DiffRevisions(earlier, later)) {
    response.add_changes()->Swap(&change);
  }
  return response;
}

absl::StatusOr<v1::Report> RevisionService::Revision(const server::CallContext& call,
                                                     const ReportName& name, int64_t number) const {
  if (number > 0) {
    DUBAN_ASSIGN_OR_RETURN(std::optional<v1::ReportRevision> found,
                           reports_->database().Read(call.deadline(), [&](db::Session& session) {
                             return revisions_.Get(session, name, number);
                           }));
    if (found) return std::move(*found->mutable_report());
  }
  return Error(kRevisionNotFound).With("revision", std::to_string(number)).Build();
}

}  // namespace duban::submission
