#include "tests/load/foundation_load.h"

#include "absl/strings/str_cat.h"
#include "tests/load/board_figures.h"
#include "tests/load/drafts.h"
#include "tests/load/process_figures.h"
#include "tests/load/submit_figures.h"

namespace duban::load {

int RunFoundationLoad(const char* program) {
  testing::LocalStack stack("2025-01-10T09:00:00+08:00",
                            {absl::StrCat("--database_connections=", kCallers), "--log_level=info"},
                            {"--notification_target="});
  PrintStarts(stack);
  const SubmitFigures submits = MeasureSubmits(stack);
  Print("statements_per_submit", submits.statements, "statements", "-");
  Print("bare_loop_rate", submits.bare_loop.per_second, "submits/s", "-");
  Print("durable_submit_rate", submits.through_grpc.per_second, "submits/s", "-");
  Print("durable_submit_p99", absl::ToDoubleMilliseconds(submits.through_grpc.p99), "ms", "-");
  Print("durable_submit_ratio", submits.through_grpc.per_second / submits.bare_loop.per_second,
        "of_bare_loop", ">=0.6");
  const BoardFigures boards = MeasureBoard(stack, program);
  Print("board_size", static_cast<double>(boards.bytes), "bytes", "-");
  Print("echo_rate", boards.echo.per_second, "calls/s", "-");
  Print("board_rate", boards.board.per_second, "calls/s", "-");
  Print("board_p99", absl::ToDoubleMilliseconds(boards.board.p99), "ms", "-");
  Print("board_ratio", boards.board.per_second / boards.echo.per_second, "of_echo", ">=0.5");
  PrintMemoryAfter(stack);
  return 0;
}

}  // namespace duban::load
