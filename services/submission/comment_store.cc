#include "services/submission/comment_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/submission/report_rows.h"

namespace duban::submission {
namespace {

constexpr char kInsert[] =
    "INSERT INTO report_comments (plan, report, comment, in_reply_to, side, author, author_unit,"
    " text, follow_up, report_revision, create_time, resolver, resolve_time, version)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', NULL, 1)";
constexpr char kResolve[] =
    "UPDATE report_comments SET resolver = ?, resolve_time = ?, version = version + 1"
    " WHERE plan = ? AND report = ? AND comment = ? AND resolve_time IS NULL";
constexpr char kSelect[] =
    "SELECT comment, in_reply_to, side, author, author_unit, text, follow_up, report_revision,"
    " create_time, resolver, resolve_time FROM report_comments WHERE plan = ? AND report = ?";

std::vector<std::string> IdsOf(const v1::ReportComment& comment) {
  return *ParseResourceName(comment.name(), "plans/*/reports/*/comments/*", "name");
}

v1::ReportComment ReadComment(const db::Row& row, const ReportName& report) {
  const auto name = [&](const std::string& id) {
    return absl::StrCat(report.ToString(), "/comments/", id);
  };
  v1::ReportComment comment;
  comment.set_name(name(row.GetString(0)));
  if (!row.GetString(1).empty()) comment.set_in_reply_to(name(row.GetString(1)));
  comment.set_side(static_cast<v1::ReportComment::Side>(row.GetInt(2)));
  comment.set_author(row.GetString(3));
  comment.set_author_unit(row.GetString(4));
  comment.set_text(row.GetString(5));
  comment.set_follow_up(row.GetBool(6));
  comment.set_report_revision(row.GetInt(7));
  *comment.mutable_create_time() = ToTimestamp(row.GetTime(8));
  comment.set_resolver(row.GetString(9));
  if (const auto time = row.GetOptionalTime(10)) {
    *comment.mutable_resolve_time() = ToTimestamp(*time);
  }
  return comment;
}

}  // namespace

absl::Status CommentStore::Insert(db::Transaction& tx, const v1::ReportComment& comment) const {
  const std::vector<std::string> ids = IdsOf(comment);
  const std::string& replied = comment.in_reply_to();
  return tx
      .Execute(kInsert, {ids[0], ids[1], ids[2], replied.empty() ? std::string() : LastId(replied),
                         static_cast<int>(comment.side()), comment.author(), comment.author_unit(),
                         comment.text(), comment.follow_up(), comment.report_revision(),
                         FromTimestamp(comment.create_time())})
      .status();
}

absl::StatusOr<std::optional<v1::ReportComment>> CommentStore::Get(
    db::Session& session, const ReportName& report, const std::string& comment) const {
  static const std::string kGet = absl::StrCat(kSelect, " AND comment = ?");
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kGet, {report.plan, report.report, comment}));
  if (rows.empty()) return std::optional<v1::ReportComment>();
  return std::optional<v1::ReportComment>(ReadComment(rows.front(), report));
}

absl::StatusOr<bool> CommentStore::Resolve(db::Transaction& tx,
                                           const v1::ReportComment& comment) const {
  const std::vector<std::string> ids = IdsOf(comment);
  DUBAN_ASSIGN_OR_RETURN(
      const int64_t changed,
      tx.Execute(kResolve, {comment.resolver(), FromTimestamp(comment.resolve_time()), ids[0],
                            ids[1], ids[2]}));
  return changed == 1;
}

absl::StatusOr<std::vector<v1::ReportComment>> CommentStore::List(db::Session& session,
                                                                  const ReportName& report,
                                                                  std::string_view after,
                                                                  int limit) const {
  static const std::string kList =
      absl::StrCat(kSelect, " AND comment > ? ORDER BY comment LIMIT ?");
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kList, {report.plan, report.report, after, limit}));
  std::vector<v1::ReportComment> comments;
  for (const db::Row& row : rows) comments.push_back(ReadComment(row, report));
  return comments;
}

}  // namespace duban::submission
