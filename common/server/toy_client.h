#ifndef DUBAN_COMMON_SERVER_TOY_CLIENT_H_
#define DUBAN_COMMON_SERVER_TOY_CLIENT_H_

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/client/caller.h"
#include "common/server/toy_service.h"
#include "common/testing/fake_clock.h"
#include "common/testing/service_harness.h"
#include "common/testing/wait_until.h"
#include "google/rpc/status.pb.h"

namespace duban::server {

// What a business clock of these tests reads: long before any token was signed.
inline const absl::Time kBusinessNow =
    absl::FromCivil(absl::CivilSecond(2024, 3, 29, 1), absl::UTCTimeZone());

// A toy that is served, and its callers.
class ServedToy {
 public:
  explicit ServedToy(const ServingOptions& options = testing::ServiceHarness::Loopback())
      : harness(toy.Definition(), &clock, options) {}

  // Calls GetScoreboard as a LEADER; `context` adds to or changes the call.
  absl::StatusOr<submission::v1::Scoreboard> GetScoreboard(grpc::ClientContext* context,
                                                           const std::string& plan = "plans/p") {
    submission::v1::GetScoreboardRequest request;
    request.set_plan(plan);
    submission::v1::Scoreboard board;
    const grpc::Status status = submission::v1::ProgressService::NewStub(harness.channel())
                                    ->GetScoreboard(context, request, &board);
    if (!status.ok()) return client::FromGrpc(status);
    return board;
  }
  absl::StatusOr<submission::v1::Scoreboard> GetScoreboard() {
    grpc::ClientContext context;
    Authorize(&context);
    return GetScoreboard(&context);
  }
  std::future<absl::StatusOr<submission::v1::Scoreboard>> GetScoreboardAside(
      grpc::ClientContext* context) {
    return std::async(std::launch::async, [this, context] { return GetScoreboard(context); });
  }

  absl::StatusOr<submission::v1::Report> CreateReport(grpc::ClientContext* context,
                                                      const std::string& unit) {
    submission::v1::CreateReportRequest request;
    request.set_parent("plans/p");
    request.mutable_report()->set_unit(unit);
    submission::v1::Report report;
    const grpc::Status status = submission::v1::ReportService::NewStub(harness.channel())
                                    ->CreateReport(context, request, &report);
    if (!status.ok()) return client::FromGrpc(status);
    return report;
  }

  void Authorize(grpc::ClientContext* context) {
    context->AddMetadata("authorization",
                         absl::StrCat("Bearer ", harness.Token(common::v1::LEADER)));
  }

  // Declared in the order in which the harness needs them.
  Toy toy;
  testing::FakeClock clock{kBusinessNow};
  testing::ServiceHarness harness;
};

// The metrics page of a server on this machine; empty if it cannot be read.
std::string ReadMetrics(int port);

// Holds handlers until a test lets them go.
class Gate {
 public:
  ~Gate() { Open(); }
  void Open() {
    if (!std::exchange(open_, true)) opened_.set_value();
  }
  // For the handler.
  void Wait() const {
    ++waiting_;
    future_.wait();
  }
  // True once so many handlers have come to the gate.
  bool Reached(int handlers) const {
    return testing::WaitUntil(absl::Seconds(10), [&] { return waiting_ >= handlers; });
  }

 private:
  std::promise<void> opened_;
  std::shared_future<void> future_ = opened_.get_future().share();
  mutable std::atomic<int> waiting_ = 0;
  bool open_ = false;
};

inline std::string ReadMetrics(int port) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string page;
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    constexpr std::string_view kRequest = "GET /metrics HTTP/1.0\r\n\r\n";
    send(connection, kRequest.data(), kRequest.size(), MSG_NOSIGNAL);
    char buffer[4096];
    ssize_t bytes = 0;
    while ((bytes = recv(connection, buffer, sizeof(buffer), 0)) > 0) {
      page.append(buffer, static_cast<size_t>(bytes));
    }
  }
  close(connection);
  return page;
}

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_TOY_CLIENT_H_
