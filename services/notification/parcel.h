#ifndef DUBAN_SERVICES_NOTIFICATION_PARCEL_H_
#define DUBAN_SERVICES_NOTIFICATION_PARCEL_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "common/transfer/transfers.h"
#include "duban/notification/v1/delivery.pb.h"
#include "services/notification/channels.h"
#include "services/notification/event_store.h"
#include "services/notification/letter_store.h"
#include "services/notification/secret_box.h"
#include "services/notification/sending_store.h"
#include "services/notification/subscription_store.h"

namespace duban::notification {

// A delivery packed for its way, or why there is nothing to send.
struct Parcel {
  TransferRequest request;
  std::string provider;  // as the configuration calls it; empty for webhooks
  // Nothing is sent: the delivery goes to this state, with the reason.
  v1::Delivery::State settled = v1::Delivery::STATE_UNSPECIFIED;
  std::string reason;
};

// What a transfer's answer means to the delivery.
struct ParcelAnswer {
  Verdict verdict = Verdict::kLater;
  std::string provider_message;
  std::string error;  // without personal data; empty if it was taken
};

// What was read for the deliveries of one batch: many of them go to the same subscription, or tell
// of the same event.
struct ParcelReadings {
  std::map<std::string, std::optional<StoredSubscription>> subscriptions;
  std::map<std::string, std::vector<SealedSecret>> secrets;  // of subscriptions
  std::map<std::string, std::optional<v1::EventRecord>> events;
};

// Packs what is to be sent, and reads the answers.
class ParcelSource {
 public:
  // What it is given outlives it.
  ParcelSource(const SecretBox* secrets, const LoadedChannels* channels)
      : secrets_(secrets), channels_(channels) {}

  // The same content for every try, so that the receiver knows it again: a webhook has the event's
  // id, a mail the delivery's Message-ID. `now` is business time, by which secrets end.
  absl::StatusOr<Parcel> Pack(db::Session& session, const Sending& sending, absl::Time now,
                              ParcelReadings* readings) const;

  ParcelAnswer ReadAnswer(const Sending& sending, const TransferAnswer& answer) const;

  // How long the channel's provider may take to say what became of it; nothing if it never does.
  std::optional<absl::Duration> ReceiptWait(v1::Channel channel) const;

 private:
  absl::StatusOr<Parcel> PackWebhook(db::Session& session, const Sending& sending, absl::Time now,
                                     ParcelReadings* readings) const;
  absl::StatusOr<Parcel> PackLetter(db::Session& session, const Sending& sending,
                                    absl::Time now) const;
  Parcel PackMail(const Sending& sending, const Letter& letter, const std::string& address,
                  absl::Time now) const;
  Parcel PackForProvider(const LoadedChannels::LoadedProvider& provider, const Sending& sending,
                         const Letter& letter, const std::string& address) const;

  const SecretBox* const secrets_;
  const LoadedChannels* const channels_;
  SubscriptionStore subscriptions_;
  EventStore events_;
  LetterStore letters_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_PARCEL_H_
