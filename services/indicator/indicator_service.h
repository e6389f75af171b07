#ifndef DUBAN_SERVICES_INDICATOR_INDICATOR_SERVICE_H_
#define DUBAN_SERVICES_INDICATOR_INDICATOR_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/server/process.h"
#include "duban/indicator/v1/indicator_service.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/indicator/stores.h"

namespace duban::indicator {

// Indicators read, and written while their plan is a draft; amendments are AmendmentService's.
class IndicatorService {
 public:
  explicit IndicatorService(const server::Environment& environment)
      : database_(environment.database), mutations_(environment.mutations) {}

  absl::StatusOr<v1::Indicator> CreateIndicator(server::CallContext& call,
                                                const v1::CreateIndicatorRequest& request);
  absl::StatusOr<v1::Indicator> GetIndicator(server::CallContext& call,
                                             const v1::GetIndicatorRequest& request);
  absl::StatusOr<v1::ListIndicatorsResponse> ListIndicators(
      server::CallContext& call, const v1::ListIndicatorsRequest& request);
  absl::StatusOr<v1::Indicator> UpdateIndicator(server::CallContext& call,
                                                const v1::UpdateIndicatorRequest& request);
  absl::StatusOr<google::protobuf::Empty> DeleteIndicator(
      server::CallContext& call, const v1::DeleteIndicatorRequest& request);

 private:
  db::Database* database_;
  const server::Mutations* mutations_;
  Stores stores_;
  Audit audit_{"indicator"};
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_INDICATOR_SERVICE_H_
