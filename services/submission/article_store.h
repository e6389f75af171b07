#ifndef DUBAN_SERVICES_SUBMISSION_ARTICLE_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_ARTICLE_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/submission/v1/article.pb.h"
#include "services/submission/article_count.h"
#include "services/submission/article_name.h"

namespace duban::submission {

// Which articles to list. Empty members and zeros do not restrict.
struct ArticleFilter {
  std::string plan;                // id; required
  std::vector<std::string> units;  // ids
  int type = 0;
  v1::Article::State state = v1::Article::STATE_UNSPECIFIED;
  std::string first_date;  // of publication
  std::string last_date;
  bool recommended = false;  // true: only those that were recommended
};

// An article with the digests by which two are the same; `url_key` is empty without an address.
struct KeyedArticle {
  v1::Article article;
  std::string url_key;
  std::string title_key;
};

// Another article with the same key.
struct SameArticle {
  std::string name;  // `plans/{plan}/articles/{article}`
  std::string unit;  // `units/{unit}`
  bool same_url;     // else the title is the same
};

// Table articles. Stored articles are complete but for permitted_actions, which depend on who asks.
class ArticleStore {
 public:
  // Adds a new article. The status IsDuplicate if there is one with the same key.
  absl::Status Insert(db::Transaction& tx, const KeyedArticle& keyed) const;

  // The article; nothing if there is none.
  absl::StatusOr<std::optional<v1::Article>> Get(db::Session& session,
                                                 const ArticleName& name) const;

  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<v1::Article>> GetForUpdate(db::Transaction& tx,
                                                          const ArticleName& name) const;

  // Replaces revision `revision() - 1`, which the transaction has locked. The status IsDuplicate if
  // there is another one with the same key.
  absl::Status Update(db::Transaction& tx, const KeyedArticle& keyed) const;

  // Another article of the plan with one of the keys; nothing if there is none.
  absl::StatusOr<std::optional<SameArticle>> FindSame(db::Session& session,
                                                      const KeyedArticle& keyed) const;

  // At most `limit` articles with ids above `after`, by id, which is the order of creation.
  absl::StatusOr<std::vector<v1::Article>> List(db::Session& session, const ArticleFilter& filter,
                                                std::string_view after, int limit) const;

  // When the first `limit` of the filter's articles (plan, type, dates, at most one unit) were
  // first submitted or, with `recommended`, recommended; in order.
  absl::StatusOr<std::vector<absl::Time>> ListTimes(db::Session& session,
                                                    const ArticleFilter& filter, int limit) const;

  // The same, locked until the transaction ends; waits for those that others are writing.
  absl::StatusOr<std::vector<absl::Time>> ListTimesForUpdate(db::Transaction& tx,
                                                             const ArticleFilter& filter,
                                                             int limit) const;

  // Counts the filter's articles (plan, type and dates).
  absl::StatusOr<std::vector<ArticleCount>> Count(db::Session& session,
                                                  const ArticleFilter& filter) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_ARTICLE_STORE_H_
