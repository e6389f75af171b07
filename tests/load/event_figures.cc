#include "tests/load/event_figures.h"

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/timestamp.h"
#include "duban/submission/v1/events.pb.h"
#include "tests/load/drafts.h"
#include "tests/load/measure.h"

namespace duban::load {
namespace {

using notification::v1::PublishEventsRequest;
using notification::v1::PublishEventsResponse;
using testing::LocalStack;

constexpr int kPublishedBatches = 40;

common::v1::Event ReturnedReport(const std::string& unit) {
  common::v1::Event event;
  event.set_id(NewUuid7(MachineNow()));
  event.set_type("duban.submission.report.returned");
  event.set_source("submission");
  event.set_subject(absl::StrCat(kLinxiangPlan, "/reports/", event.id()));
  event.set_plan(kLinxiangPlan);
  event.set_unit(unit);
  event.set_sequence(1);
  *event.mutable_time() = ToTimestamp(MachineNow());
  submission::v1::ReportReturned data;
  data.set_indicator(absl::StrCat(kLinxiangPlan, "/indicators/contract-turnover"));
  data.set_period("2024-03");
  data.set_reason("口径不符");
  event.mutable_data()->PackFrom(data);
  return event;
}

}  // namespace

Publisher::Publisher(LocalStack& stack) : stack_(stack) {
  const indicator::v1::PlanDocument document = LocalStack::LinxiangDocument();
  for (const auto& unit : document.units()) units_.push_back(unit.name());
  TokenClaims claims;
  claims.subject = "services/submission";
  claims.roles = {common::v1::SERVICE};
  claims.life = absl::Hours(1);
  token_ = "Bearer " + stack.SignAt(claims, MachineNow());
}

std::vector<std::string> Publisher::Publish(int events) const {
  PublishEventsRequest request;
  std::vector<std::string> ids;
  for (int i = 0; i < events; ++i) {
    *request.add_events() = ReturnedReport(units_[static_cast<size_t>(i) % units_.size()]);
    ids.push_back(request.events(i).id());
  }
  grpc::ClientContext context;
  context.AddMetadata("authorization", token_);
  PublishEventsResponse response;
  StopUnless(client::FromGrpc(stack_.events().PublishEvents(&context, request, &response)));
  for (const auto& outcome : response.outcomes()) {
    if (outcome.result() == PublishEventsResponse::Outcome::STORED) continue;
    StopUnless(absl::InternalError(outcome.ShortDebugString()));
  }
  return ids;
}

void PrintPublishing(LocalStack& stack) {
  const Publisher publisher(stack);
  const Measured batches = MeasureCalls(kRelays, kPublishedBatches, [&](int) {
    publisher.Publish(kEventsOfABatch);
    return true;
  });
  Print("event_publish_rate", batches.per_second * kEventsOfABatch, "events/s", ">=2000");
  Print("event_batch_p99", absl::ToDoubleMilliseconds(batches.p99), "ms", "-");
}

}  // namespace duban::load
