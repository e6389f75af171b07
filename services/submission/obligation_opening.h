#ifndef DUBAN_SERVICES_SUBMISSION_OBLIGATION_OPENING_H_
#define DUBAN_SERVICES_SUBMISSION_OBLIGATION_OPENING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/obligation_service.pb.h"
#include "services/submission/article_fulfilment.h"
#include "services/submission/obligation_rules.h"
#include "services/submission/obligation_store.h"

namespace duban::submission {

// What events of obligations begin with.
template <typename Event>
void DescribeObligation(const v1::Obligation& obligation, Event* event) {
  event->set_indicator(obligation.indicator());
  event->set_article_type(obligation.article_type());
  event->set_period(obligation.period());
}

// Makes the obligations of lines, each with its audit entry and event.
class ObligationOpening {
 public:
  ObligationOpening();

  // Opens what these lines of the plan (id) owe, in the caller's transaction, which grows by three
  // rows a line. Lines that have an obligation keep it. FAILED_PRECONDITION
  // SESSION_PERIOD_MISMATCH.
  absl::StatusOr<v1::OpenObligationsResponse> Open(db::Transaction& tx,
                                                   const server::CallContext& call,
                                                   const std::string& plan, const Opening& opening,
                                                   const std::vector<OwedLine>& lines) const;

 private:
  // Adds what is missing beside `existing`. The status IsDuplicate, and nothing is written, if
  // another call was faster.
  absl::StatusOr<std::vector<v1::Obligation>> Add(
      db::Transaction& tx, const server::CallContext& call, const std::string& plan,
      const Opening& opening, const std::vector<OwedLine>& lines,
      const std::vector<v1::Obligation>& existing) const;

  // Meets the obligations just made whose lines have been reported on.
  absl::Status MeetFromReports(db::Transaction& tx, const server::CallContext& call,
                               std::vector<v1::Obligation>* made) const;

  // Meets those just made for which articles have come.
  absl::Status MeetFromArticles(db::Transaction& tx, const server::CallContext& call,
                                const std::string& plan, const std::vector<OwedLine>& lines,
                                std::vector<v1::Obligation>* made) const;

  // Gives those that have not opened the instants of `opening`; answers how many.
  absl::StatusOr<int> RescheduleAll(db::Transaction& tx, const server::CallContext& call,
                                    const std::string& plan, const Opening& opening,
                                    const std::vector<v1::Obligation>& existing) const;

  ObligationStore obligations_;
  ArticleFulfilment articles_;
  Audit audit_;
  Outbox outbox_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_OBLIGATION_OPENING_H_
