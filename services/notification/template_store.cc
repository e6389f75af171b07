#include "services/notification/template_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace duban::notification {
namespace {

using v1::Template;

constexpr char kSelect[] =
    "SELECT t.template, r.event_type, r.title, r.short_text, r.body, r.title_en, r.body_en,"
    " r.revision, t.version, r.update_time FROM templates t JOIN template_revisions r"
    " ON r.template = t.template AND r.revision = ";
// A deleted template leaves its row, so that its numbers go on.
constexpr char kRevive[] =
    "UPDATE templates SET event_type = ?, revision = revision + 1, deleted = 0,"
    " version = version + 1 WHERE template = ? AND deleted = 1";
constexpr char kInsert[] =
    "INSERT INTO templates (template, event_type, revision, deleted, version)"
    " VALUES (?, ?, 1, 0, 1)";
constexpr char kRevisionOf[] = "SELECT revision FROM templates WHERE template = ?";
constexpr char kRaise[] =
    "UPDATE templates SET revision = ?, version = version + 1 WHERE template = ?";
constexpr char kInsertRevision[] =
    "INSERT INTO template_revisions (template, revision, event_type, title, short_text, body,"
    " title_en, body_en, update_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kDelete[] =
    "UPDATE templates SET deleted = 1, version = version + 1 WHERE template = ?";

std::string LastId(const std::string& name) { return name.substr(name.rfind('/') + 1); }

Template ReadTemplate(const db::Row& row) {
  Template read;
  read.set_name(absl::StrCat("templates/", row.GetString(0)));
  read.set_event_type(row.GetString(1));
  read.set_title(row.GetString(2));
  read.set_short_text(row.GetString(3));
  read.set_body(row.GetString(4));
  read.set_title_en(row.GetString(5));
  read.set_body_en(row.GetString(6));
  read.set_revision(static_cast<int>(row.GetInt(7)));
  read.set_etag(MakeEtag(row.GetInt(8)));
  *read.mutable_update_time() = ToTimestamp(row.GetTime(9));
  return read;
}

absl::StatusOr<std::optional<Template>> ReadOne(absl::StatusOr<db::Rows> rows) {
  DUBAN_RETURN_IF_ERROR(rows.status());
  if (rows->empty()) return std::nullopt;
  return ReadTemplate(rows->front());
}

absl::Status InsertRevision(db::Transaction& tx, const Template& written) {
  return tx
      .Execute(kInsertRevision,
               {LastId(written.name()), written.revision(), written.event_type(), written.title(),
                written.short_text(), written.body(), written.title_en(), written.body_en(),
                FromTimestamp(written.update_time())})
      .status();
}

}  // namespace

absl::StatusOr<std::optional<Template>> TemplateStore::Get(db::Session& session,
                                                           const std::string& id,
                                                           int revision) const {
  if (revision == 0) {
    return ReadOne(session.Query(
        absl::StrCat(kSelect, "t.revision WHERE t.template = ? AND t.deleted = 0"), {id}));
  }
  return ReadOne(session.Query(absl::StrCat(kSelect, "? WHERE t.template = ? AND t.deleted = 0"),
                               {revision, id}));
}

absl::StatusOr<std::optional<Template>> TemplateStore::GetForUpdate(db::Transaction& tx,
                                                                    const std::string& id) const {
  return ReadOne(tx.Query(
      absl::StrCat(kSelect, "t.revision WHERE t.template = ? AND t.deleted = 0 FOR UPDATE"), {id}));
}

absl::StatusOr<std::vector<Template>> TemplateStore::List(db::Session& session,
                                                          const std::string& event_type,
                                                          const std::string& after,
                                                          int limit) const {
  std::string where = "t.revision WHERE t.deleted = 0 AND t.template > ?";
  std::vector<db::Value> values = {after};
  if (!event_type.empty()) {
    absl::StrAppend(&where, " AND t.event_type = ?");
    values.emplace_back(event_type);
  }
  values.emplace_back(limit);
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(absl::StrCat(kSelect, where, " ORDER BY t.template LIMIT ?"), values));
  std::vector<Template> templates;
  for (const db::Row& row : rows) templates.push_back(ReadTemplate(row));
  return templates;
}

absl::Status TemplateStore::Insert(db::Transaction& tx, Template created) const {
  const std::string id = LastId(created.name());
  DUBAN_ASSIGN_OR_RETURN(const int64_t revived, tx.Execute(kRevive, {created.event_type(), id}));
  if (revived == 0) {
    DUBAN_RETURN_IF_ERROR(tx.Execute(kInsert, {id, created.event_type()}).status());
  }
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kRevisionOf, {id}));
  created.set_revision(static_cast<int>(rows.at(0).GetInt(0)));
  return InsertRevision(tx, created);
}

absl::Status TemplateStore::Write(db::Transaction& tx, const Template& changed) const {
  DUBAN_RETURN_IF_ERROR(tx.Execute(kRaise, {changed.revision(), LastId(changed.name())}).status());
  return InsertRevision(tx, changed);
}

absl::Status TemplateStore::Delete(db::Transaction& tx, const std::string& id) const {
  return tx.Execute(kDelete, {id}).status();
}

}  // namespace duban::notification
