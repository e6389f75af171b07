#ifndef DUBAN_SERVICES_NOTIFICATION_DELIVERY_SENDER_H_
#define DUBAN_SERVICES_NOTIFICATION_DELIVERY_SENDER_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/process.h"
#include "common/transfer/transfers.h"
#include "services/notification/admission.h"
#include "services/notification/delivery_metrics.h"
#include "services/notification/delivery_recorder.h"
#include "services/notification/directory.h"
#include "services/notification/dispatch_store.h"
#include "services/notification/ended_queue.h"
#include "services/notification/expansion.h"
#include "services/notification/parcel.h"
#include "services/notification/second_look.h"
#include "services/notification/sending_store.h"

namespace duban::notification {

// Sends what is due: claims it, lets it go, records what came of it. While something is under way
// no connection to the database is held, and a crash then sends it again, under the same id. Any
// number of replicas share the work.
class DeliverySender {
 public:
  // Starts at once, on a thread of its own. What it is given outlives it; `webhooks` calls only
  // what may be called at the wish of strangers, `people` the operator's own mail server and
  // providers.
  DeliverySender(const server::Environment& environment, Directory* directory,
                 const Customs* customs, const ParcelSource* parcels,
                 const LoadedChannels* channels, Transfers* webhooks, Transfers* people);
  // Begins nothing new, and records what ends within five seconds.
  ~DeliverySender();

 private:
  // A delivery that was claimed, with what is sent.
  struct Claimed {
    Sending sending;
    Parcel parcel;
  };

  void Work();
  // Records at most one batch of what has ended, waiting for it as long.
  absl::Status RecordEnded(absl::Duration wait);
  // True if there is probably more.
  absl::StatusOr<bool> SendDue();
  // Those of the due ones that may be sent now; the others are put off.
  absl::StatusOr<std::vector<Sending>> Admitted(const std::vector<Sending>& due, bool letters,
                                                absl::Time now);
  // Everybody there is, if anything goes to members; null if the directory does not answer, which
  // keeps that waiting.
  PeoplePointer PeopleFor(const std::vector<Sending>& due);
  // When it may be sent at the earliest: what is not urgent reaches people in working hours only,
  // also by the next channel or after a retry. Where no notice reaches it goes now.
  absl::Time DecentTime(const Sending& sending, absl::Time now) const;
  absl::Status PutOff(const std::vector<Sending>& refused, const std::vector<absl::Time>& until,
                      absl::Time now);
  absl::StatusOr<std::vector<Claimed>> Claim(const std::vector<Sending>& admitted,
                                             const People* people, absl::Time now);
  // What is claimed, packed, or settled where there is nothing to send.
  absl::StatusOr<Parcel> Pack(db::Transaction& tx, const Sending& sending, const People* people,
                              absl::Time now, ParcelReadings* readings) const;
  void Send(Claimed claimed, absl::Time now);
  // Makes due what waits for a subscription that does not make it wait any more.
  absl::Status WakeReady();
  // Tries the next channel where no receipt came in time.
  absl::Status GiveUpReceipts();

  db::Database* const database_;
  const Clock* const clock_;
  Directory* const directory_;
  const Customs* const customs_;
  const ParcelSource* const parcels_;
  Transfers* const webhooks_;
  Transfers* const people_;
  const std::string owner_;  // of its leases
  SendingStore sendings_;
  DispatchStore events_;
  SecondLook second_look_;
  DeliveryMetrics metrics_;
  DeliveryRecorder recorder_;
  Admission admission_;
  int in_flight_ = 0;
  absl::Time directory_asked_again_ = absl::InfinitePast();  // machine time
  // Transfers may outlive the sender, and so does where they put their answers.
  const std::shared_ptr<EndedQueue> ended_ = std::make_shared<EndedQueue>();
  std::thread thread_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DELIVERY_SENDER_H_
