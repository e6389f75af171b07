#include "common/outbox/relay_thread.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/log.h"
#include "duban/notification/v1/event_service.grpc.pb.h"

namespace duban {
namespace {

using notification::v1::PublishEventsRequest;
using notification::v1::PublishEventsResponse;

constexpr absl::Duration kStepTimeLimit = absl::Seconds(5);
constexpr absl::Duration kIdlePause = absl::Milliseconds(200);
constexpr absl::Duration kLongestPause = absl::Seconds(5);  // shorter than a lease
constexpr int kMostDoublings = 5;
constexpr absl::Duration kMeasureInterval = absl::Seconds(2);
constexpr absl::Duration kPurgeInterval = absl::Minutes(1);
constexpr int kPurgeBatch = 500;
constexpr int kPurgeBatches = 100;  // 50,000 events a minute, more than a service writes

prometheus::Gauge* MakeGauge(prometheus::Registry* metrics, const char* name, const char* help) {
  return &prometheus::BuildGauge().Name(name).Help(help).Register(*metrics).Add({});
}

prometheus::Counter* MakeCounter(prometheus::Registry* metrics, const char* name,
                                 const char* help) {
  return &prometheus::BuildCounter().Name(name).Help(help).Register(*metrics).Add({});
}

absl::StatusOr<PublishEventsResponse> Publish(const client::Caller& caller,
                                              const PublishEventsRequest& request,
                                              absl::Time deadline) {
  grpc::ClientContext context;
  caller.Prepare({.deadline = deadline}, &context);
  PublishEventsResponse response;
  const auto stub = notification::v1::EventService::NewStub(caller.channel());
  const grpc::Status status = stub->PublishEvents(&context, request, &response);
  if (!status.ok()) return client::FromGrpc(status);
  return response;
}

}  // namespace

RelayThread::RelayThread(const server::Environment& environment, const std::string& service)
    : caller_(environment.notification_target.empty()
                  ? nullptr
                  : std::make_unique<client::Caller>(
                        environment.notification_target, absl::StrCat("services/", service),
                        environment.signer, environment.peer_credentials)),
      relay_(
          environment.database, service,
          [this](const PublishEventsRequest& request, absl::Time deadline) {
            return Publish(*caller_, request, deadline);
          },
          RelayOptions()),
      oldest_(MakeGauge(environment.metrics, "duban_outbox_oldest_undelivered_seconds",
                        "Age of the oldest event that is not delivered yet")),
      undelivered_(MakeGauge(environment.metrics, "duban_outbox_undelivered",
                             "Events that are not delivered yet, counted up to 100000")),
      held_(MakeGauge(environment.metrics, "duban_outbox_relay",
                      "1 where this replica delivers the service's events")),
      delivered_(MakeCounter(environment.metrics, "duban_outbox_delivered_total",
                             "Events that were delivered")),
      refused_(MakeCounter(environment.metrics, "duban_outbox_refused_total",
                           "Events that were refused for good, see outbox_refusals")),
      thread_([this] { Work(); }) {}

RelayThread::~RelayThread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void RelayThread::Work() {
  absl::Duration pause;
  do {
    pause = Step();
    Measure();
    Purge();
  } while (!Ends(pause));
  relay_.Release(MachineNow() + kStepTimeLimit);
}

absl::Duration RelayThread::Step() {
  if (caller_ == nullptr) return kMeasureInterval;
  const absl::StatusOr<Relay::Step> step = relay_.Run(MachineNow() + kStepTimeLimit);
  if (!step.ok()) {
    LogWarning("events not delivered", {{"cause", step.status().ToString()}});
    failures_ = std::min(failures_ + 1, kMostDoublings);
    return std::min(kLongestPause, kIdlePause * (1 << failures_));
  }
  failures_ = 0;
  held_->Set(step->held ? 1 : 0);
  delivered_->Increment(static_cast<double>(step->delivered));
  refused_->Increment(static_cast<double>(step->refused));
  return step->more ? absl::ZeroDuration() : kIdlePause;
}

void RelayThread::Measure() {
  const absl::Time now = MachineNow();
  if (now - measured_ < kMeasureInterval) return;
  measured_ = now;
  const absl::StatusOr<RelayStore::Backlog> backlog = relay_.GetBacklog(now + kStepTimeLimit);
  if (!backlog.ok()) return;  // what is wrong with the database is told by others
  undelivered_->Set(static_cast<double>(backlog->undelivered));
  const absl::Duration age =
      backlog->oldest.empty() ? absl::ZeroDuration() : now - TimeOfId(backlog->oldest);
  oldest_->Set(std::max(0.0, absl::ToDoubleSeconds(age)));
}

void RelayThread::Purge() {
  const absl::Time now = MachineNow();
  if (caller_ == nullptr || now - purged_ < kPurgeInterval) return;
  purged_ = now;
  for (int i = 0; i < kPurgeBatches; ++i) {
    const absl::StatusOr<int64_t> purged = relay_.Purge(kPurgeBatch, MachineNow() + kStepTimeLimit);
    if (!purged.ok()) LogWarning("outbox not purged", {{"cause", purged.status().ToString()}});
    if (!purged.ok() || *purged < kPurgeBatch) return;
  }
}

bool RelayThread::Ends(absl::Duration wait) {
  std::unique_lock lock(mutex_);
  return stop_.wait_for(lock, absl::ToChronoMicroseconds(wait), [this] { return ending_; });
}

}  // namespace duban
