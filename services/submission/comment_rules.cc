#include "services/submission/comment_rules.h"

#include <algorithm>
#include <string>

#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"

namespace duban::submission {
namespace {

using v1::Report;
using v1::ReportComment;

constexpr int kTextCharacters = 2000;

}  // namespace

ReportComment::Side SideOf(const Report& report, const Actor& actor) {
  const bool own = actor.unit == report.unit() || std::find(actor.units.begin(), actor.units.end(),
                                                            report.unit()) != actor.units.end();
  return own ? ReportComment::UNIT : ReportComment::OFFICE;
}

absl::StatusOr<ReportComment> NewComment(const ReportComment& given, const Report& report,
                                         std::string_view name, const Actor& actor,
                                         absl::Time now) {
  DUBAN_RETURN_IF_ERROR(
      CheckText(given.text(), "comment.text", kTextCharacters, /*required=*/true));
  ReportComment comment;
  comment.set_name(std::string(name));
  comment.set_text(given.text());
  comment.set_in_reply_to(given.in_reply_to());
  comment.set_follow_up(given.follow_up());
  comment.set_author(actor.subject);
  comment.set_author_unit(actor.unit);
  comment.set_side(SideOf(report, actor));
  comment.set_report_revision(report.revision());
  *comment.mutable_create_time() = ToTimestamp(now);
  return comment;
}

absl::StatusOr<ReportComment> Resolve(const ReportComment& comment, const Report& report,
                                      const Actor& actor, absl::Time now) {
  if (comment.side() == SideOf(report, actor)) return Error(kCommentNotAddressed).Build();
  if (!comment.follow_up() || comment.has_resolve_time()) return Error(kCommentNotOpen).Build();
  ReportComment resolved = comment;
  resolved.set_resolver(actor.subject);
  *resolved.mutable_resolve_time() = ToTimestamp(now);
  return resolved;
}

}  // namespace duban::submission
