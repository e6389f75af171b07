#include "services/notification/route_rules.h"

#include <algorithm>
#include <set>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/notification/template_rules.h"

namespace duban::notification {
namespace {

using v1::Route;

constexpr int64_t kShortestStep = 60;
constexpr int64_t kLongestStep = 30 * 24 * 3600;

absl::Status CheckAudiences(const Route& route) {
  const std::set<int> different(route.audiences().begin(), route.audiences().end());
  const bool known = std::all_of(different.begin(), different.end(), [](int audience) {
    return audience != Route::AUDIENCE_UNSPECIFIED && Route::Audience_IsValid(audience);
  });
  if (known && !different.empty() &&
      different.size() == static_cast<size_t>(route.audiences_size())) {
    return absl::OkStatus();
  }
  return FieldInvalid("route.audiences", "至少一种对象，每种一次",
                      "there is at least one audience, each once");
}

absl::Status CheckChannels(const Route& route) {
  const std::set<int> different(route.channels().begin(), route.channels().end());
  const bool known = std::all_of(different.begin(), different.end(), [](int channel) {
    return channel != v1::CHANNEL_UNSPECIFIED && channel != v1::WEBHOOK &&
           v1::Channel_IsValid(channel);
  });
  if (known && different.size() == static_cast<size_t>(route.channels_size())) {
    return absl::OkStatus();
  }
  return FieldInvalid("route.channels", "应为 EMAIL、SMS、CHAT，每种至多一次",
                      "they are EMAIL, SMS and CHAT, each at most once");
}

absl::Status CheckStepUp(const Route& route) {
  if (!route.has_step_up_after()) return absl::OkStatus();
  if (route.urgency() != v1::URGENT || !route.acknowledgement_required()) {
    return FieldInvalid("route.step_up_after", "仅用于须签收的紧急消息",
                        "only what is URGENT and has to be acknowledged steps up");
  }
  const auto& after = route.step_up_after();
  if (after.nanos() == 0 && after.seconds() >= kShortestStep && after.seconds() <= kLongestStep) {
    return absl::OkStatus();
  }
  return FieldInvalid("route.step_up_after", "应为1分钟至30天，整秒",
                      "it is whole seconds from a minute to 30 days");
}

}  // namespace

absl::Status CheckRoute(const Route& route) {
  if (!route.plan().empty()) {
    DUBAN_RETURN_IF_ERROR(ParseResourceName(route.plan(), "plans/*", "route.plan").status());
  }
  DUBAN_RETURN_IF_ERROR(CheckEventType(route.event_type(), "route.event_type"));
  DUBAN_RETURN_IF_ERROR(CheckAudiences(route));
  DUBAN_RETURN_IF_ERROR(CheckChannels(route));
  if (route.urgency() == v1::URGENCY_UNSPECIFIED || !v1::Urgency_IsValid(route.urgency())) {
    return FieldInvalid("route.urgency", "应为 DIGEST、NORMAL 或 URGENT",
                        "it is DIGEST, NORMAL or URGENT");
  }
  DUBAN_RETURN_IF_ERROR(
      ParseResourceName(route.template_(), "templates/*", "route.template").status());
  return CheckStepUp(route);
}

std::vector<Route> Governing(const std::vector<Route>& routes, const std::string& plan) {
  const bool own =
      !plan.empty() && std::any_of(routes.begin(), routes.end(),
                                   [&](const Route& one) { return one.plan() == plan; });
  std::vector<Route> governing;
  for (const Route& route : routes) {
    if (!route.disabled() && route.plan() == (own ? plan : "")) governing.push_back(route);
  }
  std::stable_sort(governing.begin(), governing.end(),
                   [](const Route& a, const Route& b) { return a.urgency() > b.urgency(); });
  return governing;
}

}  // namespace duban::notification
