#ifndef DUBAN_TESTS_LOAD_OBLIGATION_FIGURES_H_
#define DUBAN_TESTS_LOAD_OBLIGATION_FIGURES_H_

#include "tests/e2e/local_stack.h"

namespace duban::load {

// What a call of one caller takes in the middle, in a plan whose whole year is owed.
struct ObligationCosts {
  int obligations = 0;          // of the plan
  absl::Duration first_page;    // of all of them, with the counts
  absl::Duration own;           // what one unit owes at the end of the year, with the counts
  absl::Duration completeness;  // of the whole plan
};

// Opens every period of a fresh copy of the Linxiang plan, `plans/copy-{number}`, and measures.
ObligationCosts MeasureObligations(testing::LocalStack& stack, int number);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_OBLIGATION_FIGURES_H_
