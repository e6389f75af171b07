#include "services/submission/article_name.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"

namespace duban::submission {

std::string ArticleName::ToString() const {
  return absl::StrCat(PlanName(), "/articles/", article);
}

std::string ArticleName::PlanName() const { return absl::StrCat("plans/", plan); }

absl::StatusOr<ArticleName> ParseArticleName(std::string_view name, std::string_view field) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(name, "plans/*/articles/*", field));
  return ArticleName{ids[0], ids[1]};
}

}  // namespace duban::submission
