#ifndef DUBAN_SERVICES_SUBMISSION_ARTICLE_NAME_H_
#define DUBAN_SERVICES_SUBMISSION_ARTICLE_NAME_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace duban::submission {

// The ids in `plans/{plan}/articles/{article}`.
struct ArticleName {
  std::string plan;
  std::string article;

  std::string ToString() const;
  std::string PlanName() const;  // `plans/{plan}`
};

// INVALID_ARGUMENT FIELD_INVALID naming `field` if it is no such name.
absl::StatusOr<ArticleName> ParseArticleName(std::string_view name, std::string_view field);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_ARTICLE_NAME_H_
