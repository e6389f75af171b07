#ifndef DUBAN_TESTS_LOAD_BOARD_FIGURES_H_
#define DUBAN_TESTS_LOAD_BOARD_FIGURES_H_

#include "tests/e2e/local_stack.h"
#include "tests/load/measure.h"

namespace duban::load {

// Reads of one scoreboard of the real plan by kCallers callers.
struct BoardFigures {
  Measured echo;       // a bare gRPC server that answers with the same message
  Measured board;      // GetScoreboard
  Measured half_load;  // GetScoreboard at half the rate of `board`
  size_t bytes = 0;    // of the answer
};

// Measures both in turns; the middle of five rounds counts. `program` is this program's own path,
// to start the echo server with.
BoardFigures MeasureBoard(testing::LocalStack& stack, const char* program);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_BOARD_FIGURES_H_
