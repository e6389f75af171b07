#include "services/review/erratum_store.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace duban::review {
namespace {

using v1::Erratum;

constexpr char kInsert[] =
    "INSERT INTO bulletin_errata (plan, erratum, bulletin, wrong_text, right_text, actor, time,"
    " printed_in, version) VALUES (?, ?, ?, ?, ?, ?, ?, '', 1)";
constexpr char kSelect[] =
    "SELECT e.plan, e.erratum, e.bulletin, b.document_number, e.wrong_text, e.right_text, e.actor,"
    " e.time, e.printed_in FROM bulletin_errata e JOIN bulletins b ON b.plan = e.plan AND"
    " b.bulletin = e.bulletin WHERE e.plan = ?";
constexpr char kDraft[] =
    "UPDATE bulletin_errata SET drafted_in = ?, version = version + 1"
    " WHERE plan = ? AND printed_in = '' AND drafted_in = '' ORDER BY erratum LIMIT 200";
constexpr char kMark[] =
    "UPDATE bulletin_errata SET printed_in = ?, version = version + 1"
    " WHERE plan = ? AND erratum = ? AND printed_in = ''";
constexpr char kRelease[] =
    "UPDATE bulletin_errata SET drafted_in = '', version = version + 1"
    " WHERE plan = ? AND drafted_in = ?";

std::string NameOf(const std::string& plan, const std::string& bulletin) {
  return absl::StrCat("plans/", plan, "/bulletins/", bulletin);
}

absl::StatusOr<std::vector<Erratum>> ReadAll(const absl::StatusOr<db::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  std::vector<Erratum> errata;
  for (const db::Row& row : *rows) {
    Erratum& erratum = errata.emplace_back();
    erratum.set_id(row.GetString(1));
    erratum.set_bulletin(NameOf(row.GetString(0), row.GetString(2)));
    erratum.set_document_number(row.GetString(3));
    erratum.set_wrong(row.GetString(4));
    erratum.set_right(row.GetString(5));
    erratum.set_actor(row.GetString(6));
    *erratum.mutable_time() = ToTimestamp(row.GetTime(7));
    const std::string& printed_in = row.GetString(8);
    if (!printed_in.empty()) erratum.set_printed_in(NameOf(row.GetString(0), printed_in));
  }
  return errata;
}

std::string LastOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

}  // namespace

absl::Status ErratumStore::Insert(db::Transaction& tx, const Erratum& erratum) const {
  const std::string& name = erratum.bulletin();
  const std::string plan = name.substr(6, name.find('/', 6) - 6);
  return tx
      .Execute(kInsert, {plan, erratum.id(), LastOf(name), erratum.wrong(), erratum.right(),
                         erratum.actor(), FromTimestamp(erratum.time())})
      .status();
}

absl::StatusOr<std::vector<Erratum>> ErratumStore::Of(db::Session& session, const std::string& plan,
                                                      const std::string& bulletin) const {
  static const std::string kSql =
      absl::StrCat(kSelect, " AND e.bulletin = ? ORDER BY e.erratum LIMIT 1000");
  return ReadAll(session.Query(kSql, {plan, bulletin}));
}

absl::StatusOr<std::vector<Erratum>> ErratumStore::Draft(db::Transaction& tx,
                                                         const std::string& plan,
                                                         const std::string& bulletin) const {
  static const std::string kSql = absl::StrCat(
      kSelect, " AND e.drafted_in = ? AND e.printed_in = '' ORDER BY e.erratum LIMIT 200");
  DUBAN_RETURN_IF_ERROR(tx.Execute(kDraft, {bulletin, plan}).status());
  return ReadAll(tx.Query(kSql, {plan, bulletin}));
}

absl::Status ErratumStore::MarkPrinted(db::Transaction& tx, const std::string& plan,
                                       const Erratum& erratum, const std::string& bulletin) const {
  return tx.Execute(kMark, {bulletin, plan, erratum.id()}).status();
}

absl::Status ErratumStore::Release(db::Transaction& tx, const std::string& plan,
                                   const std::string& bulletin) const {
  return tx.Execute(kRelease, {plan, bulletin}).status();
}

}  // namespace duban::review
