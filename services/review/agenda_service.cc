#include "services/review/agenda_service.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "services/review/agenda_rules.h"

namespace duban::review {
namespace {

using submission::v1::Scoreboard;
using v1::Agenda;
using v1::Session;

constexpr int kMostItems = 1000;

// News is owed by months: a shorter period is looked up in its month.
std::string NewsPeriod(const std::string& period) {
  const absl::StatusOr<Period> parsed = Period::Parse(period);
  if (!parsed.ok() || parsed->kind() != common::v1::DEKAD) return period;
  return parsed->Parent()->ToString();
}

}  // namespace

AgendaService::AgendaService(const server::Environment& environment, const Peers* peers,
                             PlanSource* plans)
    : database_(environment.database),
      peers_(peers),
      plans_(plans),
      progress_(submission::v1::ProgressService::NewStub(peers->submission().channel())),
      obligations_(submission::v1::ObligationService::NewStub(peers->submission().channel())),
      reports_(submission::v1::ReportService::NewStub(peers->submission().channel())),
      articles_(submission::v1::ArticleService::NewStub(peers->submission().channel())) {}

absl::StatusOr<Agenda> AgendaService::GetAgenda(server::CallContext& call,
                                                const v1::GetAgendaRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const Session session,
                         database_->Read(call.deadline(), [&](db::Session& reading) {
                           return sessions_.Get(reading, name);
                         }));
  DUBAN_ASSIGN_OR_RETURN(const std::optional<Session> found,
                         database_->Read(call.deadline(), [&](db::Session& reading) {
                           return sessions_.store().Before(reading, session);
                         }));
  const Session before = found.value_or(Session());
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, name.PlanName()));
  DUBAN_ASSIGN_OR_RETURN(const Period period, Period::Parse(session.period()));
  Agenda agenda;
  agenda.set_session(session.name());
  agenda.set_snapshot(session.snapshot());
  *agenda.mutable_read_time() = ToTimestamp(call.now());
  DUBAN_RETURN_IF_ERROR(AddLines(call, session, before, &agenda));
  DUBAN_RETURN_IF_ERROR(AddObligations(call, plan->plan(), session, &agenda));
  DUBAN_RETURN_IF_ERROR(AddReports(call, name.PlanName(), &agenda));
  DUBAN_RETURN_IF_ERROR(AddNews(call, name.PlanName(), session, &agenda));
  DUBAN_RETURN_IF_ERROR(AddItems(call, name, before, &agenda));
  for (const std::string& unit :
       AttendanceOf(plan->plan(), plan->indicators(), period.last_day())) {
    agenda.add_attendance(unit);
  }
  return agenda;
}

absl::Status AgendaService::AddLines(const server::CallContext& call, const Session& session,
                                     const Session& before, Agenda* agenda) const {
  Scoreboard board;
  Scoreboard earlier;
  if (!before.snapshot().empty()) {
    DUBAN_ASSIGN_OR_RETURN(earlier, Frozen(call, before.snapshot()));
  }
  if (!session.snapshot().empty()) {
    DUBAN_ASSIGN_OR_RETURN(board, Frozen(call, session.snapshot()));
  } else {
    submission::v1::GetScoreboardRequest request;
    request.set_plan(session.name().substr(0, session.name().find("/sessions/")));
    DUBAN_ASSIGN_OR_RETURN(
        board,
        peers_->AskSubmission(call.info, *progress_,
                              &submission::v1::ProgressService::Stub::GetScoreboard, request));
  }
  AddLagging(board, earlier, agenda);
  return absl::OkStatus();
}

absl::StatusOr<Scoreboard> AgendaService::Frozen(const server::CallContext& call,
                                                 const std::string& snapshot) const {
  submission::v1::GetSnapshotRequest request;
  request.set_name(snapshot);
  DUBAN_ASSIGN_OR_RETURN(
      submission::v1::Snapshot frozen,
      peers_->AskSubmission(call.info, *progress_,
                            &submission::v1::ProgressService::Stub::GetSnapshot, request));
  return std::move(*frozen.mutable_scoreboard());
}

absl::Status AgendaService::AddObligations(const server::CallContext& call,
                                           const indicator::v1::Plan& plan, const Session& session,
                                           Agenda* agenda) const {
  std::vector<submission::v1::Obligation> obligations;
  submission::v1::ListObligationsRequest request;
  request.set_parent(plan.name());
  request.set_filter(
      absl::StrCat("due_before = \"",
                   absl::FormatTime(absl::RFC3339_sec, call.now(), absl::UTCTimeZone()), "\""));
  DUBAN_RETURN_IF_ERROR(peers_->PagesOfSubmission(
      call.info, *obligations_, &submission::v1::ObligationService::Stub::ListObligations, request,
      [&](auto* page) {
        for (auto& obligation : *page->mutable_obligations()) {
          obligations.push_back(std::move(obligation));
        }
      }));
  AddOverdue(obligations, OwnersOf(plan, session), call.now(), agenda);
  return absl::OkStatus();
}

absl::Status AgendaService::AddReports(const server::CallContext& call, const std::string& plan,
                                       Agenda* agenda) const {
  std::vector<submission::v1::Report> returned;
  submission::v1::ListReportsRequest request;
  request.set_parent(plan);
  request.set_filter("state = RETURNED");
  DUBAN_RETURN_IF_ERROR(peers_->PagesOfSubmission(call.info, *reports_,
                                                  &submission::v1::ReportService::Stub::ListReports,
                                                  request, [&](auto* page) {
                                                    for (auto& report : *page->mutable_reports())
                                                      returned.push_back(std::move(report));
                                                  }));
  AddReturned(returned, agenda);
  return absl::OkStatus();
}

absl::Status AgendaService::AddNews(const server::CallContext& call, const std::string& plan,
                                    const Session& session, Agenda* agenda) const {
  submission::v1::GetArticleTallyRequest request;
  request.set_plan(plan);
  request.set_type(indicator::v1::ArticleQuota::NEWS);
  request.set_period(NewsPeriod(session.period()));
  DUBAN_ASSIGN_OR_RETURN(
      const submission::v1::ArticleTally tally,
      peers_->AskSubmission(call.info, *articles_,
                            &submission::v1::ArticleService::Stub::GetArticleTally, request));
  AddMissingNews(tally, agenda);
  return absl::OkStatus();
}

absl::Status AgendaService::AddItems(const server::CallContext& call, const SessionName& name,
                                     const Session& before, Agenda* agenda) const {
  ActionItemFilter filter;
  filter.plan = name.plan;
  filter.open = true;
  filter.now = call.now();
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::ActionItem> open,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return items_.List(session, filter, "", kMostItems);
                         }));
  AddOpenItems(open, call.now(), agenda);
  for (const v1::Resolution& resolution : before.minutes().resolutions()) {
    Agenda::EarlierResolution& earlier = *agenda->add_earlier_resolutions();
    earlier.set_session(before.name());
    *earlier.mutable_resolution() = resolution;
    if (resolution.action_item().empty()) continue;
    DUBAN_ASSIGN_OR_RETURN(const ActionItemName item,
                           ParseActionItemName(resolution.action_item(), "action_item"));
    DUBAN_ASSIGN_OR_RETURN(const std::optional<v1::ActionItem> found,
                           database_->Read(call.deadline(), [&](db::Session& session) {
                             return items_.Get(session, item);
                           }));
    if (found) earlier.set_state_text(StateText(*found));
  }
  return absl::OkStatus();
}

}  // namespace duban::review
