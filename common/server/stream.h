#ifndef DUBAN_COMMON_SERVER_STREAM_H_
#define DUBAN_COMMON_SERVER_STREAM_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

namespace duban::server {

// The stream of one call, for its handler's thread. One message is buffered each way: a handler
// that does not read stops the sender, a caller that does not read stops the writer.
class MessageStream {
 public:
  virtual ~MessageStream() = default;

  // Waits for the caller's next message. False at the end: either the caller has sent everything,
  // or the stream is broken, which status() tells. Nothing is to be stored as complete before that.
  virtual bool Read(google::protobuf::Message* message) = 0;

  // True if the caller's next message, or the end, is there or comes within `patience`: then Read
  // does not wait. For handlers that take at once what has arrived.
  virtual bool HasNext(absl::Duration patience) = 0;

  // Sends a message, as soon as the one before it is on its way. False if the stream is broken.
  virtual bool Write(const google::protobuf::Message& message) = 0;

  // OK while the stream lives, also after all has been read; else what broke it, for good:
  //   CALL_CANCELLED      the caller is gone
  //   DEADLINE_EXPIRED    the call has lasted as long as it may
  //   TOKEN_EXPIRED       the caller's token has
  //   STREAM_IDLE         the caller sent or took nothing for too long
  //   MESSAGE_TOO_LARGE, REQUEST_MALFORMED   the message that Read refused
  // The caller is told this whatever the handler returns afterwards.
  virtual absl::Status status() = 0;
};

// What a handler reads from, writes to, or both: MessageStream with types.
template <typename Request>
class Reader {
 public:
  explicit Reader(MessageStream* stream) : stream_(*stream) {}
  bool Read(Request* request) { return stream_.Read(request); }
  absl::Status status() { return stream_.status(); }

 private:
  MessageStream& stream_;
};

template <typename Response>
class Writer {
 public:
  explicit Writer(MessageStream* stream) : stream_(*stream) {}
  bool Write(const Response& response) { return stream_.Write(response); }
  absl::Status status() { return stream_.status(); }

 private:
  MessageStream& stream_;
};

template <typename Request, typename Response>
class Stream {
 public:
  explicit Stream(MessageStream* stream) : stream_(*stream) {}
  bool Read(Request* request) { return stream_.Read(request); }
  bool HasNext(absl::Duration patience) { return stream_.HasNext(patience); }
  bool Write(const Response& response) { return stream_.Write(response); }
  absl::Status status() { return stream_.status(); }

 private:
  MessageStream& stream_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_STREAM_H_
