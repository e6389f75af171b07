#include "services/submission/completeness.h"

#include <map>
#include <string>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/submission/obligation_query.h"
#include "services/submission/obligation_rules.h"

namespace duban::submission {

absl::StatusOr<v1::Completeness> CompletenessReader::GetCompleteness(
    server::CallContext& call, const v1::GetCompletenessRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ObligationFilter filter, ParseCompletenessFilter(call, request));
  DUBAN_RETURN_IF_ERROR(plans_->Get(call.info, request.plan()).status());
  const absl::Time now = call.now();
  v1::Completeness answer;
  answer.set_plan(request.plan());
  *answer.mutable_read_time() = ToTimestamp(now);
  answer.mutable_total();
  std::map<std::string, v1::ObligationCounts> units;
  std::map<std::string, v1::ObligationCounts> sessions;
  DUBAN_RETURN_IF_ERROR(database_->Read(call.deadline(), [&](db::Session& session) {
    return obligations_.ForEach(session, filter, [&](const v1::Obligation& obligation) {
      const Fulfilment fulfilment = FulfilmentOf(obligation, now);
      Count(fulfilment, answer.mutable_total());
      Count(fulfilment, &units[obligation.unit()]);
      Count(fulfilment, &sessions[obligation.session()]);
    });
  }));
  for (const auto& [unit, counts] : units) {
    v1::Completeness::UnitCounts* line = answer.add_units();
    line->set_unit(unit);
    *line->mutable_counts() = counts;
  }
  for (const auto& [session, counts] : sessions) {
    v1::Completeness::SessionCounts* line = answer.add_sessions();
    line->set_session(session);
    *line->mutable_counts() = counts;
  }
  return answer;
}

}  // namespace duban::submission
