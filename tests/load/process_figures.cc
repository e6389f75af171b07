#include "tests/load/process_figures.h"

#include <signal.h>

#include <string>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "tests/load/drafts.h"
#include "tests/load/measure.h"

namespace duban::load {
namespace {

using testing::LocalStack;

double Megabytes(const testing::Process& process) {
  return static_cast<double>(process.ResidentKilobytes()) / 1024;
}

void MeasureStart(LocalStack& stack, testing::Process& process, const std::string& name) {
  process.Signal(SIGTERM);
  if (process.Wait(25) != 0) StopUnless(absl::InternalError(name + " did not drain"));
  const absl::Time start = MachineNow();
  stack.StartAndWait(process);
  Print(name + "_start_seconds", absl::ToDoubleSeconds(MachineNow() - start), "s", "<=1");
  Print(name + "_resident_memory", Megabytes(process), "MB", "<=60");
}

}  // namespace

void PrintStarts(LocalStack& stack) {
  MeasureStart(stack, stack.indicator(), "indicator");
  MeasureStart(stack, stack.submission(), "submission");
}

void PrintMemoryAfter(LocalStack& stack) {
  Print("indicator_memory_after", Megabytes(stack.indicator()), "MB", "-");
  Print("submission_memory_after", Megabytes(stack.submission()), "MB", "-");
}

}  // namespace duban::load
