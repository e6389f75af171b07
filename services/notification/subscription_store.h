#ifndef DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/subscription.pb.h"

namespace duban::notification {

// A subscription as it is stored: with all its secrets, newest first, also expired ones, but
// without their values; its version makes the etag.
struct StoredSubscription {
  v1::Subscription message;
  int failures = 0;  // since message.failing_since
  // `units/{unit}` that the owner's token named when it last called; nothing: any, it is an
  // ADMIN's.
  std::optional<std::vector<std::string>> granted_units;
  int64_t version = 0;
};

// Which subscriptions to list; what is empty or unspecified restricts nothing.
struct SubscriptionQuery {
  std::string owner;
  v1::Subscription::State state = v1::Subscription::STATE_UNSPECIFIED;
};

// A secret as it is stored, encrypted for the place `subscriptions/{subscription}/{number}`.
struct SealedSecret {
  int number = 0;
  std::string sealed;
  std::optional<absl::Time> expire_time;
};

// The tables subscriptions and subscription_secrets. Subscriptions are named by their bare ids;
// what was deleted is not there any more, but its id stays taken.
class SubscriptionStore {
 public:
  absl::StatusOr<std::optional<StoredSubscription>> Get(db::Session& session,
                                                        const std::string& id) const;
  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<StoredSubscription>> GetForUpdate(db::Transaction& tx,
                                                                 const std::string& id) const;

  // At most `limit`, by id, after `after`; without their secrets.
  absl::StatusOr<std::vector<v1::Subscription>> List(db::Session& session,
                                                     const SubscriptionQuery& query,
                                                     const std::string& after, int limit) const;

  // Those that events are put on the way to: ACTIVE and PAUSED ones, without secrets.
  absl::StatusOr<std::vector<v1::Subscription>> Listening(db::Session& session) const;

  // How many are DISABLED.
  absl::StatusOr<int64_t> CountDisabled(db::Session& session) const;

  // False if the id is taken.
  absl::StatusOr<bool> Insert(db::Transaction& tx, const std::string& id,
                              const v1::Subscription& subscription) const;

  // Writes all but the secrets, and raises version and etag of `subscription`, which was read by
  // GetForUpdate.
  absl::Status Write(db::Transaction& tx, const std::string& id,
                     StoredSubscription* subscription) const;

  absl::Status Delete(db::Transaction& tx, const std::string& id, absl::Time now) const;

  absl::Status AddSecret(db::Transaction& tx, const std::string& id, const SealedSecret& secret,
                         absl::Time now) const;
  // Those that would be in force after `expire_time` end with it.
  absl::Status ExpireSecrets(db::Transaction& tx, const std::string& id,
                             absl::Time expire_time) const;
  // All of them, newest first.
  absl::StatusOr<std::vector<SealedSecret>> Secrets(db::Session& session,
                                                    const std::string& id) const;

  // Sets the units of all subscriptions of this owner; nothing changes where they are so already.
  absl::Status Grant(db::Session& session, const std::string& owner,
                     const std::vector<std::string>& units) const;

  // Since when every try has failed, and how many: counted, from now on where none was, or cleared.
  // Raises no version, since nobody asked for it.
  absl::Status CountFailure(db::Session& session, const std::string& id, absl::Time now) const;
  absl::Status ClearFailing(db::Session& session, const std::string& id) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_SUBSCRIPTION_STORE_H_
