#ifndef DUBAN_SERVICES_NOTIFICATION_CONTACT_POINT_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_CONTACT_POINT_STORE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/channel.pb.h"
#include "duban/notification/v1/preference.pb.h"

namespace duban::notification {

// A member's contact points, encrypted for the places `contact_points/{member}/phone`, `…/mail` and
// `…/chat`; empty where there is none.
struct SealedContactPoints {
  std::string phone;
  std::string mail;
  std::string chat;
};

// The table contact_points.
class ContactPointStore {
 public:
  // The masked contact points of a member, by bare id; nothing if they were never set.
  absl::StatusOr<std::optional<v1::ContactPoints>> Get(db::Session& session,
                                                       const std::string& member) const;
  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<v1::ContactPoints>> GetForUpdate(db::Transaction& tx,
                                                                const std::string& member) const;

  // What is sent to: nothing if it was never set.
  absl::StatusOr<std::optional<SealedContactPoints>> GetSealed(db::Session& session,
                                                               const std::string& member) const;

  // By which channels each of the members can be reached; those by none are not there.
  absl::StatusOr<std::map<std::string, std::set<v1::Channel>>> Reachable(
      db::Session& session, const std::vector<std::string>& members) const;

  // Writes them, one version further than what is there.
  absl::Status Write(db::Transaction& tx, const std::string& member,
                     const SealedContactPoints& sealed, const v1::ContactPoints& masked,
                     absl::Time now) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_CONTACT_POINT_STORE_H_
