#include "services/submission/article_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/message_columns.h"
#include "services/submission/report_name.h"

namespace duban::submission {
namespace {

using v1::Article;

constexpr char kSelect[] =
    "SELECT plan, article, type, unit, title, url, medium, published_date, summary, state,"
    " first_submit_time, submit_time, submitter, decision_actor, decision_unit, decision_time,"
    " decision_reason, recommendation_actor, recommendation_time, recommendation_journal,"
    " recommendation_level, recommendation_note, adoption_actor, adoption_time, adoption_journal,"
    " adoption_level, adoption_note, create_time, update_time, version"
    " FROM articles WHERE plan = ?";
constexpr char kInsert[] =
    "INSERT INTO articles (title, url, medium, published_date, summary, url_key, title_key, state,"
    " submit_time, submitter, decision_actor, decision_unit, decision_time, decision_reason,"
    " recommendation_actor, recommendation_time, recommendation_journal, recommendation_level,"
    " recommendation_note, adoption_actor, adoption_time, adoption_journal, adoption_level,"
    " adoption_note, first_submit_time, update_time, version, plan, article, type, unit,"
    " create_time)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?, ?, ?, ?, ?, ?)";
constexpr char kUpdate[] =
    "UPDATE articles SET title = ?, url = ?, medium = ?, published_date = ?, summary = ?,"
    " url_key = ?, title_key = ?, state = ?, submit_time = ?, submitter = ?, decision_actor = ?,"
    " decision_unit = ?, decision_time = ?, decision_reason = ?, recommendation_actor = ?,"
    " recommendation_time = ?, recommendation_journal = ?, recommendation_level = ?,"
    " recommendation_note = ?, adoption_actor = ?, adoption_time = ?, adoption_journal = ?,"
    " adoption_level = ?, adoption_note = ?, first_submit_time = ?, update_time = ?, version = ?"
    " WHERE plan = ? AND article = ? AND version = ?";
// By two whole keys, the address first.
constexpr char kSame[] =
    "(SELECT article, unit, 1 FROM articles WHERE plan = ? AND url_key = ? AND article <> ? LIMIT "
    "1)"
    " UNION ALL"
    " (SELECT article, unit, 0 FROM articles WHERE plan = ? AND title_key = ? AND article <> ?"
    " LIMIT 1)";
constexpr char kDates[] =
    " FROM articles FORCE INDEX (by_date)"
    " WHERE plan = ? AND type = ? AND published_date >= ? AND published_date <= ?";
constexpr char kCount[] = "SELECT unit, published_date, state, COUNT(*)";
constexpr char kPerDay[] = " GROUP BY unit, published_date, state LIMIT 1000000";

ArticleName NameOf(const Article& article) {
  const absl::StatusOr<ArticleName> name = ParseArticleName(article.name(), "name");
  return *name;
}

void AddPlacement(const Article::Placement& placement, std::vector<db::Value>* values) {
  for (db::Value& value : std::vector<db::Value>{
           placement.actor(), db::TimeOrNull(placement.has_time(), placement.time()),
           placement.journal(), static_cast<int>(placement.level()), placement.note()}) {
    values->push_back(std::move(value));
  }
}

// The columns that an update may change, in the order of kInsert and kUpdate.
std::vector<db::Value> MutableColumns(const KeyedArticle& keyed) {
  const Article& article = keyed.article;
  const Article::Decision& decision = article.decision();
  std::vector<db::Value> values = {
      article.title(),
      article.url(),
      article.medium(),
      article.published_date(),
      article.summary(),
      keyed.url_key.empty() ? db::Value(nullptr) : db::Value(keyed.url_key),
      keyed.title_key,
      static_cast<int>(article.state()),
      FromTimestamp(article.submit_time()),
      article.submitter(),
      decision.actor(),
      decision.unit(),
      db::TimeOrNull(decision.has_time(), decision.time()),
      decision.reason()};
  AddPlacement(article.recommendation(), &values);
  AddPlacement(article.adoption(), &values);
  values.emplace_back(FromTimestamp(article.first_submit_time()));
  values.emplace_back(FromTimestamp(article.update_time()));
  values.emplace_back(article.revision());
  return values;
}

void ReadPlacement(const db::Row& row, size_t column, Article::Placement* (Article::*part)(),
                   Article* article) {
  const std::optional<absl::Time> time = row.GetOptionalTime(column + 1);
  if (!time) return;
  Article::Placement* placement = (article->*part)();
  placement->set_actor(row.GetString(column));
  *placement->mutable_time() = ToTimestamp(*time);
  placement->set_journal(row.GetString(column + 2));
  placement->set_level(static_cast<Article::Level>(row.GetInt(column + 3)));
  placement->set_note(row.GetString(column + 4));
}

Article ReadArticle(const db::Row& row) {
  Article article;
  article.set_name(ArticleName{row.GetString(0), row.GetString(1)}.ToString());
  article.set_type(static_cast<indicator::v1::ArticleQuota::Type>(row.GetInt(2)));
  article.set_unit(absl::StrCat("units/", row.GetString(3)));
  article.set_title(row.GetString(4));
  article.set_url(row.GetString(5));
  article.set_medium(row.GetString(6));
  article.set_published_date(row.GetString(7));
  article.set_summary(row.GetString(8));
  article.set_state(static_cast<Article::State>(row.GetInt(9)));
  *article.mutable_first_submit_time() = ToTimestamp(row.GetTime(10));
  *article.mutable_submit_time() = ToTimestamp(row.GetTime(11));
  article.set_submitter(row.GetString(12));
  if (!row.IsNull(15)) {
    article.mutable_decision()->set_actor(row.GetString(13));
    article.mutable_decision()->set_unit(row.GetString(14));
    *article.mutable_decision()->mutable_time() = ToTimestamp(row.GetTime(15));
    article.mutable_decision()->set_reason(row.GetString(16));
  }
  ReadPlacement(row, 17, &Article::mutable_recommendation, &article);
  ReadPlacement(row, 22, &Article::mutable_adoption, &article);
  *article.mutable_create_time() = ToTimestamp(row.GetTime(27));
  *article.mutable_update_time() = ToTimestamp(row.GetTime(28));
  article.set_revision(row.GetInt(29));
  article.set_etag(MakeEtag(article.revision()));
  return article;
}

absl::StatusOr<std::optional<Article>> ReadOne(const absl::StatusOr<db::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<Article>();
  return std::optional<Article>(ReadArticle(rows->front()));
}

absl::StatusOr<std::vector<absl::Time>> ReadTimes(db::Session& session, const ArticleFilter& filter,
                                                  int limit, const char* lock) {
  const char* column = filter.recommended ? "recommendation_time" : "first_submit_time";
  std::string sql = absl::StrCat("SELECT ", column, kDates);
  std::vector<db::Value> values = {filter.plan, filter.type, filter.first_date, filter.last_date};
  if (!filter.units.empty()) {
    absl::StrAppend(&sql, " AND unit = ?");
    values.emplace_back(filter.units.front());
  }
  absl::StrAppend(&sql, " AND ", column, " IS NOT NULL ORDER BY ", column, ", article LIMIT ?",
                  lock);
  values.emplace_back(limit);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(sql, values));
  std::vector<absl::Time> times;
  for (const db::Row& row : rows) times.push_back(row.GetTime(0));
  return times;
}

}  // namespace

absl::Status ArticleStore::Insert(db::Transaction& tx, const KeyedArticle& keyed) const {
  const ArticleName name = NameOf(keyed.article);
  std::vector<db::Value> values = MutableColumns(keyed);
  for (db::Value& value : std::vector<db::Value>{
           name.plan, name.article, static_cast<int>(keyed.article.type()),
           LastId(keyed.article.unit()), FromTimestamp(keyed.article.create_time())}) {
    values.push_back(std::move(value));
  }
  return tx.Execute(kInsert, values).status();
}

absl::StatusOr<std::optional<Article>> ArticleStore::Get(db::Session& session,
                                                         const ArticleName& name) const {
  static const std::string kGet = absl::StrCat(kSelect, " AND article = ?");
  return ReadOne(session.Query(kGet, {name.plan, name.article}));
}

absl::StatusOr<std::optional<Article>> ArticleStore::GetForUpdate(db::Transaction& tx,
                                                                  const ArticleName& name) const {
  static const std::string kGet = absl::StrCat(kSelect, " AND article = ? FOR UPDATE");
  return ReadOne(tx.Query(kGet, {name.plan, name.article}));
}

absl::Status ArticleStore::Update(db::Transaction& tx, const KeyedArticle& keyed) const {
  const ArticleName name = NameOf(keyed.article);
  std::vector<db::Value> values = MutableColumns(keyed);
  values.emplace_back(name.plan);
  values.emplace_back(name.article);
  values.emplace_back(keyed.article.revision() - 1);
  DUBAN_ASSIGN_OR_RETURN(const int64_t changed, tx.Execute(kUpdate, values));
  if (changed == 1) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(keyed.article.name(), " was written without its lock"));
}

absl::StatusOr<std::optional<SameArticle>> ArticleStore::FindSame(db::Session& session,
                                                                  const KeyedArticle& keyed) const {
  const ArticleName name = NameOf(keyed.article);
  const db::Value url_key = keyed.url_key.empty() ? db::Value(nullptr) : db::Value(keyed.url_key);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(kSame, {name.plan, url_key, name.article, name.plan,
                                               keyed.title_key, name.article}));
  if (rows.empty()) return std::optional<SameArticle>();
  const db::Row& row = rows.front();
  return std::optional<SameArticle>({ArticleName{name.plan, row.GetString(0)}.ToString(),
                                     absl::StrCat("units/", row.GetString(1)), row.GetBool(2)});
}

absl::StatusOr<std::vector<Article>> ArticleStore::List(db::Session& session,
                                                        const ArticleFilter& filter,
                                                        std::string_view after, int limit) const {
  std::string sql = absl::StrCat(kSelect, " AND article > ?");
  std::vector<db::Value> values = {filter.plan, after};
  const auto restrict = [&](const char* condition, db::Value value) {
    absl::StrAppend(&sql, condition);
    values.push_back(std::move(value));
  };
  if (filter.units.size() == 1) restrict(" AND unit = ?", filter.units.front());
  if (filter.units.size() > 1) {
    restrict(" AND FIND_IN_SET(unit, ?) > 0", absl::StrJoin(filter.units, ","));
  }
  if (filter.type != 0) restrict(" AND type = ?", filter.type);
  if (filter.state != Article::STATE_UNSPECIFIED) {
    restrict(" AND state = ?", static_cast<int>(filter.state));
  }
  if (!filter.first_date.empty()) restrict(" AND published_date >= ?", filter.first_date);
  if (!filter.last_date.empty()) restrict(" AND published_date <= ?", filter.last_date);
  restrict(" ORDER BY article LIMIT ?", limit);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(sql, values));
  std::vector<Article> articles;
  for (const db::Row& row : rows) articles.push_back(ReadArticle(row));
  return articles;
}

absl::StatusOr<std::vector<absl::Time>> ArticleStore::ListTimes(db::Session& session,
                                                                const ArticleFilter& filter,
                                                                int limit) const {
  return ReadTimes(session, filter, limit, "");
}

absl::StatusOr<std::vector<absl::Time>> ArticleStore::ListTimesForUpdate(
    db::Transaction& tx, const ArticleFilter& filter, int limit) const {
  return ReadTimes(tx, filter, limit, " FOR UPDATE");
}

absl::StatusOr<std::vector<ArticleCount>> ArticleStore::Count(db::Session& session,
                                                              const ArticleFilter& filter) const {
  static const std::string kPerUnit = absl::StrCat(kCount, kDates, kPerDay);
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(kPerUnit, {filter.plan, filter.type, filter.first_date, filter.last_date}));
  std::vector<ArticleCount> counts;
  for (const db::Row& row : rows) {
    counts.push_back({absl::StrCat("units/", row.GetString(0)), row.GetString(1),
                      static_cast<Article::State>(row.GetInt(2)), static_cast<int>(row.GetInt(3))});
  }
  return counts;
}

}  // namespace duban::submission
