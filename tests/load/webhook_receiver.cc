#include "tests/load/webhook_receiver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"

namespace duban::load {
namespace {

constexpr char kAnswer[] = "HTTP/1.1 204 No Content\r\n\r\n";

void AbortUnless(bool done) {
  if (!done) std::abort();
}

// The value of a header of a request whose head ends at `end`; empty if it has none.
std::string HeaderOf(std::string_view request, size_t end, std::string_view name) {
  const std::string head = absl::AsciiStrToLower(std::string(request.substr(0, end)));
  const std::string wanted = absl::StrCat("\r\n", std::string(name), ": ");
  const size_t place = head.find(wanted);
  if (place == std::string::npos) return "";
  const size_t begin = place + wanted.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

void Watch(int poll, int descriptor) {
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  AbortUnless(epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) == 0);
}

}  // namespace

WebhookReceiver::WebhookReceiver()
    : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      waker_(eventfd(0, EFD_CLOEXEC)),
      poll_(epoll_create1(EPOLL_CLOEXEC)) {
  AbortUnless(listener_ >= 0 && waker_ >= 0 && poll_ >= 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  AbortUnless(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  AbortUnless(listen(listener_, SOMAXCONN) == 0);
  AbortUnless(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  Watch(poll_, listener_);
  Watch(poll_, waker_);
  thread_ = std::thread([this] { Serve(); });
}

WebhookReceiver::~WebhookReceiver() {
  const uint64_t one = 1;
  AbortUnless(write(waker_, &one, sizeof(one)) == sizeof(one));
  thread_.join();
  for (const auto& [connection, unread] : unread_) close(connection);
  close(listener_);
  close(waker_);
  close(poll_);
}

absl::Time WebhookReceiver::ArrivalOf(const std::string& path, const std::string& id) const {
  absl::MutexLock lock(&mutex_);
  const auto found = arrivals_.find(absl::StrCat(path, " ", id));
  return found == arrivals_.end() ? absl::InfiniteFuture() : found->second;
}

void WebhookReceiver::Serve() {
  std::array<epoll_event, 64> events;
  while (true) {
    const int count = epoll_wait(poll_, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const int ready = events[static_cast<size_t>(i)].data.fd;
      if (ready == waker_) return;
      if (ready == listener_) {
        Accept();
      } else if (!ReadFrom(ready)) {
        close(ready);
        unread_.erase(ready);
      }
    }
  }
}

void WebhookReceiver::Accept() {
  const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) return;
  unread_[connection];
  Watch(poll_, connection);
}

bool WebhookReceiver::ReadFrom(int connection) {
  std::array<char, 16384> bytes;
  const ssize_t got = read(connection, bytes.data(), bytes.size());
  if (got <= 0) return false;
  std::string& unread = unread_[connection];
  unread.append(bytes.data(), static_cast<size_t>(got));
  for (size_t end = unread.find("\r\n\r\n"); end != std::string::npos;
       end = unread.find("\r\n\r\n")) {
    size_t length = 0;
    if (!absl::SimpleAtoi(HeaderOf(unread, end, "content-length"), &length)) return false;
    const size_t whole = end + 4 + length;
    if (unread.size() < whole) return true;
    Note(unread.substr(0, end));
    unread.erase(0, whole);
    if (send(connection, kAnswer, std::strlen(kAnswer), MSG_NOSIGNAL) < 0) return false;
  }
  return true;
}

void WebhookReceiver::Note(const std::string& request) {
  const absl::Time now = MachineNow();
  const size_t path = request.find(' ') + 1;
  const std::string place = absl::StrCat(request.substr(path, request.find(' ', path) - path), " ",
                                         HeaderOf(request, request.size(), "webhook-id"));
  absl::MutexLock lock(&mutex_);
  arrivals_.emplace(place, now);
  ++received_;
}

}  // namespace duban::load
