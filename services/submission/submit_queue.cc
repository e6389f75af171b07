#include "services/submission/submit_queue.h"

#include <algorithm>
#include <climits>
#include <utility>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/db/request_log.h"

namespace duban::submission {
namespace {

using v1::Report;

// While one transaction waits for its commit, the next is prepared.
constexpr int kTransactionsAtOnce = 2;

absl::StatusOr<Report> ParseReply(const std::string& reply) {
  Report report;
  if (report.ParseFromString(reply)) return report;
  return absl::InternalError("the recorded reply does not parse");
}

}  // namespace

SubmitQueue::SubmitQueue(const Reports* reports, const Submissions* submissions, int most)
    : reports_(reports),
      submissions_(submissions),
      together_(
          static_cast<size_t>(most), most == 1 ? INT_MAX : kTransactionsAtOnce,
          [this](const std::vector<const ReportSubmission*>& items) { return SubmitAll(items); }) {}

absl::StatusOr<Report> SubmitQueue::Submit(const ReportSubmission& item) {
  Answer answer = together_.Do(&item);
  if (answer.report) return *std::move(answer.report);
  if (!answer.outcome_unknown) return SubmitAlone(item);
  DUBAN_ASSIGN_OR_RETURN(
      const std::string reply,
      db::ResolveOutcome(reports_->database(), item.call->deadline(), *item.key));
  return ParseReply(reply);
}

std::vector<SubmitQueue::Answer> SubmitQueue::SubmitAll(
    const std::vector<const ReportSubmission*>& items) const {
  if (items.size() == 1) return {{SubmitAlone(*items.front()), false}};
  std::vector<Answer> told(items.size());
  std::vector<ReportSubmission> together;
  std::vector<size_t> places;  // of `together` among the items
  absl::Time deadline = absl::InfinitePast();
  std::map<std::string, PlanPointer> plans = PlansOf(items);
  for (size_t i = 0; i < items.size(); ++i) {
    const PlanPointer& plan = plans[items[i]->name.plan];
    if (plan == nullptr) continue;  // it learns alone why
    together.push_back(*items[i]);
    together.back().plan = plan;
    places.push_back(i);
    deadline = std::max(deadline, items[i]->call->deadline());
  }
  if (together.empty()) return told;
  auto answers = reports_->database().RunInTransaction(
      deadline, [&](db::Transaction& tx) { return submissions_->Submit(tx, together); });
  for (size_t n = 0; n < places.size(); ++n) {
    Answer& answer = told[places[n]];
    if (answers.ok()) {
      answer.report = std::move((*answers)[n]);
    } else {
      answer.outcome_unknown = db::IsOutcomeUnknown(answers.status());
    }
  }
  return told;
}

std::map<std::string, PlanPointer> SubmitQueue::PlansOf(
    const std::vector<const ReportSubmission*>& items) const {
  std::map<std::string, PlanPointer> plans;
  for (const ReportSubmission* item : items) {
    const auto [place, is_first] = plans.try_emplace(item->name.plan);
    if (!is_first) continue;
    const absl::StatusOr<PlanPointer> plan = reports_->PlanOf(*item->call, item->name);
    if (plan.ok()) place->second = *plan;
  }
  return plans;
}

absl::StatusOr<Report> SubmitQueue::SubmitAlone(const ReportSubmission& item) const {
  ReportSubmission alone = item;
  DUBAN_ASSIGN_OR_RETURN(alone.plan, reports_->PlanOf(*item.call, item.name));
  alone.key.reset();  // recorded by RunOnce
  DUBAN_ASSIGN_OR_RETURN(
      const std::string reply,
      db::RunOnce(reports_->database(), item.call->deadline(), item.call->now(), *item.key,
                  [&](db::Transaction& tx) -> absl::StatusOr<std::string> {
                    DUBAN_ASSIGN_OR_RETURN(const auto answers, submissions_->Submit(tx, {alone}));
                    DUBAN_RETURN_IF_ERROR(answers.front().status());
                    return answers.front()->SerializeAsString();
                  }));
  return ParseReply(reply);
}

}  // namespace duban::submission
