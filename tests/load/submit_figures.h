#ifndef DUBAN_TESTS_LOAD_SUBMIT_FIGURES_H_
#define DUBAN_TESTS_LOAD_SUBMIT_FIGURES_H_

#include "tests/e2e/local_stack.h"
#include "tests/load/measure.h"

namespace duban::load {

// Durable submits by kCallers callers.
struct SubmitFigures {
  Measured bare_loop;     // the recorded transaction of one submit, over the bare connector
  Measured through_grpc;  // SubmitReport
  double statements = 0;  // of the recorded transaction
};

// Measures both in turns; the middle of five rounds counts. Call it on a fresh stack: what is
// recorded is what the service prepares for the first time.
SubmitFigures MeasureSubmits(testing::LocalStack& stack);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_SUBMIT_FIGURES_H_
