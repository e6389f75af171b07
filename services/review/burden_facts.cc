#include "services/review/burden_facts.h"

#include <utility>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/review/burden_rules.h"
#include "services/review/calendar_rules.h"
#include "services/review/deadline_rules.h"

namespace duban::review {
namespace {

template <typename Messages, typename Message>
void MoveAll(Messages* from, std::vector<Message>* to) {
  for (Message& message : *from) to->push_back(std::move(message));
}

}  // namespace

BurdenFacts::BurdenFacts(db::Database* database, const Peers* peers)
    : database_(database),
      peers_(peers),
      plans_(indicator::v1::PlanService::NewStub(peers->indicator().channel())),
      indicators_(indicator::v1::IndicatorService::NewStub(peers->indicator().channel())),
      obligations_(submission::v1::ObligationService::NewStub(peers->submission().channel())),
      reports_(submission::v1::ReportService::NewStub(peers->submission().channel())) {}

absl::StatusOr<BurdenInput> BurdenFacts::Collect(const server::CallContext& call,
                                                 const v1::GetBurdenRequest& request) const {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.plan(), "plans/*", "plan").status());
  BurdenInput input;
  input.now = call.now();
  indicator::v1::GetPlanRequest get;
  get.set_name(request.plan());
  DUBAN_ASSIGN_OR_RETURN(
      input.plan,
      peers_->AskIndicator(call.info, *plans_, &indicator::v1::PlanService::Stub::GetPlan, get));
  if (!absl::LoadTimeZone(input.plan.time_zone(), &input.zone)) {
    return absl::InternalError("the plan's time zone is unknown here");
  }
  DUBAN_ASSIGN_OR_RETURN(const Period period, BurdenPeriod(request.period(), input.plan));
  input.period = period.ToString();
  input.first_day = period.first_day();
  input.last_day = period.last_day();
  indicator::v1::ListIndicatorsRequest list;
  list.set_parent(request.plan());
  DUBAN_RETURN_IF_ERROR(peers_->PagesOfIndicator(
      call.info, *indicators_, &indicator::v1::IndicatorService::Stub::ListIndicators, list,
      [&](auto* page) { MoveAll(page->mutable_indicators(), &input.indicators); }));
  DUBAN_RETURN_IF_ERROR(AskSubmission(call, &input));
  DUBAN_RETURN_IF_ERROR(ReadTables(call, &input));
  return input;
}

absl::Status BurdenFacts::AskSubmission(const server::CallContext& call, BurdenInput* input) const {
  submission::v1::ListObligationsRequest obligations;
  obligations.set_parent(input->plan.name());
  DUBAN_RETURN_IF_ERROR(peers_->PagesOfSubmission(
      call.info, *obligations_, &submission::v1::ObligationService::Stub::ListObligations,
      obligations, [&](auto* page) { MoveAll(page->mutable_obligations(), &input->obligations); }));
  for (const char* state : {"state = ACCEPTED", "state = SUPERSEDED"}) {
    submission::v1::ListReportsRequest reports;
    reports.set_parent(input->plan.name());
    reports.set_filter(state);
    DUBAN_RETURN_IF_ERROR(peers_->PagesOfSubmission(
        call.info, *reports_, &submission::v1::ReportService::Stub::ListReports, reports,
        [&](auto* page) { MoveAll(page->mutable_reports(), &input->accepted); }));
  }
  return absl::OkStatus();
}

absl::Status BurdenFacts::ReadTables(const server::CallContext& call, BurdenInput* input) const {
  const std::string plan = input->plan.name().substr(input->plan.name().rfind('/') + 1);
  const absl::Time from = absl::FromCivil(input->first_day, input->zone);
  const absl::Time to = absl::FromCivil(input->last_day + 1, input->zone);
  return database_->Read(call.deadline(), [&](db::Session& session) -> absl::Status {
    DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Calendar> region,
                           calendars_.Region(session, RegionOf(input->plan)));
    DUBAN_ASSIGN_OR_RETURN(input->days, WorkingDaysOf(region));
    DUBAN_ASSIGN_OR_RETURN(input->orders, orders_.Orders(session, plan, from, to));
    DUBAN_ASSIGN_OR_RETURN(
        input->exceptions,
        lead_times_.DueBetween(session, plan, input->first_day, input->last_day));
    return absl::OkStatus();
  });
}

}  // namespace duban::review
