#ifndef DUBAN_SERVICES_NOTIFICATION_TELLER_H_
#define DUBAN_SERVICES_NOTIFICATION_TELLER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/process.h"
#include "services/notification/directory.h"
#include "services/notification/dispatch_store.h"
#include "services/notification/expansion.h"
#include "services/notification/lease.h"
#include "services/notification/messenger.h"
#include "services/notification/notice_store.h"
#include "services/notification/obligation_store.h"
#include "services/notification/step_up_store.h"

namespace duban::notification {

// Tells people when the time has come: notices, digests, and unit heads of what nobody
// acknowledged. What is due is looked for, no instant is ever matched. Not thread-safe.
//
// Before anybody is told, the reason is looked at again: a reminder that has become pointless is
// CANCELLED; one for a member who left or lost the duty is UNDELIVERABLE, and its event is
// dispatched anew, so that who took over is told.
class Teller {
 public:
  struct Options {
    absl::Duration lease = absl::Seconds(15);
    int at_once = 256;      // notices of one look
    int of_a_digest = 400;  // notices at most; what is more comes in further parts, the same day
  };

  Teller(const server::Environment& environment, Directory* directory, const Expansion* expansion,
         const Options& options);

  // One look each. How many were due; 0 also while another replica does the work.
  absl::StatusOr<int> TellDue();
  absl::StatusOr<int> SendDigests();
  absl::StatusOr<int> StepUp();

 private:
  // What becomes of a notice.
  struct Fate {
    NoticeRecord record;
    v1::Notice::State state = v1::Notice::TOLD;
    std::string reason;
  };

  // The fates as far as they are known without a transaction.
  absl::StatusOr<std::vector<Fate>> FatesOf(std::vector<NoticeRecord> due, const People& people);
  // In the transaction that tells: the last look at obligations.
  absl::Status LookAgain(db::Transaction& tx, std::vector<Fate>* fates) const;
  absl::Status Drop(db::Transaction& tx, const Fate& fate) const;
  // All that is due for the digest of which `any` is one.
  absl::StatusOr<std::vector<NoticeRecord>> WholeDigest(const NoticeRecord& any) const;
  absl::Status SendDigest(const std::vector<NoticeRecord>& group, const People& people);
  absl::Status SendDigestIn(db::Transaction& tx, const std::vector<Fate>& fates,
                            const Expansion::NextDigest& next) const;
  absl::Status StepUpOne(const Unacknowledged& message, const People& people);
  std::string Today() const;

  db::Database* const database_;
  const Clock* const clock_;
  Directory* const directory_;
  const Expansion* const expansion_;
  const Options options_;
  Lease lease_;
  Messenger messenger_;
  NoticeStore notices_;
  DispatchStore events_;
  ObligationStore obligations_;
  StepUpStore step_ups_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_TELLER_H_
