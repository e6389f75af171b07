// What the adapter costs: calls a second through it, against the same handler as a plain callback
// service, from 64 callers in the same process. Prints `name value unit` lines.
#include <sys/resource.h>

#include <atomic>
#include <cstdio>
#include <functional>
#include <memory>

#include "absl/synchronization/blocking_counter.h"
#include "common/server/toy_client.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace duban::server {
namespace {

using submission::v1::GetScoreboardRequest;
using submission::v1::ProgressService;
using submission::v1::Scoreboard;

constexpr int kCallers = 64;
constexpr absl::Duration kWarmUp = absl::Milliseconds(500);
constexpr absl::Duration kMeasured = absl::Seconds(3);

Scoreboard Echo(const GetScoreboardRequest& request) {
  Scoreboard board;
  board.set_plan(request.plan());
  return board;
}

class RawEcho : public ProgressService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetScoreboard(grpc::CallbackServerContext* context,
                                          const GetScoreboardRequest* request,
                                          Scoreboard* response) override {
    *response = Echo(*request);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

// A caller that calls again whenever it is answered.
struct Caller {
  std::unique_ptr<grpc::ClientContext> context;
  GetScoreboardRequest request;
  Scoreboard response;
};

// User and system time of the process, which a busy machine blurs less than the rate.
absl::Duration ProcessorTime() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

struct Figures {
  double calls_per_second;
  double processor_us_per_call;  // of client and server
};

Figures Measure(const std::shared_ptr<grpc::Channel>& channel, const std::string& token) {
  const auto stub = ProgressService::NewStub(channel);
  std::atomic<int64_t> answered = 0;
  std::atomic<bool> ending = false;
  absl::BlockingCounter ended(kCallers);
  std::vector<Caller> callers(kCallers);
  std::function<void(Caller*)> call = [&](Caller* caller) {
    caller->context = std::make_unique<grpc::ClientContext>();
    caller->context->AddMetadata("authorization", token);
    caller->request.set_plan("plans/linxiang-innovation-2024");
    stub->async()->GetScoreboard(caller->context.get(), &caller->request, &caller->response,
                                 [&, caller](const grpc::Status& status) {
                                   if (status.ok()) ++answered;
                                   if (ending) {
                                     ended.DecrementCount();
                                   } else {
                                     call(caller);
                                   }
                                 });
  };
  for (Caller& caller : callers) call(&caller);
  absl::SleepFor(kWarmUp);
  const int64_t before = answered;
  const absl::Time began = MachineNow();
  const absl::Duration processor_before = ProcessorTime();
  absl::SleepFor(kMeasured);
  const double calls = static_cast<double>(answered - before);
  const Figures figures = {calls / absl::ToDoubleSeconds(MachineNow() - began),
                           absl::ToDoubleMicroseconds(ProcessorTime() - processor_before) / calls};
  ending = true;
  ended.Wait();
  return figures;
}

void Run() {
  RawEcho raw;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&raw);
  const std::unique_ptr<grpc::Server> raw_server = builder.BuildAndStart();
  const auto raw_channel =
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials());

  ServedToy served;
  served.toy.get_scoreboard = [](CallContext&, const GetScoreboardRequest& request) {
    return Echo(request);
  };
  const std::string token = absl::StrCat("Bearer ", served.harness.Token(common::v1::LEADER));
  const Figures plain = Measure(raw_channel, token);
  const Figures adapted = Measure(served.harness.channel(), token);
  for (const auto& [name, figures] : {std::pair("raw", plain), std::pair("adapter", adapted)}) {
    std::printf("%s_echo %.0f calls/s\n%s_processor %.0f us/call\n", name, figures.calls_per_second,
                name, figures.processor_us_per_call);
  }
  std::printf("adapter_of_raw %.2f ratio >=0.5\n",
              adapted.calls_per_second / plain.calls_per_second);
}

}  // namespace
}  // namespace duban::server

int main() { duban::server::Run(); }
