#include "services/submission/article_fulfilment.h"

#include <map>
#include <optional>
#include <string>

#include "common/base/status.h"
#include "duban/submission/v1/obligation_events.pb.h"
#include "services/submission/obligation_name.h"
#include "services/submission/obligation_rules.h"
#include "services/submission/report_name.h"

namespace duban::submission {
namespace {

using v1::Article;
using v1::Obligation;

ArticleFilter FilterOf(const std::string& plan, const ArticleDebt& debt) {
  ArticleFilter filter;
  filter.plan = plan;
  filter.type = debt.type;
  filter.first_date = FormatDate(debt.period.first_day());
  filter.last_date = FormatDate(debt.period.last_day());
  filter.recommended = debt.by_recommendation;
  if (!debt.by_recommendation) filter.units = {LastId(debt.unit)};
  return filter;
}

}  // namespace

ArticleFulfilment::ArticleFulfilment() : audit_("submission"), outbox_("submission") {}

absl::Status ArticleFulfilment::Settle(db::Transaction& tx, const server::CallContext& call,
                                       const indicator::v1::Plan& plan, const Article& before,
                                       const Article& after) const {
  const std::string plan_id = LastId(plan.name());
  std::map<ObligationKey, ArticleDebt> debts;
  for (const Article* article : {&before, &after}) {
    for (const ArticleDebt& debt : DebtsOf(plan, *article)) {
      debts.emplace(KeyOf(plan_id, debt.type, debt.unit, debt.period.ToString()), debt);
    }
  }
  std::vector<ObligationKey> keys;
  for (const auto& [key, debt] : debts) keys.push_back(key);
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Obligation> locked,
                         obligations_.ListForUpdate(tx, keys));
  std::vector<Obligation> changed;
  for (const Obligation& obligation : locked) {
    // Read under the obligation's lock: whoever writes another of these articles comes here next.
    const ArticleDebt& debt = debts.at(KeyOf(obligation));
    DUBAN_ASSIGN_OR_RETURN(const std::vector<absl::Time> times,
                           articles_.ListTimes(tx, FilterOf(plan_id, debt), obligation.minimum()));
    const std::optional<Obligation> next = MeetQuota(obligation, times, call.now());
    if (!next) continue;
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, next->name(), obligation, *next));
    if (next->has_first_submit_time() != obligation.has_first_submit_time()) {
      DUBAN_RETURN_IF_ERROR(Tell(tx, call, *next));
    }
    changed.push_back(*next);
  }
  return obligations_.Write(tx, changed);
}

absl::Status ArticleFulfilment::Tell(db::Transaction& tx, const server::CallContext& call,
                                     const Obligation& obligation) const {
  DUBAN_ASSIGN_OR_RETURN(const ObligationName name, ParseObligationName(obligation.name(), "name"));
  v1::ObligationSettled event;
  event.set_period(obligation.period());
  event.set_article_type(obligation.article_type());
  event.set_met(obligation.has_first_submit_time());
  return outbox_.Append(
      tx, "duban.submission.obligation.settled",
      {obligation.name(), obligation.revision(), name.PlanName(), obligation.unit()}, event,
      call.now());
}

absl::Status ArticleFulfilment::Judge(db::Transaction& tx, const indicator::v1::Plan& plan,
                                      absl::Time now, Obligation* obligation) const {
  DUBAN_ASSIGN_OR_RETURN(const Period period, OwedPeriod(obligation->period(), plan));
  for (const ArticleDebt& debt : DebtsOf(plan, period)) {
    if (debt.type != obligation->article_type() || debt.unit != obligation->unit()) continue;
    DUBAN_ASSIGN_OR_RETURN(
        const std::vector<absl::Time> times,
        articles_.ListTimes(tx, FilterOf(LastId(plan.name()), debt), obligation->minimum()));
    const std::optional<Obligation> judged = MeetQuota(*obligation, times, now);
    if (judged && judged->has_first_submit_time()) {
      *obligation->mutable_first_submit_time() = judged->first_submit_time();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<absl::Time>> ArticleFulfilment::TimesForNew(
    db::Transaction& tx, const std::string& plan, const ArticleDebt& debt) const {
  return articles_.ListTimesForUpdate(tx, FilterOf(plan, debt), debt.minimum);
}

}  // namespace duban::submission
