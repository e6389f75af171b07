#include "services/submission/article_query.h"

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/calendar/period.h"
#include "common/server/list_query.h"
#include "services/submission/list_filters.h"
#include "services/submission/report_name.h"

namespace duban::submission {

using indicator::v1::ArticleQuota;
using v1::Article;

absl::StatusOr<ArticleQuery> ParseArticleQuery(const server::CallContext& call,
                                               const v1::ListArticlesRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list,
                         server::ParseListQuery(request, {"unit", "type", "state", "period"}));
  ArticleQuery query;
  query.page_size = list.page_size;
  query.after = list.after;
  query.filter.plan = LastId(request.parent());
  DUBAN_ASSIGN_OR_RETURN(
      query.filter.type,
      FilteredEnum(list.Filter("type"), &ArticleQuota::Type_Parse, ArticleQuota::TYPE_UNSPECIFIED));
  DUBAN_ASSIGN_OR_RETURN(
      query.filter.state,
      FilteredEnum(list.Filter("state"), &Article::State_Parse, Article::STATE_UNSPECIFIED));
  if (const std::string text = list.Filter("period"); !text.empty()) {
    const absl::StatusOr<Period> period = Period::Parse(text);
    if (!period.ok()) {
      return FilterError(absl::StrCat("“", text, "”不是期别"),
                         absl::StrCat("\"", text, "\" is no period"));
    }
    query.filter.first_date = FormatDate(period->first_day());
    query.filter.last_date = FormatDate(period->last_day());
  }
  DUBAN_ASSIGN_OR_RETURN(const std::string unit, FilteredId(list.Filter("unit"), "units/*"));
  DUBAN_ASSIGN_OR_RETURN(query.filter.units, VisibleUnits(call, unit));
  return query;
}

}  // namespace duban::submission
