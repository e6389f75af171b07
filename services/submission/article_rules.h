#ifndef DUBAN_SERVICES_SUBMISSION_ARTICLE_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_ARTICLE_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/calendar/period.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/submission/v1/article.pb.h"
#include "services/submission/article_count.h"
#include "services/submission/report_move_rules.h"

// SUBMITTED → ACCEPTED | RETURNED;  RETURNED → SUBMITTED
// of an EXPERIENCE also ACCEPTED → RECOMMENDED → ADOPTED | NOT_ADOPTED
namespace duban::submission {

using ArticleType = indicator::v1::ArticleQuota::Type;

inline constexpr Reason kArticleNotFound{"ARTICLE_NOT_FOUND", absl::StatusCode::kNotFound,
                                         "没有稿件 {article}", "There is no article {article}."};
inline constexpr Reason kArticleExists{
    "ARTICLE_EXISTS", absl::StatusCode::kAlreadyExists, "已有{zh}相同的稿件 {article}",
    "There is an article with the same {same} already: {article}."};
inline constexpr Reason kArticleMoveNotAllowed{
    "ARTICLE_MOVE_NOT_ALLOWED", absl::StatusCode::kFailedPrecondition,
    "稿件处于 {state} 状态,不能 {move};您现在可以进行:[{allowed}]",
    "The article is {state} and does not allow {move}; you may: [{allowed}]."};

// One move of the table above, and what belongs to it: `reason` to RETURN, `placement` (journal,
// level, note) to RECOMMEND and RECORD_ADOPTION, `adopted` to the latter.
struct ArticleMove {
  v1::Article::Action action;
  std::string reason = {};
  v1::Article::Placement placement = {};
  bool adopted = false;
};

// A newly submitted article with the settable fields of `given`.
v1::Article NewArticle(const v1::Article& given, std::string_view name, const Actor& actor,
                       absl::Time now);

// Checks what a unit entered. FAILED_PRECONDITION PLAN_NOT_PUBLISHED; INVALID_ARGUMENT
// FIELD_INVALID, DATE_INVALID, URL_INVALID.
absl::Status CheckArticle(const v1::Article& article, const indicator::v1::Plan& plan,
                          absl::Time now);

// The next revision: `article` as it stands after `move`. UPDATE and SUBMIT trust that the actor
// acts for the article's unit. FAILED_PRECONDITION PLAN_NOT_PUBLISHED; PERMISSION_DENIED
// OWN_UNIT_REVIEW, RECUSAL_REQUIRED (ACCEPT and RETURN); FAILED_PRECONDITION
// ARTICLE_MOVE_NOT_ALLOWED (metadata state and allowed: the moves allowed to this actor);
// INVALID_ARGUMENT FIELD_INVALID.
absl::StatusOr<v1::Article> MoveArticle(const v1::Article& article, const ArticleMove& move,
                                        const indicator::v1::Plan& plan, const Actor& actor,
                                        absl::Time now);

// Sets permitted_actions to what the actor may do with the article as it stands.
void SetPermittedActions(const indicator::v1::Plan& plan, const Actor& actor, v1::Article* article);

// What a unit owes by one of the plan's quotas: the articles of one type in one period.
struct ArticleDebt {
  ArticleType type;
  std::string unit;
  Period period;
  int minimum;
  // True where the office owes experiences: then those count that it recommended, whoever wrote
  // them, from when it did; else those that the unit submitted, from when it first did.
  bool by_recommendation;
};

// What is owed for a period: by each member, or by the office, as the quotas of its kind say.
std::vector<ArticleDebt> DebtsOf(const indicator::v1::Plan& plan, const Period& period);

// The debts that an article may count for.
std::vector<ArticleDebt> DebtsOf(const indicator::v1::Plan& plan, const v1::Article& article);

// The article as updated, which was `before`: one that counts for other periods now has come when
// it was put there, not when it came for the former ones.
v1::Article Redated(const indicator::v1::Plan& plan, const v1::Article& before, v1::Article updated,
                    absl::Time now);

// The tally of a type for the periods of the quota's rhythm inside `period`, from all counts of the
// type's articles in it.
v1::ArticleTally Tally(const indicator::v1::Plan& plan, ArticleType type, const Period& period,
                       const std::vector<ArticleCount>& counts);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_ARTICLE_RULES_H_
