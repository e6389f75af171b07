#include "services/review/printer.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/base/text.h"

namespace duban::review {
namespace {

constexpr size_t kLogExcerpt = 2000;

absl::Status Failed(std::string_view zh, std::string_view en) {
  return Error(kRendererUnavailable).With("zh", zh).With("en", en);
}

// A folder of one print, gone with its life.
class Folder {
 public:
  Folder() {
    char pattern[] = "/tmp/duban-print-XXXXXX";
    const char* made = mkdtemp(pattern);
    if (made != nullptr) path_ = made;
  }
  ~Folder() {
    std::error_code ignored;  // what is left in /tmp harms nobody
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  bool ok() const { return !path_.empty(); }
  std::string File(const std::string& name) const { return absl::StrCat(path_, "/", name); }

 private:
  std::string path_;
};

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

// The end of what the process said.
std::string LogOf(const Folder& folder) {
  const std::string log = ReadFile(folder.File("log"));
  const size_t begin = log.size() > kLogExcerpt ? log.size() - kLogExcerpt : 0;
  return PrintableExcerpt(std::string_view(log).substr(begin), kLogExcerpt);
}

// The process and everything it started: a process group of its own, gone at the end.
class Process {
 public:
  // By its number, for glibc 2.36 declares pidfd_open to C only.
  explicit Process(pid_t pid)
      : pid_(pid), handle_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}
  ~Process() {
    End();
    if (handle_ >= 0) close(handle_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Whether it ended before the deadline.
  bool EndsBefore(absl::Time deadline) const {
    pollfd wanted = {.fd = handle_, .events = POLLIN, .revents = 0};
    for (;;) {
      const absl::Duration left = std::max(deadline - MachineNow(), absl::ZeroDuration());
      const int ready = poll(&wanted, 1, static_cast<int>(absl::ToInt64Milliseconds(left)));
      if (ready < 0 && errno == EINTR) continue;
      return ready > 0 && (wanted.revents & POLLIN) != 0;
    }
  }

  // Kills what is left of the group, and tells how the process ended, as waitpid does. The process
  // is reaped last, so that until then nobody else has its number.
  int End() {
    if (!reaped_) kill(-pid_, SIGKILL);
    while (!reaped_) {
      if (waitpid(pid_, &status_, 0) >= 0 || errno != EINTR) reaped_ = true;
    }
    return status_;
  }

 private:
  const pid_t pid_;
  const int handle_;
  bool reaped_ = false;
  int status_ = 0;
};

std::vector<std::string> Arguments(const std::string& program, const Folder& folder) {
  std::vector<std::string> arguments = {
      program, "--headless", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--disable-extensions", "--disable-dev-shm-usage", "--disable-breakpad",
      "--disable-crash-reporter", "--hide-scrollbars", "--no-pdf-header-footer",
      // Whatever a page may ask for, nothing is looked up.
      "--host-resolver-rules=MAP * ~NOTFOUND",
      absl::StrCat("--user-data-dir=", folder.File("profile")),
      absl::StrCat("--print-to-pdf=", folder.File("page.pdf")),
      absl::StrCat("file://", folder.File("page.html"))};
  // Chromium refuses its sandbox to root.
  if (geteuid() == 0) arguments.insert(arguments.begin() + 1, "--no-sandbox");
  return arguments;
}

std::vector<char*> Pointers(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  for (std::string& text : *texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

void Limit(int resource, int64_t most) {
  const rlimit limit = {.rlim_cur = static_cast<rlim_t>(most),
                        .rlim_max = static_cast<rlim_t>(most)};
  setrlimit(resource, &limit);
}

// The process, or -1. Between fork and exec only what is safe there: everything else is made
// before.
pid_t Start(const PrinterSettings& settings, const Folder& folder) {
  std::vector<std::string> arguments = Arguments(settings.chromium, folder);
  std::vector<std::string> variables = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8",
                                        absl::StrCat("HOME=", folder.File("")),
                                        absl::StrCat("XDG_RUNTIME_DIR=", folder.File(""))};
  const std::vector<char*> argv = Pointers(&arguments);
  const std::vector<char*> envp = Pointers(&variables);
  const std::string log = folder.File("log");
  const pid_t pid = fork();
  if (pid != 0) return pid;
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  Limit(RLIMIT_DATA, settings.memory_bytes);
  Limit(RLIMIT_FSIZE, settings.file_bytes);
  Limit(RLIMIT_CORE, 0);
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int input = open("/dev/null", O_RDONLY);
  dup2(input, 0);
  dup2(output, 1);
  dup2(output, 2);
  close_range(3, ~0U, 0);
  execve(argv[0], argv.data(), envp.data());
  _exit(127);
}

// Runs one process to its end.
absl::Status Run(const PrinterSettings& settings, const Folder& folder, absl::Time deadline) {
  const pid_t pid = Start(settings, folder);
  if (pid < 0) return Failed("未能启动", "could not be started");
  setpgid(pid, pid);  // whichever of the two is first
  Process process(pid);
  if (!process.EndsBefore(deadline)) return Failed("超时", "took too long");
  const int status = process.End();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
    return Failed("未能启动", "could not be started");
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  return Failed("异常退出", "ended abnormally");
}

absl::StatusOr<std::string> PrintIn(const Folder& folder, const PrinterSettings& settings,
                                    const std::string& html, absl::Time deadline) {
  std::ofstream page(folder.File("page.html"), std::ios::binary);
  page << html << std::flush;
  absl::Status status = page.good() ? Run(settings, folder, deadline)
                                    : Failed("无法写入工作目录", "cannot write its page");
  std::string pdf = status.ok() ? ReadFile(folder.File("page.pdf")) : "";
  if (status.ok() && !absl::StartsWith(pdf, "%PDF-")) {
    status = Failed("没有输出文件", "made no PDF");
  }
  if (status.ok()) return pdf;
  LogError("a print failed", {{"error", std::string(status.message())}, {"output", LogOf(folder)}});
  return status;
}

}  // namespace

absl::StatusOr<std::string> Printer::Print(const std::string& html, absl::Time deadline) {
  const absl::Time end = std::min(deadline, MachineNow() + settings_.timeout);
  {
    absl::MutexLock lock(&mutex_);
    const auto has_room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return printing_ < settings_.at_once;
    };
    if (!mutex_.AwaitWithDeadline(absl::Condition(&has_room), end)) {
      return Failed("繁忙", "is busy");
    }
    ++printing_;
  }
  absl::StatusOr<std::string> pdf = Failed("没有工作目录", "has no folder to work in");
  if (const Folder folder; folder.ok()) pdf = PrintIn(folder, settings_, html, end);
  absl::MutexLock lock(&mutex_);
  --printing_;
  return pdf;
}

}  // namespace duban::review
