#include "services/notification/routing.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "common/base/log.h"
#include "common/base/status.h"
#include "google/protobuf/util/json_util.h"

namespace duban::notification {
namespace {

// So that the end of the process waits for few looks at most.
constexpr int kLooksAtOnce = 20;
constexpr absl::Duration kBacklogInterval = absl::Seconds(5);

// Looks again while there is more.
template <typename Look>
void LookWhileMore(const char* work, Look look) {
  for (int i = 0; i < kLooksAtOnce; ++i) {
    const absl::StatusOr<int> done = look();
    if (!done.ok()) {
      LogWarning("notification work waits", {{"work", work}, {"cause", done.status().ToString()}});
    }
    if (done.value_or(0) == 0) return;
  }
}

}  // namespace

absl::StatusOr<Regions> LoadRegions(const std::string& file) {
  if (file.empty()) return Regions();
  std::ifstream in(file);
  std::ostringstream json;
  json << in.rdbuf();
  review::v1::CalendarDocument document;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json.str(), &document);
  if (!in || !parsed.ok()) {
    return Error(kCalendarFileInvalid).With("file", file).With("why", parsed.ToString()).Build();
  }
  absl::StatusOr<Regions> regions = ReadRegions(document);
  if (regions.ok()) return regions;
  return Error(kCalendarFileInvalid)
      .With("file", file)
      .With("why", std::string(regions.status().message()))
      .Build();
}

Routing::Routing(const server::Environment& environment, const RoutingSettings& settings,
                 Regions regions, const client::Caller* indicator, const SealingKey* secrets,
                 Dispatcher::FanOut fan_out)
    : customs_{.regions = std::move(regions), .hours = settings.hours},
      directory_(indicator, settings.directory_kept),
      expansion_(environment, &directory_, &customs_),
      dispatcher_(environment, &expansion_, std::move(fan_out), {}),
      backlog_(environment),
      teller_(environment, &directory_, &expansion_, {}),
      routes_(environment),
      templates_(environment, &expansion_),
      preferences_(environment, secrets),
      notices_(environment) {
  if (settings.interval == absl::ZeroDuration()) return;
  dispatching_.emplace(settings.interval, [this] { Dispatch(); });
  telling_.emplace(settings.interval, [this] { Tell(); });
  measuring_.emplace(kBacklogInterval, [this] { backlog_.Measure(); });
}

std::vector<server::RpcService> Routing::Services() {
  return {routes_.Rpc(), templates_.Rpc(), preferences_.Rpc(), notices_.Rpc()};
}

void Routing::Dispatch() {
  LookWhileMore("dispatch", [this] { return dispatcher_.DispatchDue(); });
}

void Routing::Tell() {
  LookWhileMore("tell", [this] { return teller_.TellDue(); });
  LookWhileMore("digests", [this] { return teller_.SendDigests(); });
  LookWhileMore("step up", [this] { return teller_.StepUp(); });
}

}  // namespace duban::notification
