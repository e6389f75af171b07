#include "services/submission/article_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "absl/strings/str_join.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "services/submission/article_key_rules.h"
#include "services/submission/judgement_rules.h"
#include "services/submission/plan_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::ArticleQuota;
using indicator::v1::Plan;
using v1::Article;

constexpr int kMediumCharacters = 100;
constexpr int kSummaryCharacters = 2000;

struct ArticleArrow {
  Article::State from;
  Article::Action action;
  Article::State to;
};
constexpr std::array<ArticleArrow, 8> kArticleArrows = {{
    {Article::SUBMITTED, Article::UPDATE, Article::SUBMITTED},
    {Article::SUBMITTED, Article::ACCEPT, Article::ACCEPTED},
    {Article::SUBMITTED, Article::RETURN, Article::RETURNED},
    {Article::RETURNED, Article::UPDATE, Article::RETURNED},
    {Article::RETURNED, Article::SUBMIT, Article::SUBMITTED},
    {Article::ACCEPTED, Article::RECOMMEND, Article::RECOMMENDED},
    {Article::RECOMMENDED, Article::RECORD_ADOPTION, Article::ADOPTED},
    {Article::RECOMMENDED, Article::RECORD_ADOPTION, Article::NOT_ADOPTED},
}};

bool IsJudgement(Article::Action action) {
  return action == Article::ACCEPT || action == Article::RETURN;
}

bool IsUnits(Article::Action action) {
  return action == Article::UPDATE || action == Article::SUBMIT;
}

bool Exists(const ArticleArrow& arrow, const Article& article) {
  const bool journals =
      arrow.action == Article::RECOMMEND || arrow.action == Article::RECORD_ADOPTION;
  return arrow.from == article.state() && (!journals || article.type() == ArticleQuota::EXPERIENCE);
}

bool MayMove(Article::Action action, const Article& article, const Plan& plan, const Actor& actor) {
  if (!CheckInForce(plan).ok()) return false;
  if (IsUnits(action)) {
    return (actor.Has(common::v1::REPORTER) || actor.Has(common::v1::UNIT_HEAD) ||
            actor.Has(common::v1::SYSTEM)) &&
           actor.ActsFor(article.unit());
  }
  return (actor.Has(common::v1::OFFICE) || actor.Has(common::v1::LEADER)) &&
         (!IsJudgement(action) || CheckJudge(article.unit(), plan, actor).ok());
}

std::vector<Article::Action> PermittedActions(const Article& article, const Plan& plan,
                                              const Actor& actor) {
  std::vector<Article::Action> actions;
  for (const ArticleArrow& arrow : kArticleArrows) {
    const bool again = !actions.empty() && actions.back() == arrow.action;
    if (!again && Exists(arrow, article) && MayMove(arrow.action, article, plan, actor)) {
      actions.push_back(arrow.action);
    }
  }
  return actions;
}

absl::Status MoveNotAllowed(const Article& article, Article::Action move, const Plan& plan,
                            const Actor& actor) {
  const auto name = [](std::string* out, Article::Action action) {
    out->append(Article::Action_Name(action));
  };
  return Error(kArticleMoveNotAllowed)
      .With("state", Article::State_Name(article.state()))
      .With("move", Article::Action_Name(move))
      .With("allowed", absl::StrJoin(PermittedActions(article, plan, actor), ",", name));
}

absl::Status CheckPlacement(const Article::Placement& placement) {
  DUBAN_RETURN_IF_ERROR(
      CheckText(placement.journal(), "journal", kMediumCharacters, /*required=*/true));
  if (placement.level() == Article::LEVEL_UNSPECIFIED ||
      !Article::Level_IsValid(placement.level())) {
    return FieldInvalid("level", "须写明刊物级别", "the journal's level is required");
  }
  return CheckText(placement.note(), "note", kReasonCharacters, /*required=*/false);
}

// What was not given is as recommended.
Article::Placement Completed(Article::Placement placement, const Article& article) {
  if (placement.journal().empty()) placement.set_journal(article.recommendation().journal());
  if (placement.level() == Article::LEVEL_UNSPECIFIED) {
    placement.set_level(article.recommendation().level());
  }
  return placement;
}

// Puts on the article who made the move, when and with what.
absl::Status Record(const ArticleMove& move, const Actor& actor, absl::Time now, Article* article) {
  if (move.action == Article::SUBMIT) {
    *article->mutable_submit_time() = ToTimestamp(now);
    article->set_submitter(actor.subject);
  }
  if (IsJudgement(move.action)) {
    const bool required = move.action == Article::RETURN;
    DUBAN_RETURN_IF_ERROR(CheckText(move.reason, "reason", kReasonCharacters, required));
    Article::Decision* decision = article->mutable_decision();
    decision->set_actor(actor.subject);
    decision->set_unit(actor.unit);
    *decision->mutable_time() = ToTimestamp(now);
    decision->set_reason(move.reason);
  }
  if (move.action == Article::RECOMMEND || move.action == Article::RECORD_ADOPTION) {
    const bool recommends = move.action == Article::RECOMMEND;
    Article::Placement placement =
        recommends ? move.placement : Completed(move.placement, *article);
    DUBAN_RETURN_IF_ERROR(CheckPlacement(placement));
    placement.set_actor(actor.subject);
    *placement.mutable_time() = ToTimestamp(now);
    *(recommends ? article->mutable_recommendation() : article->mutable_adoption()) = placement;
  }
  return absl::OkStatus();
}

bool IsOwedBy(const ArticleQuota& quota, const Plan& plan, std::string_view unit) {
  if (quota.debtor() == ArticleQuota::OFFICE_UNIT) return unit == plan.work_group().office();
  const auto& members = plan.work_group().members();
  return std::find(members.begin(), members.end(), unit) != members.end();
}

bool ByRecommendation(const ArticleQuota& quota) {
  return quota.type() == ArticleQuota::EXPERIENCE && quota.debtor() == ArticleQuota::OFFICE_UNIT;
}

// True if an earlier quota of the plan already asks the unit for the same: one debt, one
// obligation.
bool IsRepeated(const ArticleQuota& quota, const Plan& plan, std::string_view unit) {
  for (const ArticleQuota& earlier : plan.article_quotas()) {
    if (&earlier == &quota) return false;
    if (earlier.type() == quota.type() && earlier.every() == quota.every() &&
        IsOwedBy(earlier, plan, unit)) {
      return true;
    }
  }
  return false;
}

std::vector<std::string> DebtorsOf(const ArticleQuota& quota, const Plan& plan) {
  std::vector<std::string> units;
  const auto& group = plan.work_group();
  if (quota.debtor() == ArticleQuota::OFFICE_UNIT) {
    units.push_back(group.office());
  } else {
    units.assign(group.members().begin(), group.members().end());
  }
  std::erase_if(units, [&](const std::string& unit) { return IsRepeated(quota, plan, unit); });
  return units;
}

// The kind of the periods in which a type is tallied.
Period::Kind RhythmOf(const Plan& plan, ArticleType type) {
  for (const ArticleQuota& quota : plan.article_quotas()) {
    if (quota.type() == type) return quota.every();
  }
  return common::v1::MONTH;
}

}  // namespace

Article NewArticle(const Article& given, std::string_view name, const Actor& actor,
                   absl::Time now) {
  Article article = given;
  article.set_name(std::string(name));
  article.set_state(Article::SUBMITTED);
  *article.mutable_first_submit_time() = ToTimestamp(now);
  *article.mutable_submit_time() = ToTimestamp(now);
  article.set_submitter(actor.subject);
  article.set_revision(1);
  article.set_etag(MakeEtag(1));
  *article.mutable_create_time() = ToTimestamp(now);
  *article.mutable_update_time() = ToTimestamp(now);
  return article;
}

absl::Status CheckArticle(const Article& article, const Plan& plan, absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckInForce(plan));
  const bool news = article.type() == ArticleQuota::NEWS;
  if (!news && article.type() != ArticleQuota::EXPERIENCE) {
    return FieldInvalid("article.type", "应为 NEWS 或 EXPERIENCE", "it must be NEWS or EXPERIENCE");
  }
  DUBAN_RETURN_IF_ERROR(ParseResourceName(article.unit(), "units/*", "article.unit").status());
  DUBAN_RETURN_IF_ERROR(
      CheckText(article.title(), "article.title", kTitleCharacters, /*required=*/true));
  if (NormalizeTitle(article.title()).empty()) {
    return FieldInvalid("article.title", "须含有文字", "there must be a letter or digit in it");
  }
  if (!article.url().empty()) DUBAN_RETURN_IF_ERROR(NormalizeUrl(article.url()).status());
  DUBAN_RETURN_IF_ERROR(CheckText(article.medium(), "article.medium", kMediumCharacters, news));
  DUBAN_RETURN_IF_ERROR(
      CheckText(article.summary(), "article.summary", kSummaryCharacters, /*required=*/false));
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay day,
                         ParseDate(article.published_date(), "article.published_date"));
  DUBAN_ASSIGN_OR_RETURN(const absl::CivilDay today, TodayOf(plan, now));
  if (day < FirstDayOf(plan) || day > LastDayOf(plan) || day > today) {
    return FieldInvalid("article.published_date", "应为方案年度内且不晚于今天的日期",
                        "it must be a day of the plan's year and not in the future");
  }
  return absl::OkStatus();
}

absl::StatusOr<Article> MoveArticle(const Article& article, const ArticleMove& move,
                                    const Plan& plan, const Actor& actor, absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckInForce(plan));
  if (IsJudgement(move.action)) DUBAN_RETURN_IF_ERROR(CheckJudge(article.unit(), plan, actor));
  const auto arrow = std::find_if(
      kArticleArrows.begin(), kArticleArrows.end(), [&](const ArticleArrow& candidate) {
        return candidate.action == move.action && Exists(candidate, article) &&
               (candidate.to != Article::ADOPTED || move.adopted);
      });
  if (arrow == kArticleArrows.end()) return MoveNotAllowed(article, move.action, plan, actor);
  Article moved = article;
  DUBAN_RETURN_IF_ERROR(Record(move, actor, now, &moved));
  moved.set_state(arrow->to);
  moved.set_revision(article.revision() + 1);
  moved.set_etag(MakeEtag(moved.revision()));
  *moved.mutable_update_time() = ToTimestamp(now);
  return moved;
}

void SetPermittedActions(const Plan& plan, const Actor& actor, Article* article) {
  article->clear_permitted_actions();
  for (const Article::Action action : PermittedActions(*article, plan, actor)) {
    article->add_permitted_actions(action);
  }
}

std::vector<ArticleDebt> DebtsOf(const Plan& plan, const Period& period) {
  std::vector<ArticleDebt> debts;
  for (const ArticleQuota& quota : plan.article_quotas()) {
    if (quota.every() != period.kind()) continue;
    for (const std::string& unit : DebtorsOf(quota, plan)) {
      debts.push_back({quota.type(), unit, period, quota.minimum(), ByRecommendation(quota)});
    }
  }
  return debts;
}

std::vector<ArticleDebt> DebtsOf(const Plan& plan, const Article& article) {
  std::vector<ArticleDebt> debts;
  const absl::StatusOr<absl::CivilDay> day = ParseDate(article.published_date(), "published_date");
  if (!day.ok()) return debts;
  for (const ArticleQuota& quota : plan.article_quotas()) {
    if (quota.type() != article.type()) continue;
    const bool recommended = ByRecommendation(quota);
    for (const std::string& unit : DebtorsOf(quota, plan)) {
      if (!recommended && unit != article.unit()) continue;
      debts.push_back({quota.type(), unit, Period::Containing(quota.every(), *day), quota.minimum(),
                       recommended});
    }
  }
  return debts;
}

Article Redated(const Plan& plan, const Article& before, Article updated, absl::Time now) {
  const auto periods_of = [&](const Article& article) {
    std::vector<std::string> periods;
    for (const ArticleDebt& debt : DebtsOf(plan, article)) {
      periods.push_back(debt.period.ToString());
    }
    return periods;
  };
  if (periods_of(updated) != periods_of(before)) {
    *updated.mutable_first_submit_time() = ToTimestamp(now);
  }
  return updated;
}

v1::ArticleTally Tally(const Plan& plan, ArticleType type, const Period& period,
                       const std::vector<ArticleCount>& counts) {
  using Line = v1::ArticleTally::Line;
  const Period::Kind rhythm = RhythmOf(plan, type);
  std::map<std::pair<int, std::string>, Line> lines;  // by the period's place, and unit
  std::map<int, int> recommended;                     // of all units
  for (const ArticleCount& count : counts) {
    const absl::StatusOr<absl::CivilDay> day = ParseDate(count.published_date, "published_date");
    if (!day.ok()) continue;
    const int place = Period::Containing(rhythm, *day).ordinal();
    Line& line = lines[{place, count.unit}];
    const bool journals = count.state == Article::RECOMMENDED || count.state == Article::ADOPTED ||
                          count.state == Article::NOT_ADOPTED;
    const bool counted = journals || count.state == Article::ACCEPTED;
    line.set_reported(line.reported() + count.number);
    line.set_counted(line.counted() + (counted ? count.number : 0));
    line.set_recommended(line.recommended() + (journals ? count.number : 0));
    line.set_adopted(line.adopted() + (count.state == Article::ADOPTED ? count.number : 0));
    recommended[place] += journals ? count.number : 0;
  }
  v1::ArticleTally tally;
  tally.set_plan(plan.name());
  tally.set_type(type);
  tally.set_period(period.ToString());
  for (const Period& tile : Period::TilesOf(plan.year(), rhythm)) {
    const int place = tile.ordinal();
    if (tile.first_day() < period.first_day() || tile.last_day() > period.last_day()) continue;
    for (const ArticleDebt& debt : DebtsOf(plan, tile)) {
      if (debt.type != type) continue;
      Line& line = lines[{place, debt.unit}];
      const int have = debt.by_recommendation ? recommended[place] : line.counted();
      line.set_owed(debt.minimum);
      line.set_missing(std::max(0, debt.minimum - have));
    }
    for (auto& [key, line] : lines) {
      if (key.first != place) continue;
      line.set_unit(key.second);
      line.set_period(tile.ToString());
      *tally.add_lines() = line;
    }
  }
  return tally;
}

}  // namespace duban::submission
