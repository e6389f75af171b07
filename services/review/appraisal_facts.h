#ifndef DUBAN_SERVICES_REVIEW_APPRAISAL_FACTS_H_
#define DUBAN_SERVICES_REVIEW_APPRAISAL_FACTS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/calendar/period.h"
#include "common/client/caller.h"
#include "common/db/database.h"
#include "duban/indicator/v1/directory_service.grpc.pb.h"
#include "duban/indicator/v1/plan_service.pb.h"
#include "duban/review/v1/session.pb.h"
#include "duban/submission/v1/article_service.grpc.pb.h"
#include "duban/submission/v1/obligation_service.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "services/review/action_item_store.h"
#include "services/review/appraisal_rules.h"
#include "services/review/peers.h"
#include "services/review/session_store.h"

namespace duban::review {

// Gathers what an appraisal scores: the session's snapshot, and what happened in its period, from
// the other services and from the tables of this one. Thread-safe.
class AppraisalFactsSource {
 public:
  AppraisalFactsSource(db::Database* database, const Peers* peers);

  // The facts of a session that is closed. UNAVAILABLE INDICATOR_UNAVAILABLE,
  // SUBMISSION_UNAVAILABLE; INVALID_ARGUMENT PERIOD_INVALID.
  absl::StatusOr<AppraisalFacts> Gather(const client::CallInfo& call,
                                        const indicator::v1::PlanHistory& plan,
                                        const v1::Session& session) const;

 private:
  // What is asked for, and where it goes.
  struct Question {
    const client::CallInfo& call;
    const indicator::v1::Plan& plan;
    Period period;
    std::vector<Happening>* happenings;
  };

  absl::Status ReadUnitNames(const client::CallInfo& call,
                             std::map<std::string, std::string>* names) const;
  absl::Status AddObligations(const Question& question, const std::string& timeliness,
                              indicator::v1::ScoringRules::Adjustment::Kind kind) const;
  absl::Status AddExperiences(const Question& question) const;
  absl::Status AddRedMonths(const Question& question) const;
  absl::Status AddOverdueItems(const Question& question) const;
  absl::StatusOr<submission::v1::Snapshot> Snapshot(const client::CallInfo& call,
                                                    const std::string& name) const;

  db::Database* database_;
  const Peers* peers_;
  SessionStore sessions_;
  ActionItemStore items_;
  std::unique_ptr<indicator::v1::DirectoryService::Stub> directory_;
  std::unique_ptr<submission::v1::ObligationService::Stub> obligations_;
  std::unique_ptr<submission::v1::ArticleService::Stub> articles_;
  std::unique_ptr<submission::v1::ProgressService::Stub> progress_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_APPRAISAL_FACTS_H_
