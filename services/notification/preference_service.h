#ifndef DUBAN_SERVICES_NOTIFICATION_PREFERENCE_SERVICE_H_
#define DUBAN_SERVICES_NOTIFICATION_PREFERENCE_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/base/error.h"
#include "common/base/sealing_key.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/notification/v1/preference_service.pb.h"
#include "services/notification/contact_point_store.h"
#include "services/notification/preference_store.h"
#include "services/notification/route_store.h"

namespace duban::notification {

inline constexpr Reason kContactPointsNotKept{
    "CONTACT_POINTS_NOT_KEPT", absl::StatusCode::kFailedPrecondition,
    "没有加密密钥（--secrets_key_file），不能保存联系方式",
    "Without a key to encrypt them (--secrets_key_file) contact points are not kept."};

// duban.notification.v1.PreferenceService; the contract says what each method does and refuses.
class PreferenceService {
 public:
  // `secrets` encrypts contact points; null: there are none.
  PreferenceService(const server::Environment& environment, const SealingKey* secrets);

  server::RpcService Rpc();

  absl::StatusOr<v1::Preferences> GetPreferences(server::CallContext& call,
                                                 const v1::GetPreferencesRequest& request);
  absl::StatusOr<v1::Preferences> UpdatePreferences(server::CallContext& call,
                                                    const v1::UpdatePreferencesRequest& request);
  absl::StatusOr<v1::ContactPoints> GetContactPoints(server::CallContext& call,
                                                     const v1::GetContactPointsRequest& request);
  absl::StatusOr<v1::ContactPoints> SetContactPoints(server::CallContext& call,
                                                     const v1::SetContactPointsRequest& request);

 private:
  // FAILED_PRECONDITION TYPE_NOT_MUTABLE naming the first muted type whose default route says so.
  absl::Status CheckMutable(const server::CallContext& call, const v1::Preferences& preferences);

  db::Database* database_;
  const server::Mutations* mutations_;
  const SealingKey* secrets_;
  Audit audit_;
  PreferenceStore preferences_;
  ContactPointStore contact_points_;
  RouteStore routes_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_PREFERENCE_SERVICE_H_
