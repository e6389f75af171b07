#ifndef DUBAN_SERVICES_REVIEW_PRINTER_H_
#define DUBAN_SERVICES_REVIEW_PRINTER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/error.h"

namespace duban::review {

inline constexpr Reason kRendererUnavailable{"RENDERER_UNAVAILABLE", absl::StatusCode::kUnavailable,
                                             "打印进程{zh},请稍后重试",
                                             "The printing process {en}; try again later."};

// How pages are printed.
struct PrinterSettings {
  std::string chromium = "/usr/bin/chromium";  // the program
  absl::Duration timeout = absl::Seconds(30);  // of one print, waiting included
  int at_once = 2;                             // prints that run at the same time at most
  int64_t memory_bytes = int64_t{1024} << 20;  // of data in each of its processes
  int64_t file_bytes = int64_t{1024} << 20;    // of a file, its shared memory included
};

// Prints pages to PDF by headless Chromium, a new process for each with a profile of its own in
// /tmp, which is gone when Print returns, however it ends. Thread-safe.
class Printer {
 public:
  explicit Printer(PrinterSettings settings) : settings_(std::move(settings)) {}

  // The page (UTF-8 HTML in one file) as PDF. UNAVAILABLE RENDERER_UNAVAILABLE if the process
  // cannot be started, ends without a PDF, or takes longer than the timeout or the deadline
  // (machine time), when it is killed with all that it started; or if too many print all that time.
  absl::StatusOr<std::string> Print(const std::string& html, absl::Time deadline);

 private:
  const PrinterSettings settings_;
  absl::Mutex mutex_;
  int printing_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_PRINTER_H_
