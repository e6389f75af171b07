#include "services/submission/comment_service.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"
#include "duban/submission/v1/events.pb.h"
#include "services/submission/comment_rules.h"

namespace duban::submission {
namespace {

using v1::Report;
using v1::ReportComment;

constexpr char kCommentPattern[] = "plans/*/reports/*/comments/*";

}  // namespace

absl::StatusOr<ReportComment> CommentService::CommentOnReport(
    server::CallContext& call, const v1::CommentOnReportRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.parent(), "parent"));
  const std::string& replied = request.comment().in_reply_to();
  if (!replied.empty()) {
    DUBAN_RETURN_IF_ERROR(
        ParseResourceName(replied, kCommentPattern, "comment.in_reply_to").status());
  }
  return reports_->mutations().Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<ReportComment> {
        DUBAN_ASSIGN_OR_RETURN(const Report report,
                               reports_->Seen(call, name, reports_->store().Get(tx, name)));
        if (!replied.empty()) DUBAN_RETURN_IF_ERROR(Find(tx, name, replied).status());
        DUBAN_ASSIGN_OR_RETURN(
            const ReportComment comment,
            NewComment(request.comment(), report,
                       absl::StrCat(name.ToString(), "/comments/", NewUuid7(call.now())),
                       ActorOf(call), call.now()));
        DUBAN_RETURN_IF_ERROR(comments_.Insert(tx, comment));
        DUBAN_RETURN_IF_ERROR(Record(tx, call, report, ReportComment(), comment));
        return comment;
      });
}

absl::StatusOr<v1::ListReportCommentsResponse> CommentService::ListReportComments(
    server::CallContext& call, const v1::ListReportCommentsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(request.parent(), "parent"));
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery query, server::ParseListQuery(request, {}));
  DUBAN_RETURN_IF_ERROR(reports_->Get(call, name).status());
  DUBAN_ASSIGN_OR_RETURN(std::vector<ReportComment> comments,
                         reports_->database().Read(call.deadline(), [&](db::Session& session) {
                           return comments_.List(session, name, query.after, query.page_size + 1);
                         }));
  v1::ListReportCommentsResponse response;
  const bool more = comments.size() > static_cast<size_t>(query.page_size);
  if (more) comments.pop_back();
  for (ReportComment& comment : comments) response.add_comments()->Swap(&comment);
  if (more) {
    const auto& last = response.comments(response.comments_size() - 1);
    response.set_next_page_token(server::MakePageToken(request, LastId(last.name())));
  }
  return response;
}

absl::StatusOr<ReportComment> CommentService::ResolveComment(
    server::CallContext& call, const v1::ResolveCommentRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(request.name(), kCommentPattern, "name"));
  const ReportName name = {ids[0], ids[1]};
  return reports_->mutations().Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<ReportComment> {
        DUBAN_ASSIGN_OR_RETURN(const Report report,
                               reports_->Seen(call, name, reports_->store().Get(tx, name)));
        DUBAN_ASSIGN_OR_RETURN(const ReportComment comment, Find(tx, name, request.name()));
        DUBAN_ASSIGN_OR_RETURN(ReportComment resolved,
                               Resolve(comment, report, ActorOf(call), call.now()));
        DUBAN_ASSIGN_OR_RETURN(const bool first, comments_.Resolve(tx, resolved));
        if (!first) return Error(kCommentNotOpen).Build();
        DUBAN_RETURN_IF_ERROR(Record(tx, call, report, comment, resolved));
        return resolved;
      });
}

absl::StatusOr<ReportComment> CommentService::Find(db::Session& session, const ReportName& report,
                                                   const std::string& name) const {
  if (name.starts_with(report.ToString() + "/")) {
    DUBAN_ASSIGN_OR_RETURN(std::optional<ReportComment> found,
                           comments_.Get(session, report, LastId(name)));
    if (found) return *std::move(found);
  }
  return Error(kCommentNotFound).With("comment", name).Build();
}

absl::Status CommentService::Record(db::Transaction& tx, const server::CallContext& call,
                                    const Report& report, const ReportComment& before,
                                    const ReportComment& after) const {
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after.name(), before, after));
  const std::string plan = report.name().substr(0, report.name().find("/reports/"));
  if (!after.has_resolve_time()) {
    v1::ReportCommented event;
    event.set_report(report.name());
    event.set_author(after.author());
    event.set_text(after.text());
    event.set_follow_up(after.follow_up());
    event.set_submitter(report.submitter());
    return outbox_.Append(tx, "duban.submission.report.commented",
                          {after.name(), 1, plan, report.unit()}, event, call.now());
  }
  v1::ReportCommentResolved event;
  event.set_report(report.name());
  event.set_author(after.author());
  event.set_resolver(after.resolver());
  return outbox_.Append(tx, "duban.submission.report.comment_resolved",
                        {after.name(), 2, plan, report.unit()}, event, call.now());
}

}  // namespace duban::submission
