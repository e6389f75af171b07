#ifndef DUBAN_SERVICES_SUBMISSION_ARTICLE_QUERY_H_
#define DUBAN_SERVICES_SUBMISSION_ARTICLE_QUERY_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/article_service.pb.h"
#include "services/submission/article_store.h"

namespace duban::submission {

// What a ListArticles request asks for.
struct ArticleQuery {
  ArticleFilter filter;
  std::string after;  // id
  int page_size;
};

// Reads the request; a caller bound to its unit gets its units' articles only. INVALID_ARGUMENT
// FIELD_INVALID, PAGE_TOKEN_INVALID, FILTER_INVALID; PERMISSION_DENIED NOT_OWN_UNIT if such a
// caller filters by another unit or has none.
absl::StatusOr<ArticleQuery> ParseArticleQuery(const server::CallContext& call,
                                               const v1::ListArticlesRequest& request);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_ARTICLE_QUERY_H_
