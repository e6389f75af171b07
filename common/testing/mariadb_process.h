#ifndef DUBAN_COMMON_TESTING_MARIADB_PROCESS_H_
#define DUBAN_COMMON_TESTING_MARIADB_PROCESS_H_

#include <signal.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace duban::testing {

// How much a server may keep in memory and in its redo log.
struct MariadbSize {
  std::string buffer_pool = "64M";
  std::string redo_log = "8M";
};

// A mariadbd with a data folder, socket and port of its own, which ends with this process however
// this process ends. Works as root and without systemd. What goes wrong stops the test program.
class MariadbProcess {
 public:
  // Makes an empty server under TMPDIR (else /tmp) without starting it. With TLS, a throw-away
  // authority signs its certificate for 127.0.0.1, and a binary log is written.
  MariadbProcess(bool tls, MariadbSize size);
  ~MariadbProcess();  // kills it and removes the folder

  // Starts it and returns once it listens. At the first start the port is chosen; then it stays.
  void Start();
  // Ends it as a power cut would, and returns when it is gone.
  void Kill();
  // Stops it, and returns when each of its threads stands still; a signal alone arrives later.
  void Pause() const;
  void Resume() const { Signal(SIGCONT); }

  bool running() const { return pid_ > 0; }
  int port() const { return port_; }
  // Certificate of the authority; empty without TLS.
  std::string ca_file() const;

 private:
  bool TryStart();
  void Signal(int signal) const;
  bool StandsStill() const;
  bool Listens() const;
  std::vector<std::string> Arguments() const;
  void MakeCertificates() const;

  const bool tls_;
  const MariadbSize size_;
  std::filesystem::path folder_;
  int port_ = 0;
  pid_t pid_ = 0;
  std::thread keeper_;  // forked the server and waits for its end
};

}  // namespace duban::testing

#endif  // DUBAN_COMMON_TESTING_MARIADB_PROCESS_H_
