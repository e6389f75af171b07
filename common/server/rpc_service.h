#ifndef DUBAN_COMMON_SERVER_RPC_SERVICE_H_
#define DUBAN_COMMON_SERVER_RPC_SERVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "google/protobuf/message.h"

namespace duban::server {

// One gRPC service as handlers: plain methods `absl::StatusOr<Response> Verb(CallContext&, const
// Request&)`, callable from a test without gRPC.
//   RpcService("duban.submission.v1.ReportService")
//       .Add("SubmitReport", this, &ReportService::SubmitReport)
// Start-up fails unless every method of the proto service has a handler of its types and a rule.
class RpcService {
 public:
  // Runs one handler: takes the parsed request, fills the response.
  using Handler = std::function<absl::Status(CallContext&, const google::protobuf::Message& request,
                                             google::protobuf::Message* response)>;
  struct Method {
    std::string name;  // simple name, `SubmitReport`
    const google::protobuf::Message* request_prototype;
    const google::protobuf::Message* response_prototype;
    Handler handler;
  };

  explicit RpcService(std::string_view full_name) : full_name_(full_name) {}

  template <typename Service, typename Request, typename Response>
  RpcService& Add(std::string_view name, Service* service,
                  absl::StatusOr<Response> (Service::*verb)(CallContext&, const Request&)) {
    methods_.push_back({std::string(name), &Request::default_instance(),
                        &Response::default_instance(),
                        [service, verb](CallContext& call, const google::protobuf::Message& request,
                                        google::protobuf::Message* response) -> absl::Status {
                          absl::StatusOr<Response> result =
                              (service->*verb)(call, static_cast<const Request&>(request));
                          if (!result.ok()) return std::move(result).status();
                          static_cast<Response*>(response)->Swap(&*result);
                          return absl::OkStatus();
                        }});
    return *this;
  }

  const std::string& full_name() const { return full_name_; }
  const std::vector<Method>& methods() const { return methods_; }

 private:
  std::string full_name_;
  std::vector<Method> methods_;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_RPC_SERVICE_H_
