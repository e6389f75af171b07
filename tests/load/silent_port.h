#ifndef DUBAN_TESTS_LOAD_SILENT_PORT_H_
#define DUBAN_TESTS_LOAD_SILENT_PORT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace duban::load {

// A port whose connections are made by the kernel and answered by nobody.
class SilentPort {
 public:
  SilentPort() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* where = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, where, size) != 0 || listen(listener_, SOMAXCONN) != 0 ||
        getsockname(listener_, where, &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
  }
  ~SilentPort() { close(listener_); }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;

  int port() const { return port_; }

 private:
  int listener_;
  int port_ = 0;
};

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_SILENT_PORT_H_
