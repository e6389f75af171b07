#ifndef DUBAN_SERVICES_SUBMISSION_OBLIGATION_FULFILMENT_H_
#define DUBAN_SERVICES_SUBMISSION_OBLIGATION_FULFILMENT_H_

#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/obligation_store.h"
#include "services/submission/reports.h"

namespace duban::submission {

// Obligations that a transaction has locked.
using LockedObligations = std::map<ObligationKey, v1::Obligation>;

// Ties reports to the obligations that they meet, in the transaction that moves the reports.
class ObligationFulfilment {
 public:
  ObligationFulfilment();

  // The obligations of reports whose own rows are locked, by their keys, locked in that order with
  // few statements. Where nobody has opened one there is none.
  absl::StatusOr<LockedObligations> Lock(db::Transaction& tx,
                                         std::vector<ObligationKey> keys) const;

  // Meets the obligations of reports just submitted and written, where an earlier submission has
  // not; also those opened since they were looked for.
  absl::Status Meet(db::Transaction& tx, const std::vector<ReportWrite>& submitted,
                    LockedObligations* obligations) const;

  // Opens the obligation again that the report had met which is being withdrawn.
  absl::Status Release(db::Transaction& tx, const server::CallContext& call,
                       const v1::Report& withdrawn) const;

 private:
  ObligationStore obligations_;
  Audit audit_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_OBLIGATION_FULFILMENT_H_
