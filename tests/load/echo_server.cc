#include "tests/load/echo_server.h"

#include <fstream>

#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace duban::load {
namespace {

class Echo final : public submission::v1::ProgressService::CallbackService {
 public:
  explicit Echo(const std::string& answer_file) {
    std::ifstream file(answer_file);
    answer_.ParseFromIstream(&file);
  }

  grpc::ServerUnaryReactor* GetScoreboard(grpc::CallbackServerContext* context,
                                          const submission::v1::GetScoreboardRequest*,
                                          submission::v1::Scoreboard* response) override {
    *response = answer_;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  submission::v1::Scoreboard answer_;
};

}  // namespace

int RunEchoServer(const std::string& address, const std::string& answer_file) {
  Echo echo(answer_file);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials());
  builder.RegisterService(&echo);
  builder.BuildAndStart()->Wait();
  return 0;
}

}  // namespace duban::load
