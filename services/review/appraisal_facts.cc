#include "services/review/appraisal_facts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/review/plan_rules.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using indicator::v1::DirectoryService;
using indicator::v1::ScoringRules;
using submission::v1::ArticleService;
using submission::v1::Obligation;
using submission::v1::ObligationService;
using submission::v1::ProgressService;
using submission::v1::ScoreboardLine;
using Rule = ScoringRules::Adjustment;

// The first instant of the period in the plan's zone, and the first one after it.
struct Span {
  absl::Time begin;
  absl::Time end;

  bool Holds(absl::Time time) const { return begin <= time && time < end; }
};

absl::StatusOr<Span> SpanOf(const indicator::v1::Plan& plan, const Period& period) {
  DUBAN_ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(plan));
  return Span{absl::FromCivil(period.first_day(), zone),
              absl::FromCivil(period.last_day() + 1, zone)};
}

// True if the period named ends in `whole`.
bool EndsIn(const Period& whole, const std::string& name) {
  const absl::StatusOr<Period> period = Period::Parse(name);
  return period.ok() && whole.Contains(period->last_day());
}

std::string PlanIdOf(const indicator::v1::Plan& plan) {
  return plan.name().substr(plan.name().rfind('/') + 1);
}

}  // namespace

AppraisalFactsSource::AppraisalFactsSource(db::Database* database, const Peers* peers)
    : database_(database),
      peers_(peers),
      directory_(DirectoryService::NewStub(peers->indicator().channel())),
      obligations_(ObligationService::NewStub(peers->submission().channel())),
      articles_(ArticleService::NewStub(peers->submission().channel())),
      progress_(ProgressService::NewStub(peers->submission().channel())) {}

absl::StatusOr<AppraisalFacts> AppraisalFactsSource::Gather(const client::CallInfo& call,
                                                            const indicator::v1::PlanHistory& plan,
                                                            const v1::Session& session) const {
  DUBAN_ASSIGN_OR_RETURN(const Period period, Period::Parse(session.period()));
  AppraisalFacts facts;
  facts.session = session.name();
  facts.period = session.period();
  DUBAN_ASSIGN_OR_RETURN(facts.snapshot, Snapshot(call, session.snapshot()));
  // Later revisions come later; weights do not change.
  for (const indicator::v1::Indicator& indicator : plan.indicators()) {
    facts.weights[indicator.name()] = indicator.weight();
  }
  DUBAN_RETURN_IF_ERROR(ReadUnitNames(call, &facts.unit_names));
  const Question question = {call, plan.plan(), period, &facts.happenings};
  DUBAN_RETURN_IF_ERROR(AddObligations(question, "LATE", Rule::LATE_REPORT));
  DUBAN_RETURN_IF_ERROR(AddObligations(question, "MISSED", Rule::MISSED_REPORT));
  DUBAN_RETURN_IF_ERROR(AddExperiences(question));
  DUBAN_RETURN_IF_ERROR(AddRedMonths(question));
  DUBAN_RETURN_IF_ERROR(AddOverdueItems(question));
  return facts;
}

absl::Status AppraisalFactsSource::ReadUnitNames(const client::CallInfo& call,
                                                 std::map<std::string, std::string>* names) const {
  return peers_->PagesOfIndicator(call, *directory_, &DirectoryService::Stub::ListUnits,
                                  indicator::v1::ListUnitsRequest(), [&](const auto* page) {
                                    for (const auto& unit : page->units())
                                      (*names)[unit.name()] = unit.display_name();
                                  });
}

absl::Status AppraisalFactsSource::AddObligations(const Question& question,
                                                  const std::string& timeliness,
                                                  Rule::Kind kind) const {
  submission::v1::ListObligationsRequest list;
  list.set_parent(question.plan.name());
  list.set_filter(absl::StrCat("timeliness = ", timeliness));
  return peers_->PagesOfSubmission(
      question.call, *obligations_, &ObligationService::Stub::ListObligations, list,
      [&](const auto* page) {
        for (const Obligation& obligation : page->obligations()) {
          if (!EndsIn(question.period, obligation.period())) continue;
          const bool reported = !obligation.report().empty();
          question.happenings->push_back({obligation.unit(), kind, obligation.name(),
                                          reported ? obligation.report() : obligation.name()});
        }
      });
}

absl::Status AppraisalFactsSource::AddExperiences(const Question& question) const {
  DUBAN_ASSIGN_OR_RETURN(const Span span, SpanOf(question.plan, question.period));
  submission::v1::ListArticlesRequest list;
  list.set_parent(question.plan.name());
  list.set_filter("type = EXPERIENCE AND state = ADOPTED");
  return peers_->PagesOfSubmission(
      question.call, *articles_, &ArticleService::Stub::ListArticles, list, [&](const auto* page) {
        for (const auto& article : page->articles()) {
          if (!span.Holds(FromTimestamp(article.adoption().time()))) continue;
          question.happenings->push_back(
              {article.unit(), Rule::ADOPTED_EXPERIENCE, article.name(), article.name()});
        }
      });
}

absl::Status AppraisalFactsSource::AddRedMonths(const Question& question) const {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Session> sessions,
                         database_->Read(question.call.deadline, [&](db::Session& session) {
                           return sessions_.OfPlan(session, PlanIdOf(question.plan));
                         }));
  for (const v1::Session& session : sessions) {
    const bool month_end = session.kind() == CadenceRule::BULLETIN &&
                           EndsIn(question.period, session.period()) && !session.snapshot().empty();
    if (!month_end) continue;
    DUBAN_ASSIGN_OR_RETURN(const submission::v1::Snapshot snapshot,
                           Snapshot(question.call, session.snapshot()));
    for (const ScoreboardLine& line : snapshot.scoreboard().lines()) {
      if (line.unit().empty() || line.light() != ScoreboardLine::RED) continue;
      question.happenings->push_back({line.unit(), Rule::RED_LIGHT_MONTH, session.period(),
                                      absl::StrCat(session.period(), " ", line.indicator())});
    }
  }
  return absl::OkStatus();
}

absl::Status AppraisalFactsSource::AddOverdueItems(const Question& question) const {
  DUBAN_ASSIGN_OR_RETURN(const Span span, SpanOf(question.plan, question.period));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<OverdueItem> items,
                         database_->Read(question.call.deadline, [&](db::Session& session) {
                           return items_.OverdueIn(session, PlanIdOf(question.plan), span.begin,
                                                   span.end);
                         }));
  for (const OverdueItem& item : items) {
    question.happenings->push_back({item.unit, Rule::OVERDUE_ACTION_ITEM, item.name, item.name});
  }
  return absl::OkStatus();
}

absl::StatusOr<submission::v1::Snapshot> AppraisalFactsSource::Snapshot(
    const client::CallInfo& call, const std::string& name) const {
  submission::v1::GetSnapshotRequest request;
  request.set_name(name);
  return peers_->AskSubmission(call, *progress_, &ProgressService::Stub::GetSnapshot, request);
}

}  // namespace duban::review
