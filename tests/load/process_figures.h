#ifndef DUBAN_TESTS_LOAD_PROCESS_FIGURES_H_
#define DUBAN_TESTS_LOAD_PROCESS_FIGURES_H_

#include "tests/e2e/local_stack.h"

namespace duban::load {

// Prints start-up time and memory of each service of the stack, which are started anew for it.
void PrintStarts(testing::LocalStack& stack);

// Prints the memory of each service as it is now.
void PrintMemoryAfter(testing::LocalStack& stack);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_PROCESS_FIGURES_H_
