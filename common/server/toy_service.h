#ifndef DUBAN_COMMON_SERVER_TOY_SERVICE_H_
#define DUBAN_COMMON_SERVER_TOY_SERVICE_H_

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "common/audit/audit.h"
#include "common/db/migration.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "common/server/toy.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "duban/submission/v1/report_service.grpc.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace duban::server {

// A service of real protos whose handlers do what a test says.
struct Toy {
  template <typename Request, typename Response>
  using Verb = std::function<absl::StatusOr<Response>(CallContext&, const Request&)>;

  Verb<submission::v1::GetScoreboardRequest, submission::v1::Scoreboard> get_scoreboard =
      [](CallContext&, const submission::v1::GetScoreboardRequest&) {
        return submission::v1::Scoreboard();
      };
  Verb<submission::v1::CreateReportRequest, submission::v1::Report> create_report =
      [](CallContext&, const submission::v1::CreateReportRequest& request) {
        return request.report();
      };
  std::function<absl::StatusOr<toy::v1::Word>(CallContext&, Reader<toy::v1::Word>&)> collect =
      [](CallContext&, Reader<toy::v1::Word>&) { return toy::v1::Word(); };
  std::function<absl::Status(CallContext&, const toy::v1::Word&, Writer<toy::v1::Word>&)> tell =
      [](CallContext&, const toy::v1::Word&, Writer<toy::v1::Word>&) { return absl::OkStatus(); };
  std::function<absl::Status(CallContext&, const toy::v1::Word&, Watch<toy::v1::Word>)> follow =
      [](CallContext&, const toy::v1::Word&, const Watch<toy::v1::Word>&) {
        return absl::OkStatus();
      };
  std::function<absl::Status(CallContext&, Stream<toy::v1::Word, toy::v1::Word>&)> talk =
      [](CallContext&, Stream<toy::v1::Word, toy::v1::Word>&) { return absl::OkStatus(); };
  std::atomic<int> handled = 0;  // calls that reached a handler

  // The definition of a service with this toy's handlers, which the toy outlives.
  ServiceDefinition Definition();
};

class ToyAssembly : public Assembly {
 public:
  explicit ToyAssembly(Toy* toy) : toy_(toy) {}

  std::vector<RpcService> Services() override;

  absl::StatusOr<submission::v1::Scoreboard> GetScoreboard(
      CallContext& call, const submission::v1::GetScoreboardRequest& request) {
    ++toy_->handled;
    return toy_->get_scoreboard(call, request);
  }
  absl::StatusOr<submission::v1::Report> CreateReport(
      CallContext& call, const submission::v1::CreateReportRequest& request) {
    ++toy_->handled;
    return toy_->create_report(call, request);
  }
  absl::StatusOr<toy::v1::Word> Collect(CallContext& call, Reader<toy::v1::Word>& words) {
    ++toy_->handled;
    return toy_->collect(call, words);
  }
  absl::Status Tell(CallContext& call, const toy::v1::Word& request, Writer<toy::v1::Word>& words) {
    ++toy_->handled;
    return toy_->tell(call, request, words);
  }
  absl::Status Follow(CallContext& call, const toy::v1::Word& request, Watch<toy::v1::Word> watch) {
    ++toy_->handled;
    return toy_->follow(call, request, std::move(watch));
  }
  absl::Status Talk(CallContext& call, Stream<toy::v1::Word, toy::v1::Word>& words) {
    ++toy_->handled;
    return toy_->talk(call, words);
  }
  // Of streams only, but without one.
  absl::StatusOr<toy::v1::Word> Unary(CallContext&, const toy::v1::Word& word) { return word; }

 private:
  Toy* toy_;
};

// The service with a handler that answers nothing for each method without one.
inline RpcService Completed(RpcService service, std::atomic<int>* handled) {
  namespace protobuf = google::protobuf;
  submission::v1::GetScoreboardRequest::descriptor();  // so that the files are there
  const protobuf::ServiceDescriptor* descriptor =
      protobuf::DescriptorPool::generated_pool()->FindServiceByName(service.full_name());
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const protobuf::MethodDescriptor& method = *descriptor->method(i);
    const bool done = std::any_of(service.methods().begin(), service.methods().end(),
                                  [&](const auto& added) { return added.name == method.name(); });
    if (done) continue;
    protobuf::MessageFactory* messages = protobuf::MessageFactory::generated_factory();
    service.Add({.name = method.name(),
                 .request_prototype = messages->GetPrototype(method.input_type()),
                 .response_prototype = messages->GetPrototype(method.output_type()),
                 .client_streaming = method.client_streaming(),
                 .server_streaming = method.server_streaming(),
                 .handler =
                     [handled](CallContext&, const protobuf::Message&, protobuf::Message*) {
                       ++*handled;
                       return absl::OkStatus();
                     },
                 .stream_handler =
                     [handled](CallContext&, MessageStream&) {
                       ++*handled;
                       return absl::OkStatus();
                     }});
  }
  return service;
}

inline std::vector<RpcService> ToyAssembly::Services() {
  RpcService progress("duban.submission.v1.ProgressService");
  progress.Add("GetScoreboard", this, &ToyAssembly::GetScoreboard);
  RpcService reports("duban.submission.v1.ReportService");
  reports.Add("CreateReport", this, &ToyAssembly::CreateReport);
  RpcService streams("duban.toy.v1.ToyService");
  streams.Add("Collect", this, &ToyAssembly::Collect)
      .Add("Tell", this, &ToyAssembly::Tell)
      .Add("Talk", this, &ToyAssembly::Talk)
      .Add("Follow", this, &ToyAssembly::Follow);
  return {Completed(std::move(progress), &toy_->handled),
          Completed(std::move(reports), &toy_->handled), streams};
}

inline ServiceDefinition Toy::Definition() {
  return {.name = "toy",
          .migrations = {db::kRequestLogMigrations, kAuditMigrations},
          .assemble = [this](const Environment&) -> absl::StatusOr<std::unique_ptr<Assembly>> {
            return std::make_unique<ToyAssembly>(this);
          },
          .record_refusal =
              [](db::Database& database, const CallContext& call, const absl::Status& refusal) {
                return Audit("toy").AppendRefusal(database, call, refusal);
              }};
}

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_TOY_SERVICE_H_
