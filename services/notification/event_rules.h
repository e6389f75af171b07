#ifndef DUBAN_SERVICES_NOTIFICATION_EVENT_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_EVENT_RULES_H_

#include <string_view>

#include "absl/status/status.h"
#include "duban/common/v1/event.pb.h"
#include "duban/notification/v1/event.pb.h"

namespace duban::notification {

// RECEIVED → DISPATCHED

// INVALID_ARGUMENT FIELD_INVALID naming the first field that makes the event one that cannot be
// kept: its id is no UUID, its type, subject or data is missing or too long, plan or unit is no
// resource name, its time is none, its sequence is negative, or it is told by another service than
// `caller` (the subject of the caller's token). Types that nobody declares are fine.
absl::Status CheckEvent(const common::v1::Event& event, std::string_view caller);

// Sets what follows from the event: type_declared, and data_json where its type is known.
void DescribeData(v1::EventRecord* record);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_EVENT_RULES_H_
