#include "tests/load/event_figures.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/timestamp.h"
#include "duban/submission/v1/events.pb.h"
#include "tests/load/measure.h"

namespace duban::load {
namespace {

using notification::v1::PublishEventsRequest;
using notification::v1::PublishEventsResponse;
using testing::LocalStack;

constexpr int kRelays = 2;
constexpr int kEventsOfABatch = 500;
constexpr int kPublishedBatches = 40;

// A report of some unit was returned; each event is of a report of its own.
common::v1::Event ReturnedReport() {
  common::v1::Event event;
  event.set_id(NewUuid7(MachineNow()));
  event.set_type("duban.submission.report.returned");
  event.set_source("submission");
  event.set_subject(absl::StrCat("plans/linxiang-innovation-2024/reports/", event.id()));
  event.set_plan("plans/linxiang-innovation-2024");
  event.set_unit("units/water");
  event.set_sequence(1);
  *event.mutable_time() = ToTimestamp(MachineNow());
  submission::v1::ReportReturned data;
  data.set_period("2024-03");
  event.mutable_data()->PackFrom(data);
  return event;
}

bool PublishBatch(LocalStack& stack, const std::string& token) {
  PublishEventsRequest request;
  for (int i = 0; i < kEventsOfABatch; ++i) *request.add_events() = ReturnedReport();
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + token);
  PublishEventsResponse response;
  if (!stack.events().PublishEvents(&context, request, &response).ok()) return false;
  for (const auto& outcome : response.outcomes()) {
    if (outcome.result() != PublishEventsResponse::Outcome::STORED) return false;
  }
  return true;
}

}  // namespace

void PrintPublishing(LocalStack& stack) {
  TokenClaims claims;
  claims.subject = "services/submission";
  claims.roles = {common::v1::SERVICE};
  const std::string token = stack.SignAt(claims, MachineNow());
  const Measured batches =
      MeasureCalls(kRelays, kPublishedBatches, [&](int) { return PublishBatch(stack, token); });
  Print("event_publish_rate", batches.per_second * kEventsOfABatch, "events/s", ">=2000");
  Print("event_batch_p99", absl::ToDoubleMilliseconds(batches.p99), "ms", "-");
}

}  // namespace duban::load
