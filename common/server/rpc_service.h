#ifndef DUBAN_COMMON_SERVER_RPC_SERVICE_H_
#define DUBAN_COMMON_SERVER_RPC_SERVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/server/answer.h"
#include "common/server/call_context.h"
#include "common/server/stream.h"
#include "common/server/watch.h"
#include "google/protobuf/message.h"

namespace duban::server {

// One gRPC service as handlers: plain methods, callable from a test without gRPC.
//   RpcService("duban.submission.v1.ReportService")
//       .Add("SubmitReport", this, &ReportService::SubmitReport)
// The signature of a handler says how its method streams:
//   absl::StatusOr<Response> Verb(CallContext&, const Request&)
//   absl::StatusOr<Response> Verb(CallContext&, Reader<Request>&)                    client stream
//   absl::Status             Verb(CallContext&, const Request&, Writer<Response>&)   server stream
//   absl::Status             Verb(CallContext&, Stream<Request, Response>&)          both
//   absl::Status             Verb(CallContext&, const Request&, Watch<Response>)     server stream,
//                            which stays open when the handler has returned OK, without a thread
// A stream's handler runs when the first message is there, and that message's unit was checked.
// Start-up fails unless every method of the proto service has a handler of its kind and types, and
// a rule.
class RpcService {
 public:
  // Runs one handler: takes the parsed request, fills the response.
  using Handler = std::function<absl::Status(CallContext&, const google::protobuf::Message& request,
                                             google::protobuf::Message* response)>;
  // Runs the handler of a method that streams.
  using StreamHandler = std::function<absl::Status(CallContext&, MessageStream&)>;
  // Runs the handler of a method that is served as a watch.
  using WatchHandler =
      std::function<absl::Status(CallContext&, const google::protobuf::Message& request,
                                 const std::shared_ptr<MessageWatch>&)>;
  struct Method {
    std::string name;  // simple name, `SubmitReport`
    const google::protobuf::Message* request_prototype;
    const google::protobuf::Message* response_prototype;
    bool client_streaming = false;
    bool server_streaming = false;
    Handler handler = nullptr;               // of a method that streams neither way
    StreamHandler stream_handler = nullptr;  // of any other that has no watch_handler
    WatchHandler watch_handler = nullptr;

    bool streams() const { return client_streaming || server_streaming; }
  };

  explicit RpcService(std::string_view full_name) : full_name_(full_name) {}

  template <typename Service, typename Request, typename Response>
  RpcService& Add(std::string_view name, Service* service,
                  absl::StatusOr<Response> (Service::*verb)(CallContext&, const Request&)) {
    Method& method = AddMethod<Request, Response>(name);
    method.handler = [service, verb](CallContext& call, const google::protobuf::Message& request,
                                     google::protobuf::Message* response) -> absl::Status {
      absl::StatusOr<Response> result =
          (service->*verb)(call, static_cast<const Request&>(request));
      if (!result.ok()) return std::move(result).status();
      static_cast<Response*>(response)->Swap(&*result);
      return absl::OkStatus();
    };
    return *this;
  }

  template <typename Service, typename Request, typename Response>
  RpcService& Add(std::string_view name, Service* service,
                  absl::StatusOr<Response> (Service::*verb)(CallContext&, Reader<Request>&)) {
    Method& method = AddMethod<Request, Response>(name);
    method.client_streaming = true;
    method.stream_handler = [service, verb](CallContext& call, MessageStream& stream) {
      Reader<Request> reader(&stream);
      const absl::StatusOr<Response> result = (service->*verb)(call, reader);
      if (!result.ok()) return result.status();
      return stream.Write(*result) ? absl::OkStatus() : stream.status();
    };
    return *this;
  }

  template <typename Service, typename Request, typename Response>
  RpcService& Add(std::string_view name, Service* service,
                  absl::Status (Service::*verb)(CallContext&, const Request&, Writer<Response>&)) {
    Method& method = AddMethod<Request, Response>(name);
    method.server_streaming = true;
    method.stream_handler = [service, verb](CallContext& call,
                                            MessageStream& stream) -> absl::Status {
      Request request;
      if (!stream.Read(&request)) return Error(kRequestMalformed);
      Writer<Response> writer(&stream);
      return (service->*verb)(call, request, writer);
    };
    return *this;
  }

  template <typename Service, typename Request, typename Response>
  RpcService& Add(std::string_view name, Service* service,
                  absl::Status (Service::*verb)(CallContext&, Stream<Request, Response>&)) {
    Method& method = AddMethod<Request, Response>(name);
    method.client_streaming = true;
    method.server_streaming = true;
    method.stream_handler = [service, verb](CallContext& call, MessageStream& stream) {
      Stream<Request, Response> typed(&stream);
      return (service->*verb)(call, typed);
    };
    return *this;
  }

  template <typename Service, typename Request, typename Response>
  RpcService& Add(std::string_view name, Service* service,
                  absl::Status (Service::*verb)(CallContext&, const Request&, Watch<Response>)) {
    Method& method = AddMethod<Request, Response>(name);
    method.server_streaming = true;
    method.watch_handler = [service, verb](CallContext& call,
                                           const google::protobuf::Message& request,
                                           const std::shared_ptr<MessageWatch>& watch) {
      return (service->*verb)(call, static_cast<const Request&>(request), Watch<Response>(watch));
    };
    return *this;
  }

  // A handler whose types are known when it runs only.
  RpcService& Add(Method method) {
    methods_.push_back(std::move(method));
    return *this;
  }

  const std::string& full_name() const { return full_name_; }
  const std::vector<Method>& methods() const { return methods_; }

 private:
  template <typename Request, typename Response>
  Method& AddMethod(std::string_view name) {
    methods_.push_back(
        {std::string(name), &Request::default_instance(), &Response::default_instance()});
    return methods_.back();
  }

  std::string full_name_;
  std::vector<Method> methods_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_RPC_SERVICE_H_
