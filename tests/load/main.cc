#include <cstdio>
#include <string_view>

#include "common/testing/test_database.h"
#include "tests/load/echo_server.h"
#include "tests/load/foundation_load.h"
#include "tests/load/notification_load.h"
#include "tests/load/review_load.h"
#include "tests/load/submission_load.h"

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  duban::testing::TestServer::UseProductionSize();
  if (what == "foundation") return duban::load::RunFoundationLoad(argv[0]);
  if (what == "submission") return duban::load::RunSubmissionLoad(argv[0]);
  if (what == "notification") return duban::load::RunNotificationLoad();
  if (what == "review") return duban::load::RunReviewLoad();
  if (what == "--echo-server" && argc == 4) return duban::load::RunEchoServer(argv[2], argv[3]);
  std::fputs("usage: duban-load foundation|submission|notification|review\n", stderr);
  return 2;
}
