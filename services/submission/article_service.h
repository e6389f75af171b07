#ifndef DUBAN_SERVICES_SUBMISSION_ARTICLE_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_ARTICLE_SERVICE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/submission/v1/article_service.pb.h"
#include "services/submission/article_fulfilment.h"
#include "services/submission/article_rules.h"
#include "services/submission/article_store.h"
#include "services/submission/plan_cache.h"

namespace duban::submission {

// duban.submission.v1.ArticleService; the contract says what each method does and refuses.
class ArticleService {
 public:
  ArticleService(const server::Environment& environment, PlanCache* plans);

  server::RpcService Rpc();

  absl::StatusOr<v1::Article> CreateArticle(server::CallContext& call,
                                            const v1::CreateArticleRequest& request);
  absl::StatusOr<v1::Article> GetArticle(server::CallContext& call,
                                         const v1::GetArticleRequest& request);
  absl::StatusOr<v1::ListArticlesResponse> ListArticles(server::CallContext& call,
                                                        const v1::ListArticlesRequest& request);
  absl::StatusOr<v1::Article> UpdateArticle(server::CallContext& call,
                                            const v1::UpdateArticleRequest& request);
  absl::StatusOr<v1::Article> SubmitArticle(server::CallContext& call,
                                            const v1::SubmitArticleRequest& request);
  absl::StatusOr<v1::Article> AcceptArticle(server::CallContext& call,
                                            const v1::AcceptArticleRequest& request);
  absl::StatusOr<v1::Article> ReturnArticle(server::CallContext& call,
                                            const v1::ReturnArticleRequest& request);
  absl::StatusOr<v1::Article> RecommendArticle(server::CallContext& call,
                                               const v1::RecommendArticleRequest& request);
  absl::StatusOr<v1::Article> RecordAdoption(server::CallContext& call,
                                             const v1::RecordAdoptionRequest& request);
  absl::StatusOr<v1::ArticleTally> GetArticleTally(server::CallContext& call,
                                                   const v1::GetArticleTallyRequest& request);

 private:
  // The plan of an article. An article of an unknown plan does not exist.
  absl::StatusOr<PlanPointer> PlanOf(const server::CallContext& call, const ArticleName& name);

  // The article that was looked up, if the caller may see it.
  absl::StatusOr<v1::Article> Seen(const server::CallContext& call, const ArticleName& name,
                                   absl::StatusOr<std::optional<v1::Article>> found) const;

  // Does the move with the article of the request's name and etag.
  template <typename Request>
  absl::StatusOr<v1::Article> MoveOne(server::CallContext& call, const Request& request,
                                      const ArticleMove& move);

  // The article after the move, written with its audit entry, event and obligations.
  absl::StatusOr<v1::Article> Write(db::Transaction& tx, const server::CallContext& call,
                                    const indicator::v1::Plan& plan, const v1::Article& before,
                                    const v1::Article& after, v1::Article::Action action) const;

  // ALREADY_EXISTS ARTICLE_EXISTS where another article has the same address or title.
  absl::Status CheckAlone(db::Session& session, const KeyedArticle& keyed) const;

  absl::Status Announce(db::Transaction& tx, const server::CallContext& call,
                        const v1::Article& article, v1::Article::Action action) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  PlanCache* plans_;
  ArticleStore articles_;
  ArticleFulfilment fulfilment_;
  Audit audit_;
  Outbox outbox_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_ARTICLE_SERVICE_H_
