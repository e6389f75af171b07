#include "services/notification/delivery_recorder.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/shared_time.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/notification/delivery_rules.h"
#include "services/notification/subscription_rules.h"

namespace duban::notification {
namespace {

using v1::Delivery;
using v1::Subscription;

constexpr absl::Duration kRecordTimeLimit = absl::Seconds(10);
constexpr char kGoneReason[] = "地址应答 410,不再接收 (the address answered 410)";
constexpr char kFailedReason[] = "连续五天投递失败 (every delivery failed for five days)";

std::string CauseOf(const TransferAnswer& answer) {
  if (answer.status == 0) return std::string(answer.fault);
  if (answer.status < 300) return "rule";  // taken by HTTP, not by the provider's own word
  return absl::StrCat(answer.status / 100, "xx");
}

}  // namespace

DeliveryRecorder::DeliveryRecorder(const server::Environment& environment,
                                   const ParcelSource* parcels, DeliveryMetrics* metrics)
    : database_(environment.database),
      clock_(environment.clock),
      parcels_(parcels),
      metrics_(metrics),
      audit_("notification") {}

std::vector<DeliveryRecorder::Result> DeliveryRecorder::Judge(const std::vector<EndedTry>& ended,
                                                              absl::Time now) {
  std::uniform_real_distribution<double> jitter(0, 1);
  std::vector<Result> results;
  for (const EndedTry& ended_try : ended) {
    const Sending& sending = ended_try.sending;
    const ParcelAnswer said = parcels_->ReadAnswer(sending, ended_try.answer);
    // What the header says as a date is of the world's time, not of the business's.
    const NextStep next =
        AfterTry(sending.attempts + 1, said.verdict,
                 ParseRetryAfter(ended_try.answer.retry_after, SharedNow()), now, jitter(random_));
    const bool taken = next.state == Delivery::SENT;
    const auto receipt_wait = taken ? parcels_->ReceiptWait(sending.channel) : std::nullopt;
    results.push_back({.tried = {.sending = sending,
                                 .state = next.state,
                                 .due_time = receipt_wait ? now + *receipt_wait : next.due_time,
                                 .receipt_expected = receipt_wait.has_value(),
                                 .time = ended_try.time,
                                 .took = ended_try.answer.took,
                                 .status = ended_try.answer.status,
                                 .error = said.error,
                                 .provider = ended_try.provider,
                                 .provider_message = said.provider_message},
                       .verdict = said.verdict,
                       .cause = CauseOf(ended_try.answer)});
  }
  return results;
}

absl::Status DeliveryRecorder::Record(const std::vector<Result>& results, absl::Time now) {
  const auto write = [&](db::Transaction& tx) -> absl::StatusOr<std::vector<bool>> {
    std::vector<TriedSending> tries;
    for (const Result& result : results) tries.push_back(result.tried);
    DUBAN_ASSIGN_OR_RETURN(std::vector<bool> written, sendings_.Record(tx, tries));
    std::set<std::string> working;
    for (size_t i = 0; i < results.size(); ++i) {
      const Result& result = results[i];
      if (!written[i]) continue;
      if (result.verdict == Verdict::kTaken) working.insert(result.tried.sending.subscription);
      DUBAN_RETURN_IF_ERROR(FollowUp(tx, result, now));
    }
    working.erase("");
    for (const std::string& id : working) {
      DUBAN_RETURN_IF_ERROR(subscriptions_.ClearFailing(tx, id));
    }
    return written;
  };
  DUBAN_ASSIGN_OR_RETURN(const std::vector<bool> written,
                         database_->RunInTransaction(MachineNow() + kRecordTimeLimit, write));
  Count(results, written);
  return absl::OkStatus();
}

server::CallContext DeliveryRecorder::OwnCall() const {
  server::CallContext call;
  call.identity.subject = "services/notification";
  call.method = "DeliveryRecorder";
  call.clock = clock_;
  return call;
}

absl::Status DeliveryRecorder::FollowUp(db::Transaction& tx, const Result& result,
                                        absl::Time now) const {
  const Sending& sending = result.tried.sending;
  if (sending.channel == v1::WEBHOOK) {
    return result.verdict == Verdict::kTaken ? absl::OkStatus() : NoteFailure(tx, result, now);
  }
  if (result.tried.state == Delivery::DEAD) {
    return sendings_.WakeNext(tx, sending.message, sending.ordinal, now);
  }
  if (result.tried.state != Delivery::SENT) return absl::OkStatus();
  if (!result.tried.receipt_expected) return sendings_.CancelWaiting(tx, sending.message);
  return receipts_.CatchUp(tx, OwnCall(), result.tried.provider, result.tried.provider_message)
      .status();
}

absl::Status DeliveryRecorder::NoteFailure(db::Transaction& tx, const Result& result,
                                           absl::Time now) const {
  const std::string& id = result.tried.sending.subscription;
  DUBAN_ASSIGN_OR_RETURN(auto subscription, subscriptions_.GetForUpdate(tx, id));
  if (!subscription) return absl::OkStatus();
  if (result.verdict == Verdict::kGone) {
    return Disable(tx, id, *std::move(subscription), kGoneReason, now);
  }
  if (!subscription->message.has_failing_since() ||
      !HasFailedTooLong(FromTimestamp(subscription->message.failing_since()),
                        subscription->failures + 1, now)) {
    return subscriptions_.CountFailure(tx, id, now);
  }
  return Disable(tx, id, *std::move(subscription), kFailedReason, now);
}

absl::Status DeliveryRecorder::Disable(db::Transaction& tx, const std::string& id,
                                       StoredSubscription subscription, const std::string& reason,
                                       absl::Time now) const {
  const Subscription before = subscription.message;
  auto after = MoveSubscription(before, SubscriptionMove::kDisable, reason, now);
  if (!after.ok()) return absl::OkStatus();  // it is not told of anything any more as it is
  subscription.message = *std::move(after);
  DUBAN_RETURN_IF_ERROR(subscriptions_.Write(tx, id, &subscription));
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, OwnCall(), before.name(), before, subscription.message));
  metrics_->Disabled();
  LogError("a subscription was disabled", {{"subscription", before.name()}, {"reason", reason}});
  return absl::OkStatus();
}

void DeliveryRecorder::Count(const std::vector<Result>& results, const std::vector<bool>& written) {
  for (size_t i = 0; i < results.size(); ++i) {
    const TriedSending& tried = results[i].tried;
    if (!written[i]) {
      metrics_->Stale();
    } else if (tried.state == Delivery::SENT) {
      metrics_->Sent(tried.sending.channel, tried.took,
                     tried.time + tried.took - tried.sending.create_time);
    } else {
      metrics_->Failed(tried.sending.channel, results[i].cause, tried.took);
      if (tried.state == Delivery::DEAD) metrics_->Dead(tried.sending.channel);
    }
  }
}

}  // namespace duban::notification
