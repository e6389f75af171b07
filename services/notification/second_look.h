#ifndef DUBAN_SERVICES_NOTIFICATION_SECOND_LOOK_H_
#define DUBAN_SERVICES_NOTIFICATION_SECOND_LOOK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "services/notification/directory.h"
#include "services/notification/dispatch_store.h"
#include "services/notification/letter_store.h"
#include "services/notification/obligation_store.h"
#include "services/notification/sending_store.h"

namespace duban::notification {

// A message may wait long before it goes out by mail or telephone: for a retry, for the channel
// before it. So its reasons are looked at again when it is sent, as they were when it was told. The
// message itself stays in the inbox.
class SecondLook {
 public:
  struct Finding {
    std::string pointless;            // why it is not sent any more; empty: it is
    std::vector<std::string> orphan;  // ids of events whose recipient lost the duty, then
  };

  // At what a delivery to a member brings. `people` is the directory as it stands now.
  absl::StatusOr<Finding> At(db::Session& session, const Sending& sending, const People& people,
                             absl::Time now) const;

 private:
  // Why the one reason for the message does not hold any more; empty if it does.
  absl::StatusOr<std::string> Lapsed(db::Session& session, const Ground& ground,
                                     const indicator::v1::Member& member, absl::Time now) const;

  LetterStore letters_;
  DispatchStore events_;
  ObligationStore obligations_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_SECOND_LOOK_H_
