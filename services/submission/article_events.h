#ifndef DUBAN_SERVICES_SUBMISSION_ARTICLE_EVENTS_H_
#define DUBAN_SERVICES_SUBMISSION_ARTICLE_EVENTS_H_

#include <memory>
#include <optional>
#include <string>

#include "duban/submission/v1/article.pb.h"
#include "google/protobuf/message.h"

namespace duban::submission {

// What the other services are told of an article.
struct ArticleEvent {
  std::string type;
  std::unique_ptr<google::protobuf::Message> data;
};

// What is told of the article as the action left it; nothing of an update.
std::optional<ArticleEvent> EventOf(const v1::Article& article, v1::Article::Action action);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_ARTICLE_EVENTS_H_
