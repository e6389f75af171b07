#ifndef DUBAN_TESTS_LOAD_EVENT_FIGURES_H_
#define DUBAN_TESTS_LOAD_EVENT_FIGURES_H_

#include <string>
#include <vector>

#include "tests/e2e/local_stack.h"

namespace duban::load {

inline constexpr char kLinxiangPlan[] = "plans/linxiang-innovation-2024";

// The most events that a relay tells in one call, and how many relays call at a time.
inline constexpr int kEventsOfABatch = 500;
inline constexpr int kRelays = 2;

// Tells the notification service of returned reports of the Linxiang plan, in the name of the
// submission service; each event is of a report of its own.
class Publisher {
 public:
  explicit Publisher(testing::LocalStack& stack);

  // One call with so many events, whose units take turns; answers the ids.
  std::vector<std::string> Publish(int events) const;

 private:
  testing::LocalStack& stack_;
  std::vector<std::string> units_;
  std::string token_;
};

// Prints how many events a second PublishEvents stores, in the batches of a relay. Nobody is told:
// there are no routes yet.
void PrintPublishing(testing::LocalStack& stack);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_EVENT_FIGURES_H_
