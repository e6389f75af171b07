#ifndef DUBAN_SERVICES_INDICATOR_UNIT_SERVICE_H_
#define DUBAN_SERVICES_INDICATOR_UNIT_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/server/process.h"
#include "duban/indicator/v1/directory_service.pb.h"
#include "services/indicator/stores.h"

namespace duban::indicator {

// The methods of DirectoryService that concern units.
class UnitService {
 public:
  explicit UnitService(const server::Environment& environment)
      : database_(environment.database), mutations_(environment.mutations) {}

  absl::StatusOr<v1::Unit> CreateUnit(server::CallContext& call,
                                      const v1::CreateUnitRequest& request);
  absl::StatusOr<v1::Unit> GetUnit(server::CallContext& call, const v1::GetUnitRequest& request);
  absl::StatusOr<v1::ListUnitsResponse> ListUnits(server::CallContext& call,
                                                  const v1::ListUnitsRequest& request);
  absl::StatusOr<v1::Unit> UpdateUnit(server::CallContext& call,
                                      const v1::UpdateUnitRequest& request);
  absl::StatusOr<v1::Unit> CloseUnit(server::CallContext& call,
                                     const v1::CloseUnitRequest& request);
  absl::StatusOr<v1::Unit> ResolveUnit(server::CallContext& call,
                                       const v1::ResolveUnitRequest& request);

 private:
  // INVALID_ARGUMENT for what is wrong with the fields of `after`; ALREADY_EXISTS UNIT_NAME_TAKEN.
  absl::Status Check(db::Transaction& tx, const v1::Unit& before, const v1::Unit& after) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  Stores stores_;
  Audit audit_{"indicator"};
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_UNIT_SERVICE_H_
