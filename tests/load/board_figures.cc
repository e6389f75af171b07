#include "tests/load/board_figures.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/test_database.h"
#include "grpcpp/create_channel.h"
#include "tests/load/drafts.h"

namespace duban::load {
namespace {

using submission::v1::Scoreboard;
using testing::LocalStack;

constexpr int kBoardRounds = 5;
constexpr absl::Duration kRoundTime = absl::Seconds(2);

}  // namespace

BoardFigures MeasureBoard(LocalStack& stack, const char* program) {
  submission::v1::GetScoreboardRequest request;
  request.set_plan(LoadCopy(stack, 99));  // a board of its usual size, without waiting reports
  request.set_as_of_date("2024-12-31");
  const Scoreboard board =
      Must(stack.Call(stack.progress(), &submission::v1::ProgressService::Stub::GetScoreboard,
                      testing::Office(), request));

  const std::string answer_file = std::filesystem::temp_directory_path() / "duban-load-answer";
  {
    std::ofstream file(answer_file);
    board.SerializeToOstream(&file);
  }
  const std::string address = absl::StrCat("127.0.0.1:", testing::FreePort());
  testing::Process echo({program, "--echo-server", address, answer_file}, "/dev/null");
  echo.Start();

  const std::string token = "Bearer " + stack.Token(testing::Office());
  const auto read_from = [&](const std::string& target) {
    return std::shared_ptr(submission::v1::ProgressService::NewStub(
        grpc::CreateChannel(target, grpc::InsecureChannelCredentials())));
  };
  const auto read = [&](submission::v1::ProgressService::Stub& stub) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    context.AddMetadata("authorization", token);
    Scoreboard answer;
    StopUnless(client::FromGrpc(stub.GetScoreboard(&context, request, &answer)));
    return answer.lines_size() == board.lines_size();
  };
  const auto echo_stub = read_from(address);
  const auto board_stub = read_from(stack.submission_target());
  std::vector<Measured> echoes;
  std::vector<Measured> boards;
  for (int round = 0; round < kBoardRounds; ++round) {
    echoes.push_back(Measure(kCallers, kRoundTime, [&](int) { return read(*echo_stub); }));
    boards.push_back(Measure(kCallers, kRoundTime, [&](int) { return read(*board_stub); }));
  }
  BoardFigures figures = {.echo = Middle(echoes),
                          .board = Middle(boards),
                          .half_load = {},
                          .bytes = board.ByteSizeLong()};
  figures.half_load = MeasurePaced(kCallers, figures.board.per_second / 2, kRoundTime * 2,
                                   [&](int) { return read(*board_stub); });
  std::filesystem::remove(answer_file);
  return figures;
}

}  // namespace duban::load
