#include "tests/load/measure.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "common/base/clock.h"

namespace duban::load {
namespace {

Measured Summarise(const std::vector<std::vector<absl::Duration>>& times, absl::Duration duration) {
  std::vector<absl::Duration> all;
  for (const auto& each : times) all.insert(all.end(), each.begin(), each.end());
  std::sort(all.begin(), all.end());
  if (all.empty()) return {};
  return {.per_second = static_cast<double>(all.size()) / absl::ToDoubleSeconds(duration),
          .p50 = all[all.size() / 2],
          .p99 = all[all.size() * 99 / 100],
          .calls = static_cast<int64_t>(all.size())};
}

// Runs `next`, which does one call or returns false when there is none left, on every thread.
Measured Run(int callers, const std::function<bool(int caller)>& next) {
  std::vector<std::vector<absl::Duration>> times(callers);
  const absl::Time start = MachineNow();
  std::vector<std::thread> threads;
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      for (absl::Time begin = MachineNow(); next(caller);) {
        const absl::Time end = MachineNow();
        times[caller].push_back(end - begin);
        begin = end;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return Summarise(times, MachineNow() - start);
}

void StopUnlessDone(bool done) {
  if (done) return;
  std::fputs("a measured call failed; see the output above\n", stderr);
  std::exit(1);
}

}  // namespace

Measured Measure(int callers, absl::Duration duration,
                 const std::function<bool(int caller)>& work) {
  const absl::Time end = MachineNow() + duration;
  return Run(callers, [&](int caller) {
    if (MachineNow() > end) return false;
    StopUnlessDone(work(caller));
    return true;
  });
}

Measured MeasureCalls(int callers, int calls, const std::function<bool(int n)>& work) {
  std::atomic<int> next = 0;
  return Run(callers, [&](int) {
    const int n = next++;
    if (n >= calls) return false;
    StopUnlessDone(work(n));
    return true;
  });
}

Measured MeasureInFlight(int callers, int calls,
                         const std::function<void(int n, std::function<void()> done)>& begin) {
  std::vector<std::vector<absl::Duration>> times(callers);
  std::atomic<int> next = 0;
  absl::BlockingCounter callers_left(callers);
  const absl::Time start = MachineNow();
  std::function<void(int)> go_on = [&](int caller) {
    const int n = next++;
    if (n >= calls) {
      callers_left.DecrementCount();
      return;
    }
    begin(n, [&, caller, begun = MachineNow()] {
      times[caller].push_back(MachineNow() - begun);
      go_on(caller);
    });
  };
  for (int caller = 0; caller < callers; ++caller) go_on(caller);
  callers_left.Wait();
  return Summarise(times, MachineNow() - start);
}

Measured MeasurePaced(int callers, double per_second, absl::Duration duration,
                      const std::function<bool(int caller)>& work) {
  const absl::Time start = MachineNow();
  std::vector<std::vector<absl::Duration>> times(callers);
  std::vector<std::thread> threads;
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      const absl::Duration step = absl::Seconds(callers / per_second);
      for (absl::Time moment = start + step * caller / callers; moment < start + duration;
           moment += step) {
        absl::Notification().WaitForNotificationWithTimeout(moment - MachineNow());
        const absl::Time begin = MachineNow();
        StopUnlessDone(work(caller));
        times[caller].push_back(MachineNow() - begin);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return Summarise(times, MachineNow() - start);
}

Measured Middle(std::vector<Measured> runs) {
  std::sort(runs.begin(), runs.end(),
            [](const Measured& a, const Measured& b) { return a.per_second < b.per_second; });
  return runs[runs.size() / 2];
}

void Print(std::string_view name, double value, std::string_view unit, std::string_view goal) {
  std::printf("%.*s %.3f %.*s %.*s\n", static_cast<int>(name.size()), name.data(), value,
              static_cast<int>(unit.size()), unit.data(), static_cast<int>(goal.size()),
              goal.data());
  std::fflush(stdout);
}

}  // namespace duban::load
