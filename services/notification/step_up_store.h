#ifndef DUBAN_SERVICES_NOTIFICATION_STEP_UP_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_STEP_UP_STORE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/message.pb.h"
#include "services/notification/notice_store.h"

namespace duban::notification {

// A message whose time to be acknowledged is over.
struct Unacknowledged {
  v1::Message message;  // name, sequence, type, subject, plan, events, acknowledge_time
  NoticeRecord told;    // the notice that it told: texts, audience, channels
  int64_t version = 0;
};

// The step_up_time of messages.
class StepUpStore {
 public:
  // At most `limit` messages whose step_up_time is past, the oldest first; also those that were
  // acknowledged meanwhile.
  absl::StatusOr<std::vector<Unacknowledged>> Due(db::Session& session, absl::Time now,
                                                  int limit) const;

  // Takes the step off the message; false if somebody else wrote to it since it was read.
  absl::StatusOr<bool> Clear(db::Transaction& tx, const Unacknowledged& message) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_STEP_UP_STORE_H_
