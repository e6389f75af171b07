#ifndef DUBAN_COMMON_SERVER_WATCH_H_
#define DUBAN_COMMON_SERVER_WATCH_H_

#include <memory>
#include <utility>
#include <vector>

#include "google/protobuf/message.h"

namespace duban::server {

// A stream from the server to one caller that stays open without a thread of its own: whoever has
// something to say sends it, from any thread. It ends from outside only: the caller goes, its time
// or token runs out, the server drains, or the caller does not take what was sent.
class MessageWatch {
 public:
  enum class State {
    kReady,    // everything sent is on its way
    kSending,  // something sent is not
    kOver,     // nothing can be sent any more
  };

  virtual ~MessageWatch() = default;

  virtual State state() const = 0;

  // Sends messages in their order. False, and nothing is sent, unless the watch is kReady: so a
  // caller that does not read holds up one call's worth of messages, and nobody but itself.
  virtual bool Send(const std::vector<const google::protobuf::Message*>& messages) = 0;
};

// MessageWatch with a type. Copies are the same watch.
template <typename Response>
class Watch {
 public:
  using State = MessageWatch::State;

  explicit Watch(std::shared_ptr<MessageWatch> watch) : watch_(std::move(watch)) {}

  State state() const { return watch_->state(); }
  bool Send(const std::vector<Response>& responses) {
    std::vector<const google::protobuf::Message*> messages;
    messages.reserve(responses.size());
    for (const Response& response : responses) messages.push_back(&response);
    return watch_->Send(messages);
  }

 private:
  std::shared_ptr<MessageWatch> watch_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_WATCH_H_
