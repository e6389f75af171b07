#ifndef DUBAN_TESTS_LOAD_DUE_FIGURES_H_
#define DUBAN_TESTS_LOAD_DUE_FIGURES_H_

#include "tests/e2e/local_stack.h"

namespace duban::load {

// Work of the scheduler: reminders of sessions that nobody owes anything any more, one each. A
// reminder reads its session, asks the submission service who owes, and is done.
class DueSteps {
 public:
  // `count` of them in a plan of their own, held until they are let go.
  DueSteps(testing::LocalStack& stack, int count);

  // Lets the next ones go, due since long or one after the other from `first` on, `apart` from each
  // other.
  void LetGo(int count);
  void LetGo(int count, absl::Time first, absl::Duration apart);

  // The id of the session of the `n`th of those that the next LetGo lets go.
  std::string Next(int n = 0) const;

  // Waits until all that were let go are done.
  void WaitUntilDone();

  // How many were claimed more than once.
  int64_t Doubles();

  // How late a share of those was that were let go last, and the business time when the last was
  // done.
  absl::Duration Lateness(double share);
  absl::Time LastDone();

 private:
  void Execute(const std::string& sql, std::initializer_list<db::Value> parameters = {});
  db::Rows Query(const std::string& sql, std::initializer_list<db::Value> parameters = {});

  testing::LocalStack& stack_;
  int next_ = 0;
  int batch_ = 0;  // the first that was let go last
};

// Prints how fast two replicas drain `steps` due steps, against a bare loop of the same statements.
void PrintDrain(testing::LocalStack& stack, DueSteps& due, int steps);

// Prints how late steps are while units submit at half the rate that is possible.
void PrintLateness(testing::LocalStack& stack, DueSteps& due);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_DUE_FIGURES_H_
