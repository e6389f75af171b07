#include "services/notification/subscription_rules.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"

namespace duban::notification {
namespace {

using google::protobuf::RepeatedPtrField;
using v1::Subscription;

constexpr int kLongestDisplayName = 100;
constexpr int kLongestPauseReason = 200;
constexpr int kMostEntries = 100;
constexpr size_t kLongestPattern = 128;
constexpr absl::Duration kLongestFailure = absl::Hours(5 * 24);
constexpr int kFewestFailures = 10;
constexpr absl::Duration kUsualRotation = absl::Hours(24);
constexpr absl::Duration kLongestRotation = absl::Hours(30 * 24);

struct SubscriptionTransition {
  Subscription::State from;
  SubscriptionMove move;
  Subscription::State to;
};

constexpr std::array kSubscriptionTransitions = {
    SubscriptionTransition{Subscription::PENDING, SubscriptionMove::kVerify, Subscription::ACTIVE},
    SubscriptionTransition{Subscription::DISABLED, SubscriptionMove::kVerify, Subscription::ACTIVE},
    SubscriptionTransition{Subscription::ACTIVE, SubscriptionMove::kPause, Subscription::PAUSED},
    SubscriptionTransition{Subscription::PAUSED, SubscriptionMove::kResume, Subscription::ACTIVE},
    SubscriptionTransition{Subscription::ACTIVE, SubscriptionMove::kDisable,
                           Subscription::DISABLED},
    SubscriptionTransition{Subscription::PAUSED, SubscriptionMove::kDisable,
                           Subscription::DISABLED},
};

constexpr std::string_view NameOf(SubscriptionMove move) {
  constexpr std::array kNames = {"VERIFY", "PAUSE", "RESUME", "DISABLE"};
  return kNames[static_cast<size_t>(move)];
}

bool IsTypePattern(const std::string& pattern) {
  absl::string_view type = pattern;
  absl::ConsumeSuffix(&type, ".*");
  return !type.empty() && pattern.size() <= kLongestPattern && type.front() != '.' &&
         std::all_of(type.begin(), type.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '.';
         });
}

bool FitsType(const std::string& pattern, const std::string& type) {
  absl::string_view prefix = pattern;
  if (!absl::ConsumeSuffix(&prefix, "*")) return type == pattern;
  return absl::StartsWith(type, prefix);
}

bool Has(const RepeatedPtrField<std::string>& wanted, const std::string& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

// Each a resource name of the pattern, none twice.
absl::Status CheckNames(const RepeatedPtrField<std::string>& names, std::string_view pattern,
                        std::string_view field) {
  const std::set<std::string> unlike(names.begin(), names.end());
  if (names.size() > kMostEntries || static_cast<int>(unlike.size()) != names.size()) {
    return FieldInvalid(field, "至多100项，不能重复",
                        "it has at most 100 entries, none of them twice");
  }
  for (const std::string& name : names) {
    DUBAN_RETURN_IF_ERROR(ParseResourceName(name, pattern, field).status());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSubscription(const Subscription& subscription) {
  DUBAN_RETURN_IF_ERROR(CheckText(subscription.display_name(), "subscription.display_name",
                                  kLongestDisplayName, /*required=*/true));
  const auto& types = subscription.event_types();
  if (types.empty() || types.size() > kMostEntries ||
      !std::all_of(types.begin(), types.end(), IsTypePattern)) {
    return FieldInvalid("subscription.event_types", "应有1至100个事件类型，或以 .* 结尾的前缀",
                        "it has 1 to 100 types of event, or prefixes that end with .*");
  }
  DUBAN_RETURN_IF_ERROR(CheckNames(subscription.plans(), "plans/*", "subscription.plans"));
  return CheckNames(subscription.units(), "units/*", "subscription.units");
}

absl::StatusOr<Subscription> MoveSubscription(const Subscription& subscription,
                                              SubscriptionMove move, std::string_view reason,
                                              absl::Time now) {
  std::vector<std::string_view> allowed;
  Subscription after = subscription;
  for (const SubscriptionTransition& transition : kSubscriptionTransitions) {
    if (transition.from != subscription.state()) continue;
    allowed.push_back(NameOf(transition.move));
    if (transition.move == move) after.set_state(transition.to);
  }
  if (after.state() == subscription.state()) {
    return Error(kSubscriptionMoveNotAllowed)
        .With("state", Subscription::State_Name(subscription.state()))
        .With("move", NameOf(move))
        .With("allowed",
              absl::StrJoin(allowed, ", ",
                            [](std::string* out, std::string_view name) { out->append(name); }))
        .Build();
  }
  if (move == SubscriptionMove::kPause) {
    DUBAN_RETURN_IF_ERROR(CheckText(reason, "reason", kLongestPauseReason, /*required=*/true));
  }
  after.set_reason(std::string(reason));
  if (after.state() == Subscription::ACTIVE) after.clear_failing_since();
  *after.mutable_update_time() = ToTimestamp(now);
  return after;
}

bool Wants(const Subscription& subscription, const common::v1::Event& event) {
  const auto& types = subscription.event_types();
  return std::any_of(types.begin(), types.end(),
                     [&](const std::string& pattern) { return FitsType(pattern, event.type()); }) &&
         Has(subscription.plans(), event.plan()) && Has(subscription.units(), event.unit());
}

bool IsGranted(const std::optional<std::vector<std::string>>& granted_units,
               const std::string& unit) {
  return !granted_units ||
         std::find(granted_units->begin(), granted_units->end(), unit) != granted_units->end();
}

bool HasFailedTooLong(absl::Time failing_since, int failures, absl::Time now) {
  return failures >= kFewestFailures && now - failing_since >= kLongestFailure;
}

absl::StatusOr<absl::Time> SecretExpiry(const google::protobuf::Timestamp* asked, absl::Time now) {
  if (asked == nullptr) return now + kUsualRotation;
  DUBAN_ASSIGN_OR_RETURN(const absl::Time expiry, ParseTimestamp(*asked, "expire_time"));
  if (expiry < now || expiry > now + kLongestRotation) {
    return FieldInvalid("expire_time", "应在现在至30天之间", "it lies within 30 days from now");
  }
  return expiry;
}

void DropExpiredSecrets(absl::Time now, Subscription* subscription) {
  auto* const secrets = subscription->mutable_secrets();
  secrets->erase(std::remove_if(secrets->begin(), secrets->end(),
                                [&](const Subscription::Secret& secret) {
                                  return secret.has_expire_time() &&
                                         FromTimestamp(secret.expire_time()) <= now;
                                }),
                 secrets->end());
}

}  // namespace duban::notification
