#include "services/submission/article_service.h"

#include <utility>
#include <vector>

#include "common/base/id.h"
#include "common/base/resource_name.h"
#include "common/base/sha256.h"
#include "common/base/status.h"
#include "common/server/list_query.h"
#include "common/server/update_mask.h"
#include "services/submission/article_events.h"
#include "services/submission/article_key_rules.h"
#include "services/submission/article_query.h"
#include "services/submission/obligation_rules.h"
#include "services/submission/report_name.h"
#include "services/submission/reports.h"

namespace duban::submission {
namespace {

using indicator::v1::ArticleQuota;
using indicator::v1::PlanHistory;
using v1::Article;

// The article as its caller sees it.
Article Shown(const server::CallContext& call, const PlanHistory& plan, Article article) {
  SetPermittedActions(plan.plan(), ActorOf(call), &article);
  return article;
}

// Of an article whose content was checked.
absl::StatusOr<KeyedArticle> Keyed(const Article& article) {
  KeyedArticle keyed = {article, "", Sha256Hex(NormalizeTitle(article.title()))};
  if (!article.url().empty()) {
    DUBAN_ASSIGN_OR_RETURN(const std::string url, NormalizeUrl(article.url()));
    keyed.url_key = Sha256Hex(url);
  }
  return keyed;
}

// The new values of an update; what is set on creation stays.
absl::StatusOr<Article> ApplyUpdate(const v1::UpdateArticleRequest& request,
                                    const Article& before) {
  Article given = request.article();
  if (request.update_mask().paths().empty()) {
    if (given.type() == ArticleQuota::TYPE_UNSPECIFIED) given.set_type(before.type());
    if (given.unit().empty()) given.set_unit(before.unit());
  }
  Article after = before;
  DUBAN_RETURN_IF_ERROR(server::ApplyUpdateMask(request.update_mask(), given, &after));
  for (const auto& [field, same] : {std::pair("article.type", after.type() == before.type()),
                                    std::pair("article.unit", after.unit() == before.unit())}) {
    if (!same) return FieldInvalid(field, "创建后不能更改", "it does not change after creation");
  }
  return after;
}

Article::Placement PlacementOf(const std::string& journal, Article::Level level,
                               const std::string& note) {
  Article::Placement placement;
  placement.set_journal(journal);
  placement.set_level(level);
  placement.set_note(note);
  return placement;
}

}  // namespace

ArticleService::ArticleService(const server::Environment& environment, PlanCache* plans)
    : database_(environment.database),
      mutations_(environment.mutations),
      plans_(plans),
      audit_("submission"),
      outbox_("submission") {}

server::RpcService ArticleService::Rpc() {
  return server::RpcService("duban.submission.v1.ArticleService")
      .Add("CreateArticle", this, &ArticleService::CreateArticle)
      .Add("GetArticle", this, &ArticleService::GetArticle)
      .Add("ListArticles", this, &ArticleService::ListArticles)
      .Add("UpdateArticle", this, &ArticleService::UpdateArticle)
      .Add("SubmitArticle", this, &ArticleService::SubmitArticle)
      .Add("AcceptArticle", this, &ArticleService::AcceptArticle)
      .Add("ReturnArticle", this, &ArticleService::ReturnArticle)
      .Add("RecommendArticle", this, &ArticleService::RecommendArticle)
      .Add("RecordAdoption", this, &ArticleService::RecordAdoption)
      .Add("GetArticleTally", this, &ArticleService::GetArticleTally);
}

absl::StatusOr<Article> ArticleService::CreateArticle(server::CallContext& call,
                                                      const v1::CreateArticleRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<Article>(call, request));
  if (first) return *first;
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_RETURN_IF_ERROR(call.CheckUnit(request.article().unit()));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, request.parent()));
  Article given = request.article();
  server::ClearOutputOnly(&given);
  DUBAN_RETURN_IF_ERROR(CheckArticle(given, plan->plan(), call.now()));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Article> {
    const ArticleName name = {LastId(request.parent()), NewUuid7(call.now())};
    const Article article = NewArticle(given, name.ToString(), ActorOf(call), call.now());
    DUBAN_ASSIGN_OR_RETURN(Article written,
                           Write(tx, call, plan->plan(), Article(), article, Article::SUBMIT));
    return Shown(call, *plan, std::move(written));
  });
}

absl::StatusOr<Article> ArticleService::GetArticle(server::CallContext& call,
                                                   const v1::GetArticleRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ArticleName name, ParseArticleName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(
      Article article, Seen(call, name, database_->Read(call.deadline(), [&](db::Session& session) {
        return articles_.Get(session, name);
      })));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  return Shown(call, *plan, std::move(article));
}

absl::StatusOr<v1::ListArticlesResponse> ArticleService::ListArticles(
    server::CallContext& call, const v1::ListArticlesRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ArticleQuery query, ParseArticleQuery(call, request));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, request.parent()));
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<Article> articles, database_->Read(call.deadline(), [&](db::Session& session) {
        return articles_.List(session, query.filter, query.after, query.page_size + 1);
      }));
  v1::ListArticlesResponse response;
  const bool more = articles.size() > static_cast<size_t>(query.page_size);
  if (more) articles.pop_back();
  for (Article& article : articles) {
    *response.add_articles() = Shown(call, *plan, std::move(article));
  }
  if (more) {
    response.set_next_page_token(server::MakePageToken(
        request, LastId(response.articles(response.articles_size() - 1).name())));
  }
  return response;
}

absl::StatusOr<Article> ArticleService::UpdateArticle(server::CallContext& call,
                                                      const v1::UpdateArticleRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ArticleName name,
                         ParseArticleName(request.article().name(), "article.name"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Article> {
    DUBAN_ASSIGN_OR_RETURN(const Article before,
                           Seen(call, name, articles_.GetForUpdate(tx, name)));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.article().etag(), before.etag()));
    DUBAN_ASSIGN_OR_RETURN(
        const Article moved,
        MoveArticle(before, {.action = Article::UPDATE}, plan->plan(), ActorOf(call), call.now()));
    DUBAN_ASSIGN_OR_RETURN(Article updated, ApplyUpdate(request, moved));
    DUBAN_RETURN_IF_ERROR(CheckArticle(updated, plan->plan(), call.now()));
    const Article after = Redated(plan->plan(), before, std::move(updated), call.now());
    DUBAN_ASSIGN_OR_RETURN(Article written,
                           Write(tx, call, plan->plan(), before, after, Article::UPDATE));
    return Shown(call, *plan, std::move(written));
  });
}

absl::StatusOr<Article> ArticleService::SubmitArticle(server::CallContext& call,
                                                      const v1::SubmitArticleRequest& request) {
  return MoveOne(call, request, {.action = Article::SUBMIT});
}

absl::StatusOr<Article> ArticleService::AcceptArticle(server::CallContext& call,
                                                      const v1::AcceptArticleRequest& request) {
  return MoveOne(call, request, {.action = Article::ACCEPT});
}

absl::StatusOr<Article> ArticleService::ReturnArticle(server::CallContext& call,
                                                      const v1::ReturnArticleRequest& request) {
  return MoveOne(call, request, {.action = Article::RETURN, .reason = request.reason()});
}

absl::StatusOr<Article> ArticleService::RecommendArticle(
    server::CallContext& call, const v1::RecommendArticleRequest& request) {
  return MoveOne(call, request,
                 {.action = Article::RECOMMEND,
                  .placement = PlacementOf(request.journal(), request.level(), request.note())});
}

absl::StatusOr<Article> ArticleService::RecordAdoption(server::CallContext& call,
                                                       const v1::RecordAdoptionRequest& request) {
  return MoveOne(call, request,
                 {.action = Article::RECORD_ADOPTION,
                  .placement = PlacementOf(request.journal(), request.level(), request.note()),
                  .adopted = request.adopted()});
}

absl::StatusOr<v1::ArticleTally> ArticleService::GetArticleTally(
    server::CallContext& call, const v1::GetArticleTallyRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.plan(), "plans/*", "plan").status());
  if (request.type() != ArticleQuota::NEWS && request.type() != ArticleQuota::EXPERIENCE) {
    return FieldInvalid("type", "应为 NEWS 或 EXPERIENCE", "it must be NEWS or EXPERIENCE");
  }
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, request.plan()));
  DUBAN_ASSIGN_OR_RETURN(const Period period, OwedPeriod(request.period(), plan->plan()));
  ArticleFilter filter;
  filter.plan = LastId(request.plan());
  filter.type = request.type();
  filter.first_date = FormatDate(period.first_day());
  filter.last_date = FormatDate(period.last_day());
  DUBAN_ASSIGN_OR_RETURN(const std::vector<ArticleCount> counts,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return articles_.Count(session, filter);
                         }));
  return Tally(plan->plan(), request.type(), period, counts);
}

absl::StatusOr<PlanPointer> ArticleService::PlanOf(const server::CallContext& call,
                                                   const ArticleName& name) {
  absl::StatusOr<PlanPointer> plan = plans_->Get(call.info, name.PlanName());
  if (!absl::IsNotFound(plan.status())) return plan;
  return call.HideExistence(Error(kArticleNotFound).With("article", name.ToString()));
}

absl::StatusOr<Article> ArticleService::Seen(const server::CallContext& call,
                                             const ArticleName& name,
                                             absl::StatusOr<std::optional<Article>> found) const {
  if (!found.ok()) return found.status();
  if (!found->has_value()) {
    return call.HideExistence(Error(kArticleNotFound).With("article", name.ToString()));
  }
  DUBAN_RETURN_IF_ERROR(call.CheckUnit((*found)->unit()));
  return **std::move(found);
}

template <typename Request>
absl::StatusOr<Article> ArticleService::MoveOne(server::CallContext& call, const Request& request,
                                                const ArticleMove& move) {
  DUBAN_ASSIGN_OR_RETURN(const ArticleName name, ParseArticleName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Article> {
    DUBAN_ASSIGN_OR_RETURN(const Article before,
                           Seen(call, name, articles_.GetForUpdate(tx, name)));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
    DUBAN_ASSIGN_OR_RETURN(const Article after,
                           MoveArticle(before, move, plan->plan(), ActorOf(call), call.now()));
    DUBAN_ASSIGN_OR_RETURN(Article written,
                           Write(tx, call, plan->plan(), before, after, move.action));
    return Shown(call, *plan, std::move(written));
  });
}

absl::StatusOr<Article> ArticleService::Write(db::Transaction& tx, const server::CallContext& call,
                                              const indicator::v1::Plan& plan,
                                              const Article& before, const Article& after,
                                              Article::Action action) const {
  DUBAN_ASSIGN_OR_RETURN(const KeyedArticle keyed, Keyed(after));
  DUBAN_RETURN_IF_ERROR(CheckAlone(tx, keyed));
  const absl::Status written =
      before.revision() == 0 ? articles_.Insert(tx, keyed) : articles_.Update(tx, keyed);
  // Somebody was faster since the look.
  if (db::IsDuplicate(written)) DUBAN_RETURN_IF_ERROR(CheckAlone(tx, keyed));
  DUBAN_RETURN_IF_ERROR(written);
  DUBAN_RETURN_IF_ERROR(fulfilment_.Settle(tx, call, plan, before, after));
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after.name(), before, after));
  DUBAN_RETURN_IF_ERROR(Announce(tx, call, after, action));
  return after;
}

absl::Status ArticleService::CheckAlone(db::Session& session, const KeyedArticle& keyed) const {
  DUBAN_ASSIGN_OR_RETURN(const std::optional<SameArticle> same, articles_.FindSame(session, keyed));
  if (!same) return absl::OkStatus();
  return Error(kArticleExists)
      .With("article", same->name)
      .With("unit", same->unit)
      .With("zh", same->same_url ? "网址" : "标题")
      .With("same", same->same_url ? "address" : "title")
      .Field(same->same_url ? "article.url" : "article.title");
}

absl::Status ArticleService::Announce(db::Transaction& tx, const server::CallContext& call,
                                      const Article& article, Article::Action action) const {
  const std::optional<ArticleEvent> event = EventOf(article, action);
  if (!event) return absl::OkStatus();
  DUBAN_ASSIGN_OR_RETURN(const ArticleName name, ParseArticleName(article.name(), "name"));
  return outbox_.Append(tx, event->type,
                        {article.name(), article.revision(), name.PlanName(), article.unit()},
                        *event->data, call.now());
}

}  // namespace duban::submission
