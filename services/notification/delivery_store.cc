#include "services/notification/delivery_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/db/repeated.h"
#include "duban/notification/v1/delivery.pb.h"

namespace duban::notification {
namespace {

using v1::Delivery;

constexpr db::Repeated kInsert = {
    "INSERT INTO deliveries (delivery, dedup_key, channel, ordinal, member, message, subscription,"
    " event, urgency, state, due_time, attempts, fence, lease_until, lease_owner, last_status,"
    " last_error, provider, provider_message, receipt, create_time, sent_time, confirm_time,"
    " version) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, NULL, '', 0, '', '', '', 0, ?, NULL, NULL, 1)", ", ",
    " ON DUPLICATE KEY UPDATE dedup_key = dedup_key"};

// `{message}/{channel}` or `{subscription}/{event}`.
std::string DedupKey(const NewDelivery& delivery) {
  return delivery.channel == v1::WEBHOOK
             ? absl::StrCat(delivery.subscription, "/", delivery.event)
             : absl::StrCat(delivery.message, "/", static_cast<int>(delivery.channel));
}

}  // namespace

absl::Status DeliveryStore::Add(db::Transaction& tx, const std::vector<NewDelivery>& deliveries,
                                absl::Time now) const {
  std::vector<std::vector<db::Value>> rows;
  rows.reserve(deliveries.size());
  for (const NewDelivery& delivery : deliveries) {
    const Delivery::State state = delivery.ordinal == 0 ? Delivery::DUE : Delivery::WAITING;
    rows.push_back({NewUuid7(MachineNow()), DedupKey(delivery), static_cast<int>(delivery.channel),
                    delivery.ordinal, delivery.member, delivery.message, delivery.subscription,
                    delivery.event, static_cast<int>(delivery.urgency), static_cast<int>(state),
                    delivery.due_time, now});
  }
  return db::ExecuteRepeated(tx, kInsert, std::move(rows)).status();
}

}  // namespace duban::notification
