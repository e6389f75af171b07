#ifndef DUBAN_SERVICES_REVIEW_ACTION_ITEM_EVENTS_H_
#define DUBAN_SERVICES_REVIEW_ACTION_ITEM_EVENTS_H_

#include <memory>
#include <string>

#include "duban/review/v1/action_item.pb.h"
#include "google/protobuf/message.h"

namespace duban::review {

// What the other services are told of an order.
struct ActionItemEvent {
  std::string type;
  std::unique_ptr<google::protobuf::Message> data;
};

// That it was ordered.
ActionItemEvent AssignedEvent(const v1::ActionItem& item);

// What is told of the order as `actor` left it by the move.
ActionItemEvent MovedEvent(const v1::ActionItem& item, v1::ActionItem::Action move,
                           const std::string& actor);

// That a step of the ladder was taken.
ActionItemEvent EscalatedEvent(const v1::ActionItem& item, const v1::ActionItem::Escalation& taken);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ACTION_ITEM_EVENTS_H_
