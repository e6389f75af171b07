// The toy as a process of its own, for process_test. Its GetScoreboard takes as long as its caller
// waits, so that there is something to drain.
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/server/toy_service.h"

int main(int argc, char** argv) {
  duban::server::Toy toy;
  toy.get_scoreboard = [](duban::server::CallContext& call,
                          const duban::submission::v1::GetScoreboardRequest&) {
    duban::LogInfo("handler began");
    absl::SleepFor(call.deadline() - duban::MachineNow() - absl::Milliseconds(200));
    return duban::submission::v1::Scoreboard();
  };
  return duban::server::RunService(argc, argv, {}, toy.Definition());
}
