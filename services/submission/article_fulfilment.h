#ifndef DUBAN_SERVICES_SUBMISSION_ARTICLE_FULFILMENT_H_
#define DUBAN_SERVICES_SUBMISSION_ARTICLE_FULFILMENT_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "duban/indicator/v1/plan.pb.h"
#include "services/submission/article_rules.h"
#include "services/submission/article_store.h"
#include "services/submission/obligation_store.h"

namespace duban::submission {

// Ties articles to the quotas' obligations that they meet, in the transaction that moves them.
class ArticleFulfilment {
 public:
  ArticleFulfilment();

  // Judges anew the obligations for which an article just written counts, and counted before. A new
  // one was the default instance before.
  absl::Status Settle(db::Transaction& tx, const server::CallContext& call,
                      const indicator::v1::Plan& plan, const v1::Article& before,
                      const v1::Article& after) const;

  // Tells the other services whether articles meet the obligation as it stands.
  absl::Status Tell(db::Transaction& tx, const server::CallContext& call,
                    const v1::Obligation& obligation) const;

  // Judges anew an obligation to report articles that the transaction has locked and given other
  // instants, by the articles that are there: they may meet it now.
  absl::Status Judge(db::Transaction& tx, const indicator::v1::Plan& plan, absl::Time now,
                     v1::Obligation* obligation) const;

  // When the articles came that may meet a debt whose obligation the transaction has just made, in
  // order and as many as it takes; waits for those that others are writing.
  absl::StatusOr<std::vector<absl::Time>> TimesForNew(db::Transaction& tx, const std::string& plan,
                                                      const ArticleDebt& debt) const;

 private:
  ArticleStore articles_;
  ObligationStore obligations_;
  Audit audit_;
  Outbox outbox_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_ARTICLE_FULFILMENT_H_
