#include "services/notification/messenger.h"

#include <utility>

#include "common/base/status.h"

namespace duban::notification {
namespace {

std::string IdIn(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// The event's id where the message tells of one alone.
std::string EventOf(const NewMessage& message) {
  return message.content.events_size() == 1 ? IdIn(message.content.events(0)) : "";
}

}  // namespace

absl::StatusOr<std::vector<NewMessage>> Messenger::Send(db::Transaction& tx,
                                                        std::vector<Outgoing> outgoing,
                                                        absl::Time now) const {
  std::set<std::string> members;
  std::map<std::pair<std::string, std::string>, std::vector<v1::Channel>> channels;
  std::vector<NewMessage> messages;
  for (Outgoing& one : outgoing) {
    members.insert(one.message.member);
    channels[{one.message.member, one.message.notice}] = std::move(one.channels);
    messages.push_back(std::move(one.message));
  }
  DUBAN_ASSIGN_OR_RETURN(const std::vector<NewMessage> added,
                         inboxes_.Add(tx, std::move(messages), now));
  DUBAN_ASSIGN_OR_RETURN(const auto reachable,
                         contact_points_.Reachable(tx, {members.begin(), members.end()}));
  std::vector<NewDelivery> deliveries;
  for (const NewMessage& message : added) {
    const auto ways = reachable.find(message.member);
    if (ways == reachable.end()) continue;
    int ordinal = 0;
    for (const v1::Channel channel : channels[{message.member, message.notice}]) {
      if (!ways->second.contains(channel)) continue;
      deliveries.push_back({.channel = channel,
                            .ordinal = ordinal++,
                            .member = message.member,
                            .message = IdIn(message.content.name()),
                            .subscription = "",
                            .event = EventOf(message),
                            .urgency = message.content.urgency(),
                            .due_time = now});
    }
  }
  DUBAN_RETURN_IF_ERROR(deliveries_.Add(tx, deliveries, now));
  return added;
}

}  // namespace duban::notification
