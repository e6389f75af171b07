#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_FACTS_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_FACTS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/indicator/v1/directory_service.grpc.pb.h"
#include "duban/review/v1/session.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "services/review/bulletin_content_rules.h"
#include "services/review/peers.h"
#include "services/review/plan_source.h"
#include "services/review/session_counts.h"
#include "services/review/session_counts_store.h"
#include "services/review/session_rules.h"

namespace duban::review {

// Asks the other services for what a document's figures are made of. Thread-safe.
class BulletinFacts {
 public:
  // What it is given must outlive it.
  BulletinFacts(db::Database* database, const Peers* peers, PlanSource* plans);

  // All facts of a session that is CLOSED, but errata and previous, which are this service's own.
  // NOT_FOUND PLAN_NOT_FOUND, SNAPSHOT_NOT_FOUND; DATA_LOSS becomes INTERNAL; UNAVAILABLE
  // INDICATOR_UNAVAILABLE, SUBMISSION_UNAVAILABLE.
  absl::StatusOr<DocumentFacts> Gather(const client::CallInfo& call,
                                       const v1::Session& session) const;

 private:
  absl::StatusOr<std::map<std::string, std::string>> UnitNames(const client::CallInfo& call) const;

  // The counts as they were when the session closed; as they are, if it closed before they were
  // kept.
  absl::StatusOr<SessionCounts> CountsOf(const client::CallInfo& call,
                                         const indicator::v1::Plan& plan, const SessionName& name,
                                         const v1::Session& session) const;

  // The trends of the whole plan's lines that have a figure, as they were known at the snapshot.
  absl::Status ReadTrends(const client::CallInfo& call, DocumentFacts* facts) const;

  db::Database* database_;
  const Peers* peers_;
  PlanSource* plans_;
  SessionCounter counter_;
  SessionCountsStore kept_counts_;
  std::unique_ptr<indicator::v1::DirectoryService::Stub> directory_;
  std::unique_ptr<submission::v1::ProgressService::Stub> progress_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_FACTS_H_
