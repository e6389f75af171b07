#ifndef DUBAN_TESTS_LOAD_EVENT_FIGURES_H_
#define DUBAN_TESTS_LOAD_EVENT_FIGURES_H_

#include "tests/e2e/local_stack.h"

namespace duban::load {

// Prints how many events a second PublishEvents stores, in the batches of a relay.
void PrintPublishing(testing::LocalStack& stack);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_EVENT_FIGURES_H_
