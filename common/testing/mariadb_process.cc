#include "common/testing/mariadb_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <iterator>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/testing/wait_until.h"

namespace duban::testing {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kStartPatience = absl::Seconds(60);
constexpr int kPortTries = 5;
constexpr char kFolderPrefix[] = "duban-test-db-";

// Run at every start, as the server's own user.
constexpr char kInitialSql[] =
    "CREATE SCHEMA IF NOT EXISTS duban_admin CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;\n"
    "CREATE USER IF NOT EXISTS 'admin'@'%' IDENTIFIED BY 'admin';\n"
    "GRANT ALL PRIVILEGES ON *.* TO 'admin'@'%' WITH GRANT OPTION;\n"
    "CREATE USER IF NOT EXISTS 'duban'@'%' IDENTIFIED BY 'duban';\n"
    "GRANT ALL PRIVILEGES ON `duban\\_test\\_%`.* TO 'duban'@'%';\n";

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "test database: %s\n", what.c_str());
  std::abort();
}

std::string TextOf(const fs::path& file) {
  std::ifstream stream(file);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

void RunCommand(const std::string& command, const fs::path& log) {
  const std::string logged = absl::StrCat(command, " >>", log.string(), " 2>&1");
  if (std::system(logged.c_str()) != 0) Die(command + "\n" + TextOf(log));
}

// A test program that was killed leaves its folder behind; its server died with it.
void RemoveFoldersOfTheDead(const fs::path& parent) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent, ignored)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kFolderPrefix)) continue;
    const std::vector<std::string> parts =
        absl::StrSplit(name.substr(sizeof(kFolderPrefix) - 1), '-');
    pid_t owner = 0;
    if (absl::SimpleAtoi(parts[0], &owner) && kill(owner, 0) != 0 && errno == ESRCH) {
      fs::remove_all(entry.path(), ignored);
    }
  }
}

fs::path MakeFolder() {
  const fs::path parent = fs::temp_directory_path();
  RemoveFoldersOfTheDead(parent);
  std::string pattern = parent / absl::StrCat(kFolderPrefix, getpid(), "-XXXXXX");
  if (mkdtemp(pattern.data()) == nullptr) Die("cannot make a folder in " + parent.string());
  return pattern;
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// mariadbd takes no port 0, so a free one is looked up; another process may still be faster.
int FreePort() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    Die("no free port");
  }
  close(listener);
  return ntohs(address.sin_port);
}

// Becomes the program in the child of a fork. Only calls that are safe there.
[[noreturn]] void BecomeServer(char* const* argv, pid_t parent, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(1);
}

}  // namespace

MariadbProcess::MariadbProcess(bool tls, MariadbSize size)
    : tls_(tls), size_(std::move(size)), folder_(MakeFolder()) {
  std::ofstream(folder_ / "initial.sql") << kInitialSql;
  // Of its own: a server that starts deletes the temporary tables that it finds, also another
  // one's.
  fs::create_directory(folder_ / "tmp");
  if (tls_) MakeCertificates();
  RunCommand(absl::StrCat("mariadb-install-db --no-defaults", getuid() == 0 ? " --user=root" : "",
                          " --datadir=", (folder_ / "data").string(),
                          " --tmpdir=", (folder_ / "tmp").string(),
                          " --auth-root-authentication-method=normal --skip-test-db"
                          " --skip-name-resolve --innodb-log-file-size=8M"),
             folder_ / "install.log");
}

MariadbProcess::~MariadbProcess() {
  Kill();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string MariadbProcess::ca_file() const { return tls_ ? folder_ / "ca.pem" : fs::path(); }

void MariadbProcess::MakeCertificates() const {
  const std::string at = "cd " + folder_.string() + " && openssl ";
  const std::string key = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ";
  const fs::path log = folder_ / "openssl.log";
  RunCommand(at + "req -x509" + key + "-subj '/CN=Duban test authority' -keyout ca.key -out ca.pem",
             log);
  RunCommand(at + "req" + key + "-subj '/CN=127.0.0.1' -keyout server.key -out server.csr", log);
  std::ofstream(folder_ / "names") << "subjectAltName=IP:127.0.0.1\n";
  RunCommand(at + "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2"
                  " -extfile names -out server.pem",
             log);
}

std::vector<std::string> MariadbProcess::Arguments() const {
  const std::string folder = folder_.string();
  std::vector<std::string> arguments = {
      "/usr/sbin/mariadbd",
      "--no-defaults",
      "--datadir=" + folder + "/data",
      "--tmpdir=" + folder + "/tmp",
      "--socket=" + folder + "/s",
      "--pid-file=" + folder + "/pid",
      "--log-error=" + folder + "/error.log",
      "--init-file=" + folder + "/initial.sql",
      "--bind-address=127.0.0.1",
      absl::StrCat("--port=", port_),
      "--skip-name-resolve",
      "--character-set-server=utf8mb4",
      "--collation-server=utf8mb4_bin",
      "--innodb-flush-log-at-trx-commit=1",
      "--sync-binlog=1",
      "--innodb-buffer-pool-size=" + size_.buffer_pool,
      "--innodb-log-file-size=" + size_.redo_log,
      "--performance-schema=OFF",
      "--max-connections=200",
  };
  if (getuid() == 0) arguments.push_back("--user=root");
  if (tls_) {
    arguments.push_back("--ssl-ca=" + folder + "/ca.pem");
    arguments.push_back("--ssl-cert=" + folder + "/server.pem");
    arguments.push_back("--ssl-key=" + folder + "/server.key");
    arguments.push_back("--log-bin=" + folder + "/binlog");
  }
  return arguments;
}

void MariadbProcess::Start() {
  if (port_ != 0) {
    if (!TryStart()) Die("no restart:\n" + TextOf(folder_ / "error.log"));
    return;
  }
  for (int i = 0; i < kPortTries; ++i) {
    port_ = FreePort();
    if (TryStart()) return;
  }
  Die("no start:\n" + TextOf(folder_ / "error.log"));
}

bool MariadbProcess::TryStart() {
  std::vector<std::string> arguments = Arguments();
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  // The kernel kills the server when the thread that forked it ends, so that thread stays.
  std::promise<pid_t> forked;
  std::future<pid_t> pid = forked.get_future();
  std::promise<void> exited;
  const std::future<void> gone = exited.get_future();
  const int output =
      open((folder_ / "output.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  keeper_ = std::thread(
      [&argv, output, forked = std::move(forked), exited = std::move(exited)]() mutable {
        const pid_t parent = getpid();
        const pid_t child = fork();
        if (child == 0) BecomeServer(argv.data(), parent, output);
        forked.set_value(child);
        int status = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        exited.set_value();
      });
  pid_ = pid.get();
  close(output);
  if (pid_ < 0) Die("cannot fork");
  bool died = false;
  const bool settled = WaitUntil(kStartPatience, [&] {
    died = gone.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    return died || Listens();
  });
  if (settled && !died) return true;
  Kill();
  return false;
}

// The server binds its port last, when everything else is ready; a stranger on the port is told
// apart by the pid file, which this server writes before it listens.
bool MariadbProcess::Listens() const {
  if (!fs::exists(folder_ / "pid")) return false;
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port_);
  const bool connected =
      connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(client);
  return connected;
}

void MariadbProcess::Kill() {
  if (pid_ <= 0) return;
  Signal(SIGKILL);
  keeper_.join();
  pid_ = 0;
  std::error_code ignored;
  fs::remove(folder_ / "pid", ignored);
}

void MariadbProcess::Pause() const {
  Signal(SIGSTOP);
  if (!WaitUntil(absl::Seconds(10), [this] { return StandsStill(); })) {
    Die("the database server does not stop");
  }
}

bool MariadbProcess::StandsStill() const {
  for (const auto& task : fs::directory_iterator(absl::StrCat("/proc/", pid_, "/task"))) {
    std::ifstream stat(task.path() / "stat");
    const std::string text{std::istreambuf_iterator<char>(stat), std::istreambuf_iterator<char>()};
    const size_t name_end = text.rfind(')');  // then a blank and the letter of the state
    if (name_end == std::string::npos || text.substr(name_end + 2, 1) != "T") return false;
  }
  return true;
}

void MariadbProcess::Signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

}  // namespace duban::testing
