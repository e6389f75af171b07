#ifndef DUBAN_SERVICES_NOTIFICATION_ROUTE_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_ROUTE_RULES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "duban/notification/v1/route.pb.h"

// What a route may say, and which ones govern an event.
namespace duban::notification {

// OK, or INVALID_ARGUMENT FIELD_INVALID or EVENT_TYPE_UNKNOWN naming the first field that is wrong:
// no or a repeated audience, a repeated channel or WEBHOOK, no urgency, no template, and a step-up
// time of less than a minute, more than 30 days, or without URGENT and acknowledgement.
absl::Status CheckRoute(const v1::Route& route);

// Of the routes of one type those that govern an event of this plan (`plans/{plan}` or empty): the
// plan's own, or the defaults where it has none. Those in force, the most urgent first.
std::vector<v1::Route> Governing(const std::vector<v1::Route>& routes, const std::string& plan);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_ROUTE_RULES_H_
