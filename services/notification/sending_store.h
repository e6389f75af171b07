#ifndef DUBAN_SERVICES_NOTIFICATION_SENDING_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_SENDING_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/channel.pb.h"
#include "duban/notification/v1/delivery.pb.h"

namespace duban::notification {

// A delivery that is due, as its sender sees it. Ids are bare.
struct Sending {
  std::string delivery;
  v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
  int ordinal = 0;
  std::string member;
  std::string message;
  std::string subscription;
  std::string event;
  int attempts = 0;  // before this one, since it was put on the way
  int64_t fence = 0;
  absl::Time create_time;  // when it was put on the way
  v1::Urgency urgency = v1::NORMAL;
};

// What a try came to. `sending.fence` is the one that it was claimed under.
struct TriedSending {
  Sending sending;
  v1::Delivery::State state = v1::Delivery::DUE;
  absl::Time due_time;            // DUE: of the next try; SENT: until when its receipt is awaited
  bool receipt_expected = false;  // SENT only
  absl::Time time;                // of the try
  absl::Duration took;
  int status = 0;
  std::string error;  // empty: it was taken
  std::string provider;
  std::string provider_message;
};

// The table deliveries as whoever sends them reads and writes it: due ones are claimed by comparing
// their fence and lease, which goes by the database's clock; what is written afterwards repeats the
// fence, so whoever was too slow changes nothing.
class SendingStore {
 public:
  // At most `limit` that are due and claimed by nobody: urgent ones first, then the oldest.
  absl::StatusOr<std::vector<Sending>> Due(db::Session& session, absl::Time now, int limit) const;

  // Claims those that nobody else has claimed, or is claiming at this moment, since they were read,
  // and raises their fences. Answers them in the same order, as claimed.
  absl::StatusOr<std::vector<Sending>> Claim(db::Transaction& tx, const std::string& owner,
                                             absl::Duration lease,
                                             const std::vector<Sending>& due) const;

  // Writes what tries came to, and the tries themselves. False in the place of each that was
  // claimed by somebody else since.
  absl::StatusOr<std::vector<bool>> Record(db::Transaction& tx,
                                           const std::vector<TriedSending>& tries) const;

  // Takes a claimed one as far as `state` without a try; of use where nothing could be sent.
  absl::StatusOr<bool> Settle(db::Transaction& tx, const Sending& sending,
                              v1::Delivery::State state, absl::Time due_time,
                              const std::string& error) const;

  // Gives up to `limit` that were put off until now, or failed before, their place among those that
  // are due back: by when they were put on the way.
  absl::Status Unpark(db::Session& session, absl::Time now, int limit) const;

  // Puts one that is not claimed off until then.
  absl::Status PutOff(db::Session& session, const Sending& sending, absl::Time until) const;

  // Puts up to 500 of those off that are due for the subscription and claimed by nobody.
  absl::Status PutOffAll(db::Session& session, const std::string& subscription, absl::Time now,
                         absl::Time until) const;

  // Subscriptions with WAITING deliveries that need not wait: ACTIVE, DISABLED or deleted. At most
  // 100.
  absl::StatusOr<std::vector<std::string>> Ready(db::Session& session) const;

  // Makes up to 500 WAITING ones of the subscription due.
  absl::StatusOr<int64_t> WakeAll(db::Session& session, const std::string& subscription,
                                  absl::Time now) const;

  // Makes the channel after `ordinal` of a message due.
  absl::Status WakeNext(db::Session& session, const std::string& message, int ordinal,
                        absl::Time now) const;

  // SENT ones whose receipt did not come in time, at most `limit`.
  absl::StatusOr<std::vector<Sending>> WithoutReceipt(db::Session& session, absl::Time now,
                                                      int limit) const;

  // Awaits its receipt no more; one that comes all the same still counts. False if it came
  // meanwhile.
  absl::StatusOr<bool> StopAwaiting(db::Transaction& tx, const Sending& sending) const;

  // Cancels the channels of a message that still wait.
  absl::Status CancelWaiting(db::Session& session, const std::string& message) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_SENDING_STORE_H_
