#ifndef DUBAN_COMMON_SERVER_MUTATION_H_
#define DUBAN_COMMON_SERVER_MUTATION_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "common/base/status.h"
#include "common/db/database.h"
#include "common/db/request_log.h"
#include "common/server/call_context.h"
#include "google/protobuf/message.h"

namespace duban::server {

// The one place that knows request_id, retries, unknown outcomes and the commit of a changing call.
class Mutations {
 public:
  Mutations(db::Database* database, std::string service)
      : database_(database), service_(std::move(service)) {}

  // Runs `body` (absl::StatusOr<Response>(db::Transaction&)) once for the request's request_id. The
  // body may run again after a deadlock, so it keeps nothing outside. INVALID_ARGUMENT
  // FIELD_INVALID if request_id is neither empty nor a UUID; REQUEST_ID_REUSED if it was used with
  // other content.
  template <typename Body>
  std::invoke_result_t<Body, db::Transaction&> Run(const CallContext& call,
                                                   const google::protobuf::Message& request,
                                                   Body body) const {
    using Response = typename std::invoke_result_t<Body, db::Transaction&>::value_type;
    DUBAN_ASSIGN_OR_RETURN(
        const std::string reply,
        RunSerialized(call, request, [&](db::Transaction& tx) -> absl::StatusOr<std::string> {
          DUBAN_ASSIGN_OR_RETURN(const Response response, body(tx));
          return response.SerializeAsString();
        }));
    return Parse<Response>(reply);
  }

  // What the request was answered the first time, if it is a repeat; nothing if it is not. The
  // first step of every handler that asks others, or looks at what may have moved, before Run: a
  // repeat does not notice what has happened since. Errors as those of Run.
  template <typename Response>
  absl::StatusOr<std::optional<Response>> FirstAnswer(
      const CallContext& call, const google::protobuf::Message& request) const {
    DUBAN_ASSIGN_OR_RETURN(const std::optional<std::string> reply, RecordedReply(call, request));
    if (!reply) return std::nullopt;
    return Parse<Response>(*reply);
  }

  // The key under which Run records the reply, for transactions that answer several calls at once.
  // INVALID_ARGUMENT FIELD_INVALID if request_id is neither empty nor a UUID.
  absl::StatusOr<db::RequestKey> KeyOf(const CallContext& call,
                                       const google::protobuf::Message& request) const;

 private:
  template <typename Response>
  static absl::StatusOr<Response> Parse(const std::string& reply) {
    Response response;
    if (response.ParseFromString(reply)) return response;
    return absl::InternalError("the recorded reply does not parse");
  }

  absl::StatusOr<std::optional<std::string>> RecordedReply(
      const CallContext& call, const google::protobuf::Message& request) const;
  absl::StatusOr<std::string> RunSerialized(
      const CallContext& call, const google::protobuf::Message& request,
      const std::function<absl::StatusOr<std::string>(db::Transaction&)>& body) const;

  db::Database* database_;
  std::string service_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_MUTATION_H_
