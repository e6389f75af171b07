#ifndef DUBAN_SERVICES_NOTIFICATION_WEBHOOK_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_WEBHOOK_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "duban/common/v1/event.pb.h"

// Webhooks after the Standard Webhooks specification, with CloudEvents 1.0 bodies.
namespace duban::notification {

// A new secret as subscribers know it: `whsec_` and 32 bytes in base64.
std::string NewWebhookSecret();

// The three headers (`Name: value`) with which a body is sent: its id, the same with every try; the
// time of this try; and one signature `v1,…` for each secret, which receivers accept if any fits.
std::vector<std::string> SignWebhook(std::string_view id, absl::Time time, std::string_view body,
                                     const std::vector<std::string>& secrets);

// The event as a CloudEvent in JSON: what happened, to which version of which resource, never the
// event's data, so nobody's person nor words.
std::string CloudEventOf(const common::v1::Event& event);

// The CloudEvent that asks an address to answer with `challenge`.
std::string VerificationEvent(std::string_view id, std::string_view subscription,
                              std::string_view challenge, absl::Time time);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_WEBHOOK_RULES_H_
