#include "common/db/answer_cutter.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

namespace duban::db {
namespace {

constexpr int kPollMilliseconds = 20;  // how soon the end of the test is noticed
constexpr std::string_view kCommitPacket(
    "\x07\0\0\0\x03"
    "COMMIT",
    11);

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::abort();
}

}  // namespace

AnswerCutter::AnswerCutter(int server_port) : server_port_(server_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 16) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    Die("listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

AnswerCutter::~AnswerCutter() {
  stopping_ = true;
  thread_.join();
  for (const Wire& wire : wires_) {
    close(wire.client);
    close(wire.server);
  }
  close(listener_);
}

void AnswerCutter::CutNext(Cut cut, std::function<void()> then) {
  then_ = std::move(then);
  next_ = cut;
}

void AnswerCutter::Run() {
  while (!stopping_) {
    std::vector<pollfd> waiting = {{listener_, POLLIN, 0}};
    for (const Wire& wire : wires_) {
      waiting.push_back({wire.client, POLLIN, 0});
      waiting.push_back({wire.server, POLLIN, 0});
    }
    if (poll(waiting.data(), waiting.size(), kPollMilliseconds) <= 0) continue;
    size_t next = 1;
    for (auto wire = wires_.begin(); wire != wires_.end();) {
      const bool from_client = waiting[next++].revents != 0;
      const bool from_server = waiting[next++].revents != 0;
      const bool goes_on = (!from_client || PassOn(*wire, wire->client, wire->server)) &&
                           (!from_server || PassOn(*wire, wire->server, wire->client));
      wire = goes_on ? std::next(wire) : wires_.erase(wire);
    }
    if (waiting[0].revents != 0) Accept();
  }
}

void AnswerCutter::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(server_port_);
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ++refusals_;
    close(client);
    close(server);
    return;
  }
  wires_.push_back({client, server});
}

bool AnswerCutter::PassOn(Wire& wire, int from, int to) {
  char buffer[64 * 1024];
  const ssize_t size = recv(from, buffer, sizeof(buffer), 0);
  if (size <= 0) {
    Finish(/*cut=*/false, wire);
    return false;
  }
  if (from == wire.server && wire.answer_is_cut) {
    Finish(/*cut=*/true, wire);
    return false;
  }
  if (from == wire.client && next_ != Cut::kNone &&
      std::string_view(buffer, static_cast<size_t>(size)) == kCommitPacket) {
    if (next_.exchange(Cut::kNone) == Cut::kBeforeCommit) {
      Finish(/*cut=*/true, wire);
      return false;
    }
    wire.answer_is_cut = true;
  }
  return send(to, buffer, static_cast<size_t>(size), MSG_NOSIGNAL) == size;
}

void AnswerCutter::Finish(bool cut, const Wire& wire) {
  if (cut) ++cuts_;  // before the client notices
  close(wire.client);
  close(wire.server);
  if (cut) then_();
}

}  // namespace duban::db
