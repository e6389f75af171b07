#include "services/notification/parcel.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/shared_time.h"
#include "common/base/status.h"
#include "services/notification/mail_rules.h"
#include "services/notification/subscription_rules.h"
#include "services/notification/webhook_rules.h"

namespace duban::notification {
namespace {

using v1::Delivery;
using v1::Subscription;

constexpr char kMailProvider[] = "mail";

Parcel Unsent(Delivery::State state, std::string reason) {
  Parcel parcel;
  parcel.settled = state;
  parcel.reason = std::move(reason);
  return parcel;
}

// What becomes of a delivery to a subscription that is not told of events now.
Parcel UnsentIn(Subscription::State state) {
  if (state == Subscription::DISABLED)
    return Unsent(Delivery::DEAD, "the subscription is disabled");
  return Unsent(Delivery::WAITING, "");
}

// The value of a key, read by `read` unless it was read before.
template <typename Value, typename Read>
absl::StatusOr<const Value*> Once(std::map<std::string, Value>* known, const std::string& key,
                                  Read read) {
  const auto found = known->find(key);
  if (found != known->end()) return &found->second;
  DUBAN_ASSIGN_OR_RETURN(Value value, read());
  return &known->emplace(key, std::move(value)).first->second;
}

bool IsJson(const Provider& provider) {
  for (const auto& [name, value] : provider.headers) {
    if (absl::EqualsIgnoreCase(name, "content-type")) return absl::StrContains(value, "json");
  }
  return absl::StartsWith(provider.body, "{");
}

}  // namespace

absl::StatusOr<Parcel> ParcelSource::Pack(db::Session& session, const Sending& sending,
                                          absl::Time now, ParcelReadings* readings) const {
  return sending.channel == v1::WEBHOOK ? PackWebhook(session, sending, now, readings)
                                        : PackLetter(session, sending, now);
}

absl::StatusOr<Parcel> ParcelSource::PackWebhook(db::Session& session, const Sending& sending,
                                                 absl::Time now, ParcelReadings* readings) const {
  DUBAN_ASSIGN_OR_RETURN(const auto* const kept,
                         Once(&readings->subscriptions, sending.subscription,
                              [&] { return subscriptions_.Get(session, sending.subscription); }));
  const std::optional<StoredSubscription>& stored = *kept;
  if (!stored) return Unsent(Delivery::CANCELLED, "the subscription was deleted");
  const Subscription& subscription = stored->message;
  if (subscription.state() != Subscription::ACTIVE) return UnsentIn(subscription.state());
  DUBAN_ASSIGN_OR_RETURN(const auto* const told, Once(&readings->events, sending.event, [&] {
                           return events_.Get(session, sending.event);
                         }));
  const std::optional<v1::EventRecord>& event = *told;
  if (!event) return Unsent(Delivery::DEAD, "the event is not on record any more");
  if (!Wants(subscription, event->event())) {
    return Unsent(Delivery::CANCELLED, "the subscription does not ask for it any more");
  }
  if (!IsGranted(stored->granted_units, event->event().unit())) {
    return Unsent(Delivery::CANCELLED, "its owner does not act for the unit any more");
  }
  DUBAN_ASSIGN_OR_RETURN(const auto* const sealed,
                         Once(&readings->secrets, sending.subscription, [&] {
                           return subscriptions_.Secrets(session, sending.subscription);
                         }));
  const auto secrets = secrets_->OpenInForce(sending.subscription, *sealed, now);
  if (!secrets.ok()) return Unsent(Delivery::DEAD, "its secrets do not open");
  Parcel parcel;
  parcel.request.url = subscription.url();
  parcel.request.body = CloudEventOf(event->event());
  // Receivers compare the time of a signature with their own clock, which is not the business's.
  parcel.request.headers = SignWebhook(sending.event, SharedNow(), parcel.request.body, *secrets);
  parcel.request.headers.emplace_back("content-type: application/cloudevents+json");
  return parcel;
}

absl::StatusOr<Parcel> ParcelSource::PackLetter(db::Session& session, const Sending& sending,
                                                absl::Time now) const {
  const LoadedChannels::LoadedProvider* const provider = channels_->ProviderOf(sending.channel);
  const bool mail = sending.channel == v1::EMAIL;
  if (mail ? !channels_->mail().has_value() : provider == nullptr) {
    return Unsent(Delivery::DEAD, "the channel is not configured");
  }
  DUBAN_ASSIGN_OR_RETURN(const std::optional<Letter> letter,
                         letters_.Get(session, sending.member, sending.message, sending.channel));
  if (!letter) return Unsent(Delivery::DEAD, "the message is not on record any more");
  if (letter->address_sealed.empty()) {
    return Unsent(Delivery::DEAD, "the member has no address for the channel");
  }
  const auto address = secrets_->OpenText(letter->address_sealed, letter->address_place);
  if (!address.ok()) return Unsent(Delivery::DEAD, "the member's address does not open");
  if (!mail) return PackForProvider(*provider, sending, *letter, *address);
  if (!IsMailAddress(*address)) return Unsent(Delivery::DEAD, "the mail address is none");
  return PackMail(sending, *letter, *address, now);
}

Parcel ParcelSource::PackMail(const Sending& sending, const Letter& letter,
                              const std::string& address, absl::Time now) const {
  const MailServer& server = *channels_->mail();
  Parcel parcel;
  parcel.provider = kMailProvider;
  parcel.request = {.url = server.url,
                    .body = FormatMail({.id = sending.delivery,
                                        .from = server.from,
                                        .from_name = server.from_name,
                                        .to = address,
                                        .time = now,
                                        .title = letter.title,
                                        .body = letter.body,
                                        .title_en = letter.title_en,
                                        .body_en = letter.body_en}),
                    .sender = server.from,
                    .recipient = address,
                    .user = server.user,
                    .password = channels_->mail_password(),
                    .starttls = server.starttls};
  return parcel;
}

Parcel ParcelSource::PackForProvider(const LoadedChannels::LoadedProvider& loaded,
                                     const Sending& sending, const Letter& letter,
                                     const std::string& address) const {
  const Provider& provider = loaded.provider;
  const Placeholders names = {{"id", sending.delivery},
                              {"address", address},
                              {"title", letter.title},
                              {"text", letter.short_text},
                              {"secret", loaded.secret}};
  Parcel parcel;
  parcel.provider = provider.name;
  parcel.request.url = FillIn(provider.url, {{"secret", loaded.secret}}, /*json=*/false);
  parcel.request.body = FillIn(provider.body, names, IsJson(provider));
  for (const auto& [name, value] : provider.headers) {
    parcel.request.headers.push_back(
        absl::StrCat(name, ": ", FillIn(value, {{"secret", loaded.secret}}, /*json=*/false)));
  }
  return parcel;
}

ParcelAnswer ParcelSource::ReadAnswer(const Sending& sending, const TransferAnswer& answer) const {
  ParcelAnswer read;
  if (sending.channel == v1::WEBHOOK) {
    read.verdict = JudgeWebhook(answer.status);
  } else if (sending.channel == v1::EMAIL) {
    // A login that is refused is the operator's to mend, not the recipient's fault.
    read.verdict = answer.fault == "login" ? Verdict::kLater : JudgeMail(answer.status);
  } else if (const auto* provider = channels_->ProviderOf(sending.channel)) {
    const ProviderAnswer said = ReadProviderAnswer(provider->provider, answer.status, answer.body);
    read.verdict = said.verdict;
    read.provider_message = said.message;
  }
  if (read.verdict == Verdict::kTaken) return read;
  if (answer.status != 0) {
    read.error = absl::StrCat("answered ", answer.status);
  } else {
    read.error = absl::StrCat(std::string(answer.fault), ": ", answer.error);
  }
  return read;
}

std::optional<absl::Duration> ParcelSource::ReceiptWait(v1::Channel channel) const {
  const auto* const provider = channels_->ProviderOf(channel);
  if (provider == nullptr || provider->receipt_secret.empty()) return std::nullopt;
  return absl::Seconds(provider->provider.receipt_within_seconds);
}

}  // namespace duban::notification
