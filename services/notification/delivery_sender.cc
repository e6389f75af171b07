#include "services/notification/delivery_sender.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/log.h"
#include "common/base/status.h"

namespace duban::notification {
namespace {

using v1::Delivery;

constexpr absl::Duration kStepTimeLimit = absl::Seconds(5);
constexpr absl::Duration kIdlePause = absl::Milliseconds(100);
constexpr absl::Duration kFailurePause = absl::Seconds(1);
constexpr absl::Duration kWakeInterval = absl::Seconds(1);
constexpr absl::Duration kLongestDrain = absl::Seconds(5);
// Longer than a transfer may take and its recording after it.
constexpr absl::Duration kSendingLease = absl::Seconds(60);
constexpr int kMostInFlight = 512;
constexpr int kSendingBatch = 128;
constexpr int kUnparkBatch = 500;
// How long letters wait while the directory does not answer.
constexpr absl::Duration kDirectoryPause = absl::Seconds(5);
constexpr size_t kRecordingBatch = 64;

void LogSenderFailure(std::string_view what, const absl::Status& status) {
  if (!status.ok()) LogWarning(what, {{"cause", status.ToString()}});
}

}  // namespace

DeliverySender::DeliverySender(const server::Environment& environment, Directory* directory,
                               const Customs* customs, const ParcelSource* parcels,
                               const LoadedChannels* channels, Transfers* webhooks,
                               Transfers* people)
    : database_(environment.database),
      clock_(environment.clock),
      directory_(directory),
      customs_(customs),
      parcels_(parcels),
      webhooks_(webhooks),
      people_(people),
      owner_(NewUuid7(MachineNow())),
      metrics_(environment.metrics),
      recorder_(environment, parcels, &metrics_),
      admission_(channels),
      thread_([this] { Work(); }) {}

DeliverySender::~DeliverySender() {
  ended_->Close();
  thread_.join();
}

void DeliverySender::Work() {
  absl::Time next_look = MachineNow();
  absl::Time next_wake = next_look;
  while (!ended_->IsClosed()) {
    const absl::Status recorded =
        RecordEnded(std::max(absl::ZeroDuration(), next_look - MachineNow()));
    LogSenderFailure("deliveries not recorded", recorded);
    if (!recorded.ok()) ended_->Rest(kFailurePause);
    const absl::Time now = MachineNow();
    if (now < next_look) continue;
    const absl::StatusOr<bool> more = SendDue();
    LogSenderFailure("due deliveries not sent", more.status());
    if (now >= next_wake) {
      LogSenderFailure("waiting deliveries not woken", WakeReady());
      LogSenderFailure("missing receipts not given up", GiveUpReceipts());
      next_wake = now + kWakeInterval;
    }
    next_look = now + (!more.ok() ? kFailurePause : *more ? absl::ZeroDuration() : kIdlePause);
  }
  const absl::Time end = MachineNow() + kLongestDrain;
  while (in_flight_ > 0 && MachineNow() < end && RecordEnded(kIdlePause).ok()) {
  }
}

absl::Status DeliverySender::RecordEnded(absl::Duration wait) {
  std::vector<EndedTry> ended = ended_->Take(kRecordingBatch, wait);
  if (ended.empty()) return absl::OkStatus();
  const absl::Time now = clock_->Now();
  const std::vector<DeliveryRecorder::Result> results = recorder_.Judge(ended, now);
  const absl::Status status = recorder_.Record(results, now);
  if (!status.ok()) {
    ended_->PutBack(std::move(ended));
    return status;
  }
  for (const DeliveryRecorder::Result& result : results) {
    const Sending& sending = result.tried.sending;
    const bool works = !ShowsOutage(sending.channel, result.verdict, result.tried.status);
    admission_.Finish(sending, works, now);
  }
  in_flight_ -= static_cast<int>(results.size());
  metrics_.SetInFlight(in_flight_);
  metrics_.SetOpenBreakers(admission_.OpenBreakers(now));
  return absl::OkStatus();
}

absl::StatusOr<bool> DeliverySender::SendDue() {
  const int room = std::min(kSendingBatch, kMostInFlight - in_flight_);
  if (room <= 0) return false;
  const absl::Time now = clock_->Now();
  DUBAN_ASSIGN_OR_RETURN(
      const std::vector<Sending> due,
      database_->Read(MachineNow() + kStepTimeLimit,
                      [&](db::Session& session) -> absl::StatusOr<std::vector<Sending>> {
                        DUBAN_RETURN_IF_ERROR(sendings_.Unpark(session, now, kUnparkBatch));
                        return sendings_.Due(session, now, room);
                      }));
  if (due.empty()) return false;
  const PeoplePointer people = PeopleFor(due);
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Sending> admitted,
                         Admitted(due, /*letters=*/people != nullptr, now));
  absl::StatusOr<std::vector<Claimed>> claimed = Claim(admitted, people.get(), now);
  if (!claimed.ok()) {
    for (const Sending& sending : admitted) admission_.Withdraw(sending);
    return claimed.status();
  }
  for (Claimed& one : *claimed) Send(std::move(one), now);
  return static_cast<int>(due.size()) == room;
}

PeoplePointer DeliverySender::PeopleFor(const std::vector<Sending>& due) {
  const bool letters = std::any_of(due.begin(), due.end(), [](const Sending& sending) {
    return sending.channel != v1::WEBHOOK;
  });
  if (!letters) return std::make_shared<const People>();
  if (MachineNow() < directory_asked_again_) return nullptr;
  const absl::StatusOr<PeoplePointer> people = directory_->GetPeople();
  if (people.ok()) return *people;
  directory_asked_again_ = MachineNow() + kDirectoryPause;
  return nullptr;
}

absl::StatusOr<std::vector<Sending>> DeliverySender::Admitted(const std::vector<Sending>& due,
                                                              bool letters, absl::Time now) {
  std::vector<Sending> admitted;
  std::vector<Sending> refused;
  std::vector<absl::Time> until;
  for (const Sending& sending : due) {
    const bool known = letters || sending.channel == v1::WEBHOOK;
    absl::Time time = known ? DecentTime(sending, now) : now + kDirectoryPause;
    if (time <= now) time = admission_.Admit(sending, now);
    if (time == absl::InfinitePast()) {
      admitted.push_back(sending);
    } else {
      refused.push_back(sending);
      until.push_back(time);
    }
  }
  LogSenderFailure("deliveries not put off", PutOff(refused, until, now));
  return admitted;
}

absl::Time DeliverySender::DecentTime(const Sending& sending, absl::Time now) const {
  if (sending.channel == v1::WEBHOOK || sending.urgency == v1::URGENT) return now;
  const auto days = customs_->regions.find(kUsualRegion);
  if (days == customs_->regions.end()) return now;
  return TellingTime(now, customs_->hours, days->second, ZoneOf(nullptr)).value_or(now);
}

absl::Status DeliverySender::PutOff(const std::vector<Sending>& refused,
                                    const std::vector<absl::Time>& until, absl::Time now) {
  if (refused.empty()) return absl::OkStatus();
  // What goes to one subscription waits together, so that a dead one does not stand in the way.
  std::map<std::string, absl::Time> subscriptions;
  for (size_t i = 0; i < refused.size(); ++i) subscriptions[refused[i].subscription] = until[i];
  subscriptions.erase("");
  return database_->Read(MachineNow() + kStepTimeLimit, [&](db::Session& session) -> absl::Status {
    for (const auto& [subscription, time] : subscriptions) {
      DUBAN_RETURN_IF_ERROR(sendings_.PutOffAll(session, subscription, now, time));
    }
    for (size_t i = 0; i < refused.size(); ++i) {
      if (!refused[i].subscription.empty()) continue;
      DUBAN_RETURN_IF_ERROR(sendings_.PutOff(session, refused[i], until[i]));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<DeliverySender::Claimed>> DeliverySender::Claim(
    const std::vector<Sending>& admitted, const People* people, absl::Time now) {
  if (admitted.empty()) return std::vector<Claimed>();
  return database_->RunInTransaction(
      MachineNow() + kStepTimeLimit,
      [&](db::Transaction& tx) -> absl::StatusOr<std::vector<Claimed>> {
        DUBAN_ASSIGN_OR_RETURN(const std::vector<Sending> ours,
                               sendings_.Claim(tx, owner_, kSendingLease, admitted));
        ParcelReadings readings;
        std::vector<Claimed> claimed;
        auto next = ours.begin();
        for (const Sending& sending : admitted) {
          if (next == ours.end() || next->delivery != sending.delivery) {
            claimed.push_back({sending, {}});
            claimed.back().parcel.settled = Delivery::DUE;  // somebody else's
            continue;
          }
          DUBAN_ASSIGN_OR_RETURN(Parcel parcel, Pack(tx, *next, people, now, &readings));
          claimed.push_back({*next++, std::move(parcel)});
        }
        return claimed;
      });
}

absl::StatusOr<Parcel> DeliverySender::Pack(db::Transaction& tx, const Sending& sending,
                                            const People* people, absl::Time now,
                                            ParcelReadings* readings) const {
  const bool letter = sending.channel != v1::WEBHOOK;
  if (letter) {
    DUBAN_ASSIGN_OR_RETURN(const SecondLook::Finding found,
                           second_look_.At(tx, sending, *people, now));
    if (!found.pointless.empty()) {
      Parcel parcel;
      parcel.settled = Delivery::CANCELLED;
      parcel.reason = found.pointless;
      DUBAN_RETURN_IF_ERROR(
          sendings_.Settle(tx, sending, parcel.settled, now, parcel.reason).status());
      DUBAN_RETURN_IF_ERROR(sendings_.CancelWaiting(tx, sending.message));
      // Who took over is told.
      for (const std::string& event : found.orphan) {
        DUBAN_RETURN_IF_ERROR(events_.Repeat(tx, event, now));
      }
      return parcel;
    }
  }
  DUBAN_ASSIGN_OR_RETURN(Parcel parcel, parcels_->Pack(tx, sending, now, readings));
  if (parcel.settled == Delivery::STATE_UNSPECIFIED) return parcel;
  DUBAN_RETURN_IF_ERROR(sendings_.Settle(tx, sending, parcel.settled, now, parcel.reason).status());
  if (letter && parcel.settled == Delivery::DEAD) {
    DUBAN_RETURN_IF_ERROR(sendings_.WakeNext(tx, sending.message, sending.ordinal, now));
  }
  return parcel;
}

void DeliverySender::Send(Claimed claimed, absl::Time now) {
  if (claimed.parcel.settled != Delivery::STATE_UNSPECIFIED) {
    admission_.Withdraw(claimed.sending);
    if (claimed.parcel.settled == Delivery::DEAD) metrics_.Dead(claimed.sending.channel);
    return;
  }
  Transfers* const transfers = claimed.sending.channel == v1::WEBHOOK ? webhooks_ : people_;
  metrics_.SetInFlight(++in_flight_);
  transfers->Start(std::move(claimed.parcel.request),
                   [queue = ended_, sending = std::move(claimed.sending),
                    provider = std::move(claimed.parcel.provider), now](TransferAnswer answer) {
                     queue->Push({sending, provider, now, std::move(answer)});
                   });
}

absl::Status DeliverySender::WakeReady() {
  const absl::Time deadline = MachineNow() + kStepTimeLimit;
  return database_->Read(deadline, [&](db::Session& session) -> absl::Status {
    DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ready, sendings_.Ready(session));
    for (const std::string& subscription : ready) {
      DUBAN_RETURN_IF_ERROR(sendings_.WakeAll(session, subscription, clock_->Now()).status());
    }
    return absl::OkStatus();
  });
}

absl::Status DeliverySender::GiveUpReceipts() {
  const absl::Time now = clock_->Now();
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Sending> missing,
                         database_->Read(MachineNow() + kStepTimeLimit, [&](db::Session& session) {
                           return sendings_.WithoutReceipt(session, now, kSendingBatch);
                         }));
  if (missing.empty()) return absl::OkStatus();
  return database_->RunInTransaction(
      MachineNow() + kStepTimeLimit, [&](db::Transaction& tx) -> absl::Status {
        for (const Sending& sending : missing) {
          DUBAN_ASSIGN_OR_RETURN(const bool given_up, sendings_.StopAwaiting(tx, sending));
          if (!given_up || sending.message.empty()) continue;
          DUBAN_RETURN_IF_ERROR(sendings_.WakeNext(tx, sending.message, sending.ordinal, now));
        }
        return absl::OkStatus();
      });
}

}  // namespace duban::notification
