#ifndef DUBAN_SERVICES_SUBMISSION_ARTICLE_COUNT_H_
#define DUBAN_SERVICES_SUBMISSION_ARTICLE_COUNT_H_

#include <string>

#include "duban/submission/v1/article.pb.h"

namespace duban::submission {

// How many articles of one unit, day of publication and state there are.
struct ArticleCount {
  std::string unit;  // `units/{unit}`
  std::string published_date;
  v1::Article::State state;
  int number;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_ARTICLE_COUNT_H_
