#ifndef DUBAN_SERVICES_NOTIFICATION_PREFERENCE_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_PREFERENCE_STORE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/preference.pb.h"

namespace duban::notification {

// Members' preferences by bare id; of those who never set any there is nothing.
using PreferencesByMember = std::map<std::string, v1::Preferences>;

// The table preferences.
class PreferenceStore {
 public:
  absl::StatusOr<PreferencesByMember> Get(db::Session& session,
                                          const std::vector<std::string>& members) const;

  // The member's row, locked until the transaction ends; nothing as Get.
  absl::StatusOr<PreferencesByMember> GetForUpdate(db::Transaction& tx,
                                                   const std::string& member) const;

  // Writes them, one version further than what is there.
  absl::Status Write(db::Transaction& tx, const std::string& member,
                     const v1::Preferences& preferences, absl::Time now) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_PREFERENCE_STORE_H_
