#ifndef DUBAN_TESTS_LOAD_MEASURE_H_
#define DUBAN_TESTS_LOAD_MEASURE_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace duban::load {

// What a number of callers did in one measurement.
struct Measured {
  double per_second = 0;
  absl::Duration p50;
  absl::Duration p99;
  int64_t calls = 0;
};

// Lets `callers` threads call `work(caller)` over and over, each waiting for its own call, until
// `duration` is over. A call that returns false stops the program: figures of failing calls mean
// nothing.
Measured Measure(int callers, absl::Duration duration, const std::function<bool(int caller)>& work);

// The same, but until `calls` calls are done: `work(n)` gets each n from 0 to calls − 1 once.
Measured MeasureCalls(int callers, int calls, const std::function<bool(int n)>& work);

// The same with calls that keep no thread waiting: `begin(n, done)` begins call n, and calls `done`
// on whatever thread its answer comes. `callers` calls are on their way at any moment. On a machine
// that also runs what is measured, a thread a caller would be measured with it.
Measured MeasureInFlight(int callers, int calls,
                         const std::function<void(int n, std::function<void()> done)>& begin);

// Calls at a steady rate altogether, for `duration`: each caller waits for its next moment, or goes
// on at once if that has passed. Times are those of the calls, without the waiting.
Measured MeasurePaced(int callers, double per_second, absl::Duration duration,
                      const std::function<bool(int caller)>& work);

// The measurement with the middle rate of several.
Measured Middle(std::vector<Measured> runs);

// Prints one figure: `name value unit goal`, goal such as `>=0.6`, `<=60` or `-`.
void Print(std::string_view name, double value, std::string_view unit, std::string_view goal);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_MEASURE_H_
