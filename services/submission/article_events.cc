#include "services/submission/article_events.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "duban/submission/v1/article_events.pb.h"

namespace duban::submission {
namespace {

using v1::Article;

template <typename Data>
ArticleEvent Event(const char* what, Data data) {
  return {absl::StrCat("duban.submission.article.", what), std::make_unique<Data>(std::move(data))};
}

// Events of what a unit submitted begin alike.
template <typename Data>
Data Begin(const Article& article) {
  Data data;
  data.set_type(article.type());
  data.set_title(article.title());
  data.set_submitter(article.submitter());
  return data;
}

ArticleEvent Returned(const Article& article) {
  auto data = Begin<v1::ArticleReturned>(article);
  data.set_reason(article.decision().reason());
  return Event("returned", std::move(data));
}

ArticleEvent Recommended(const Article& article) {
  v1::ArticleRecommended data;
  data.set_title(article.title());
  data.set_journal(article.recommendation().journal());
  data.set_level(article.recommendation().level());
  return Event("recommended", std::move(data));
}

ArticleEvent AdoptionRecorded(const Article& article) {
  v1::ArticleAdoptionRecorded data;
  data.set_title(article.title());
  data.set_adopted(article.state() == Article::ADOPTED);
  data.set_journal(article.adoption().journal());
  data.set_level(article.adoption().level());
  return Event("adoption_recorded", std::move(data));
}

}  // namespace

std::optional<ArticleEvent> EventOf(const Article& article, Article::Action action) {
  switch (action) {
    case Article::SUBMIT:
      return Event("submitted", Begin<v1::ArticleSubmitted>(article));
    case Article::ACCEPT:
      return Event("accepted", Begin<v1::ArticleAccepted>(article));
    case Article::RETURN:
      return Returned(article);
    case Article::RECOMMEND:
      return Recommended(article);
    case Article::RECORD_ADOPTION:
      return AdoptionRecorded(article);
    default:
      return std::nullopt;
  }
}

}  // namespace duban::submission
