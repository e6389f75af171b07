#ifndef DUBAN_TESTS_LOAD_GROWTH_FIGURES_H_
#define DUBAN_TESTS_LOAD_GROWTH_FIGURES_H_

#include "tests/e2e/local_stack.h"

namespace duban::load {

// What a call of one caller takes in the middle.
struct CallCosts {
  absl::Duration submit;
  absl::Duration board;  // of a plan that has changed since it was last asked for
};

// Costs on a fresh copy of the Linxiang plan, `plans/copy-{number}`, in which every dekad has a
// draft.
CallCosts MeasureCosts(testing::LocalStack& stack, int number);

// Fills the submission service's tables with `reports` reports in plans of 500 each, each accepted
// and with its revision, in the likeness of what the service writes itself.
void FillTables(testing::LocalStack& stack, int64_t reports);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_GROWTH_FIGURES_H_
