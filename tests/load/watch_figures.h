#ifndef DUBAN_TESTS_LOAD_WATCH_FIGURES_H_
#define DUBAN_TESTS_LOAD_WATCH_FIGURES_H_

#include "tests/e2e/local_stack.h"

namespace duban::load {

// Opens 5,000 streams of WatchMessages, each of another member, and prints what an idle one costs
// the notification service in memory and processor time, and how soon a message is told once it was
// committed.
void PrintWatches(testing::LocalStack& stack);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_WATCH_FIGURES_H_
