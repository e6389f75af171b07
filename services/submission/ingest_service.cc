#include "services/submission/ingest_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/update_mask.h"
#include "services/submission/report_rules.h"
#include "services/submission/row_error.h"
#include "services/submission/submissions.h"

namespace duban::submission {
namespace {

using v1::IngestReportsRequest;
using v1::IngestReportsResponse;
using v1::Report;
using Item = IngestReportsRequest::Item;

constexpr size_t kMostItems = 200;  // in one transaction
constexpr int kMostRefusals = 200;  // in one answer
// How long a transaction waits for the next item: as long as gRPC takes to hand over one that is
// there already, so that a sender who does not pause fills transactions, and one who does waits for
// nobody.
constexpr absl::Duration kPatience = absl::Milliseconds(1);
constexpr absl::Duration kTransactionLimit = absl::Seconds(5);

absl::Time TransactionDeadline(const server::CallContext& call) {
  return std::min(call.deadline(), MachineNow() + kTransactionLimit);
}

absl::Status CheckPart(const IngestReportsRequest& request, IngestReportsRequest::PartCase wanted) {
  if (request.part_case() == wanted) return absl::OkStatus();
  return FieldInvalid("part", "第一条消息为 opening,其后均为 item",
                      "the first message is an opening, every other an item");
}

// Whatever has arrived since the first of them, at most kMostItems.
absl::StatusOr<std::vector<Item>> ReadItems(
    server::Stream<IngestReportsRequest, IngestReportsResponse>& stream) {
  std::vector<Item> items;
  IngestReportsRequest request;
  while (items.size() < kMostItems && (items.empty() || stream.HasNext(kPatience)) &&
         stream.Read(&request)) {
    DUBAN_RETURN_IF_ERROR(CheckPart(request, IngestReportsRequest::kItem));
    items.push_back(std::move(*request.mutable_item()));
  }
  return items;
}

// The items are numbered on from `durable_offset`, those at or below it left out.
absl::StatusOr<std::vector<Item>> Above(int64_t durable_offset, const std::vector<Item>& items) {
  std::vector<Item> above;
  for (const Item& item : items) {
    if (item.offset() <= durable_offset) continue;
    const int64_t expected = durable_offset + static_cast<int64_t>(above.size()) + 1;
    if (item.offset() != expected) {
      return Error(kIngestOffsetGap)
          .With("expected", std::to_string(expected))
          .With("offset", std::to_string(item.offset()))
          .Field("item.offset")
          .Build();
    }
    above.push_back(item);
  }
  return above;
}

}  // namespace

absl::Status IngestService::IngestReports(
    server::CallContext& call,
    server::Stream<IngestReportsRequest, IngestReportsResponse>& stream) {
  DUBAN_ASSIGN_OR_RETURN(Progress progress, Open(call, stream));
  for (;;) {
    DUBAN_ASSIGN_OR_RETURN(const Items items, ReadItems(stream));
    if (items.empty()) return stream.status();
    DUBAN_ASSIGN_OR_RETURN(const Response response, Store(call, items, progress));
    progress.durable_offset = response.durable_offset();
    if (!stream.Write(response)) return stream.status();
  }
}

absl::StatusOr<IngestService::Progress> IngestService::Open(
    const server::CallContext& call,
    server::Stream<IngestReportsRequest, IngestReportsResponse>& stream) const {
  IngestReportsRequest request;
  if (!stream.Read(&request)) return stream.status();
  DUBAN_RETURN_IF_ERROR(CheckPart(request, IngestReportsRequest::kOpening));
  const auto& opening = request.opening();
  DUBAN_RETURN_IF_ERROR(ParseResourceName(opening.parent(), "plans/*", "opening.parent").status());
  DUBAN_RETURN_IF_ERROR(ParseResourceName(opening.ingest(), "*", "opening.ingest").status());
  DUBAN_RETURN_IF_ERROR(reports_->plans().Get(call.info, opening.parent()).status());
  Progress progress;
  progress.plan_name = opening.parent();
  progress.name = {LastId(opening.parent()),
                   absl::StrCat(call.identity.issuer, " ", call.identity.subject),
                   opening.ingest()};
  DUBAN_RETURN_IF_ERROR(Tell(call, opening.known_offset(), &progress, stream));
  return progress;
}

absl::Status IngestService::Tell(
    const server::CallContext& call, int64_t known_offset, Progress* progress,
    server::Stream<IngestReportsRequest, IngestReportsResponse>& stream) const {
  for (int64_t told = known_offset;;) {
    Response response;
    DUBAN_RETURN_IF_ERROR(reports_->database().Read(
        TransactionDeadline(call), [&](db::Session& session) -> absl::Status {
          // First the offset, so that every refusal up to it is there to be read.
          DUBAN_ASSIGN_OR_RETURN(progress->durable_offset,
                                 ingests_.DurableOffset(session, progress->name));
          DUBAN_ASSIGN_OR_RETURN(auto refusals,
                                 ingests_.Refusals(session, progress->name, told, kMostRefusals));
          for (Response::Refusal& refusal : refusals) response.add_refusals()->Swap(&refusal);
          return absl::OkStatus();
        }));
    response.set_durable_offset(progress->durable_offset);
    if (!stream.Write(response)) return stream.status();
    if (response.refusals_size() < kMostRefusals) return absl::OkStatus();
    told = response.refusals(kMostRefusals - 1).offset();
  }
}

absl::StatusOr<IngestService::Response> IngestService::Store(const server::CallContext& call,
                                                             const Items& items,
                                                             const Progress& progress) const {
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan,
                         reports_->plans().Get(call.info, progress.plan_name));
  DUBAN_ASSIGN_OR_RETURN(const Items above, Above(progress.durable_offset, items));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Prepared> prepared, Prepare(call, plan, above));
  for (int run = 1;; ++run) {
    bool raced = false;
    absl::StatusOr<Response> response =
        reports_->database().RunInTransaction(TransactionDeadline(call), [&](db::Transaction& tx) {
          return SubmitItems(tx, call, prepared, progress.name, &raced);
        });
    if (response.ok() || !raced || run == kSubmitRuns) return response;
  }
}

absl::StatusOr<std::vector<IngestService::Prepared>> IngestService::Prepare(
    const server::CallContext& call, const PlanPointer& plan, const Items& items) const {
  std::vector<Prepared> prepared;
  absl::Status foreign;
  for (const Item& item : items) {
    Report given = item.report();
    server::ClearOutputOnly(&given);
    FillProvenance(ActorOf(call), &given);
    Prepared& ready = prepared.emplace_back();
    ready.offset = item.offset();
    ready.submission.call = &call;
    ready.submission.plan = plan;
    ready.submission.etag = item.report().etag();
    ready.refusal = call.CheckUnit(given.unit());
    if (!ready.refusal.ok()) {
      foreign = ready.refusal;
      continue;
    }
    absl::StatusOr<Report> entered = Complete(given, *plan, call.now());
    ready.refusal = entered.status();
    if (entered.ok()) ready.submission.entered = *std::move(entered);
  }
  if (!foreign.ok()) {
    // The stream goes on, so that nobody else records this refusal.
    server::CallContext refused = call;
    refused.resource = plan->plan().name();
    DUBAN_RETURN_IF_ERROR(audit_.AppendRefusal(reports_->database(), refused, foreign));
  }
  return prepared;
}

absl::StatusOr<IngestService::Response> IngestService::SubmitItems(
    db::Transaction& tx, const server::CallContext& call, const std::vector<Prepared>& prepared,
    const IngestName& name, bool* raced) const {
  Response response;
  DUBAN_ASSIGN_OR_RETURN(const int64_t durable, ingests_.Lock(tx, name, call.now()));
  response.set_durable_offset(durable);
  std::vector<Prepared> left;
  for (const Prepared& ready : prepared) {
    if (ready.offset > durable) left.push_back(ready);
  }
  if (left.size() < prepared.size()) {
    // A stream of this name that broke had more in hand; nobody has heard what became of that.
    DUBAN_ASSIGN_OR_RETURN(auto untold,
                           ingests_.Refusals(tx, name, prepared.front().offset - 1, kMostRefusals));
    for (Response::Refusal& refusal : untold) response.add_refusals()->Swap(&refusal);
  }
  if (left.empty()) return response;
  std::vector<ReportSubmission> items;
  for (const Prepared& ready : left) {
    if (ready.refusal.ok()) items.push_back(ready.submission);
  }
  auto answers = submissions_.Submit(tx, items);
  *raced = absl::IsAlreadyExists(answers.status());
  DUBAN_RETURN_IF_ERROR(answers.status());
  std::vector<Response::Refusal> refusals;
  auto answer = answers->begin();
  for (const Prepared& ready : left) {
    const absl::Status refusal = ready.refusal.ok() ? (answer++)->status() : ready.refusal;
    if (refusal.ok()) continue;
    Response::Refusal& told = refusals.emplace_back();
    told.set_offset(ready.offset);
    *told.mutable_error() = RowErrorOf(refusal);
    *response.add_refusals() = told;
  }
  response.set_durable_offset(left.back().offset);
  DUBAN_RETURN_IF_ERROR(
      ingests_.Advance(tx, name, response.durable_offset(), refusals, call.now()));
  return response;
}

}  // namespace duban::submission
