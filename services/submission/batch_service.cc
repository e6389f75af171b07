#include "services/submission/batch_service.h"

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/update_mask.h"
#include "services/submission/report_rules.h"
#include "services/submission/row_error.h"
#include "services/submission/submissions.h"

namespace duban::submission {
namespace {

using v1::BatchSubmitReportsRequest;
using v1::BatchSubmitReportsResponse;
using v1::Report;

constexpr int kMostReports = 500;

absl::Status CheckSize(const BatchSubmitReportsRequest& request) {
  if (request.reports_size() >= 1 && request.reports_size() <= kMostReports) {
    return absl::OkStatus();
  }
  return FieldInvalid("reports", "每批1至500条", "a batch has 1 to 500 reports");
}

}  // namespace

absl::StatusOr<BatchSubmitReportsResponse> BatchService::BatchSubmitReports(
    server::CallContext& call, const BatchSubmitReportsRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_RETURN_IF_ERROR(CheckSize(request));
  for (const Report& report : request.reports()) {
    DUBAN_RETURN_IF_ERROR(call.CheckUnit(report.unit()));
  }
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan,
                         reports_->plans().Get(call.info, request.parent()));
  const Rows rows = Prepare(call, plan, request);
  for (int run = 1;; ++run) {
    bool raced = false;
    absl::StatusOr<BatchSubmitReportsResponse> response =
        request.validate_only()
            ? Try(call, request, rows, &raced)
            : reports_->mutations().Run(call, request, [&](db::Transaction& tx) {
                return SubmitRows(tx, request, rows, &raced);
              });
    if (response.ok() || !raced || run == kSubmitRuns) return response;
  }
}

BatchService::Rows BatchService::Prepare(const server::CallContext& call, const PlanPointer& plan,
                                         const BatchSubmitReportsRequest& request) const {
  Rows rows;
  std::map<std::tuple<std::string, std::string, std::string>, int> seen;
  for (int i = 0; i < request.reports_size(); ++i) {
    Report given = request.reports(i);
    server::ClearOutputOnly(&given);
    FillProvenance(ActorOf(call), &given);
    absl::StatusOr<Report> entered = Complete(given, *plan, call.now());
    const auto [first, is_first] =
        seen.emplace(std::tuple(given.indicator(), given.unit(), given.period()), i);
    if (!is_first) {
      entered = Error(kDuplicateInBatch).With("first", std::to_string(first->second)).Build();
    }
    rows.refusals.push_back(entered.status());
    if (!entered.ok()) continue;
    rows.indices.push_back(i);
    ReportSubmission& item = rows.items.emplace_back();
    item.call = &call;
    item.plan = plan;
    item.etag = request.reports(i).etag();
    item.entered = *std::move(entered);
  }
  return rows;
}

absl::StatusOr<BatchSubmitReportsResponse> BatchService::SubmitRows(
    db::Transaction& tx, const BatchSubmitReportsRequest& request, const Rows& rows,
    bool* raced) const {
  auto answers = submissions_.Submit(tx, rows.items);
  *raced = absl::IsAlreadyExists(answers.status());
  DUBAN_RETURN_IF_ERROR(answers.status());
  std::vector<absl::Status> refusals = rows.refusals;
  BatchSubmitReportsResponse response;
  for (int i = 0; i < request.reports_size(); ++i) response.add_rows()->set_index(i);
  for (size_t n = 0; n < answers->size(); ++n) {
    const int index = rows.indices[n];
    absl::StatusOr<Report>& answer = (*answers)[n];
    refusals[static_cast<size_t>(index)] = answer.status();
    if (answer.ok()) response.mutable_rows(index)->mutable_report()->Swap(&*answer);
  }
  if (!request.per_item() && !request.validate_only()) {
    DUBAN_RETURN_IF_ERROR(RefusalOfAll(refusals));
  }
  for (int i = 0; i < request.reports_size(); ++i) {
    const absl::Status& refusal = refusals[static_cast<size_t>(i)];
    response.set_submitted(response.submitted() + (refusal.ok() ? 1 : 0));
    if (!refusal.ok()) *response.mutable_rows(i)->mutable_error() = RowErrorOf(refusal);
  }
  response.set_refused(request.reports_size() - response.submitted());
  return response;
}

absl::StatusOr<BatchSubmitReportsResponse> BatchService::Try(
    const server::CallContext& call, const BatchSubmitReportsRequest& request, const Rows& rows,
    bool* raced) const {
  std::optional<absl::StatusOr<BatchSubmitReportsResponse>> response;
  const absl::Status undone = reports_->database().RunInTransaction(
      call.deadline(), [&](db::Transaction& tx) -> absl::Status {
        response = SubmitRows(tx, request, rows, raced);
        DUBAN_RETURN_IF_ERROR(response->status());
        return absl::CancelledError("only validated");  // so that nothing is committed
      });
  if (!response || !response->ok()) return undone;
  for (auto& row : *(*response)->mutable_rows()) {
    if (row.report().revision() == 1) row.mutable_report()->clear_name();
  }
  return *std::move(response);
}

}  // namespace duban::submission
