#ifndef DUBAN_SERVICES_NOTIFICATION_EVENT_TYPE_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_EVENT_TYPE_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace duban::notification {

// The message that is the data of a type of event, as the services' contracts declare it
// (duban.common.v1.event_type); null for a type that none declares.
const google::protobuf::Descriptor* DataOfType(std::string_view type);

// All declared types, in order.
const std::vector<std::string>& DeclaredTypes();

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_EVENT_TYPE_RULES_H_
