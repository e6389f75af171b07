#ifndef DUBAN_SERVICES_SUBMISSION_OBLIGATION_QUERY_H_
#define DUBAN_SERVICES_SUBMISSION_OBLIGATION_QUERY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/obligation_service.pb.h"
#include "duban/submission/v1/progress_service.pb.h"
#include "services/submission/obligation_rules.h"
#include "services/submission/obligation_store.h"

namespace duban::submission {

// What a ListObligations request asks for: the store's filter, and what only the clock can tell.
struct ObligationQuery {
  ObligationFilter filter;
  v1::Obligation::State state = v1::Obligation::STATE_UNSPECIFIED;
  v1::Timeliness timeliness = v1::TIMELINESS_UNSPECIFIED;
  std::string after;  // id
  int page_size;

  // True if an obligation that stands like this is asked for.
  bool Takes(const Fulfilment& fulfilment) const;
};

// Reads the request; a caller bound to its unit gets its units' obligations only. INVALID_ARGUMENT
// FIELD_INVALID, PAGE_TOKEN_INVALID, FILTER_INVALID; PERMISSION_DENIED NOT_OWN_UNIT if such a
// caller filters by another unit or has none.
absl::StatusOr<ObligationQuery> ParseObligationQuery(const server::CallContext& call,
                                                     const v1::ListObligationsRequest& request);

// The same of GetCompleteness.
absl::StatusOr<ObligationFilter> ParseCompletenessFilter(const server::CallContext& call,
                                                         const v1::GetCompletenessRequest& request);

// What an OpenObligations request opens in its plan. INVALID_ARGUMENT FIELD_INVALID,
// PERIOD_INVALID, PERIOD_OUTSIDE_PLAN.
absl::StatusOr<Opening> ParseOpening(const v1::OpenObligationsRequest& request,
                                     const indicator::v1::Plan& plan);

// An instant of the years 1990–2101, to the microsecond. INVALID_ARGUMENT FIELD_INVALID naming
// `field`.
absl::StatusOr<absl::Time> ParseInstant(const google::protobuf::Timestamp& instant,
                                        std::string_view field);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_OBLIGATION_QUERY_H_
