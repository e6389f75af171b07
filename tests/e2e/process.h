#ifndef DUBAN_TESTS_E2E_PROCESS_H_
#define DUBAN_TESTS_E2E_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace duban::testing {

// A child process that dies with this one. Its output goes to a file.
class Process {
 public:
  Process(std::vector<std::string> command, std::string output_file);
  ~Process();  // SIGKILL if it still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Start();
  void Signal(int signal) const;
  // Waits until it has ended, at most `seconds`; returns its exit code, 128 + signal if one ended
  // it, or -1 if it still runs.
  int Wait(int seconds);

  pid_t pid() const { return pid_; }
  long ResidentKilobytes() const;  // VmRSS
  std::string Output() const;

 private:
  std::vector<std::string> command_;
  std::string output_file_;
  pid_t pid_ = -1;
};

// A loopback port that was free a moment ago.
int FreePort();

}  // namespace duban::testing

#endif  // DUBAN_TESTS_E2E_PROCESS_H_
