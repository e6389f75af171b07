#ifndef DUBAN_TESTS_LOAD_ECHO_SERVER_H_
#define DUBAN_TESTS_LOAD_ECHO_SERVER_H_

#include <string>

namespace duban::load {

// The yardstick for reads: a bare gRPC callback server that answers GetScoreboard with what is
// stored in `answer_file` (a serialised Scoreboard) and does nothing else: no identity, no log, no
// metrics. Serves on `address` until the process is killed.
int RunEchoServer(const std::string& address, const std::string& answer_file);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_ECHO_SERVER_H_
