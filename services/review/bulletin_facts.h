#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_FACTS_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_FACTS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "duban/indicator/v1/directory_service.grpc.pb.h"
#include "duban/review/v1/session.pb.h"
#include "duban/submission/v1/article_service.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "services/review/bulletin_content_rules.h"
#include "services/review/peers.h"
#include "services/review/plan_source.h"

namespace duban::review {

// Asks the other services for what a document's figures are made of. Thread-safe.
class BulletinFacts {
 public:
  // `peers` and `plans` must outlive it.
  BulletinFacts(const Peers* peers, PlanSource* plans);

  // All facts of a session that is CLOSED, but errata and previous, which are this service's own.
  // NOT_FOUND PLAN_NOT_FOUND, SNAPSHOT_NOT_FOUND; DATA_LOSS becomes INTERNAL; UNAVAILABLE
  // INDICATOR_UNAVAILABLE, SUBMISSION_UNAVAILABLE.
  absl::StatusOr<DocumentFacts> Gather(const client::CallInfo& call,
                                       const v1::Session& session) const;

 private:
  absl::StatusOr<std::map<std::string, std::string>> UnitNames(const client::CallInfo& call) const;

  // Adds up the obligations of every session of the plan's rhythm whose period lies inside that of
  // the document.
  absl::Status CountObligations(const client::CallInfo& call, DocumentFacts* facts) const;

  // The trends of the whole plan's lines that have a figure, as they were known at the snapshot.
  absl::Status ReadTrends(const client::CallInfo& call, DocumentFacts* facts) const;

  const Peers* peers_;
  PlanSource* plans_;
  std::unique_ptr<indicator::v1::DirectoryService::Stub> directory_;
  std::unique_ptr<submission::v1::ProgressService::Stub> progress_;
  std::unique_ptr<submission::v1::ArticleService::Stub> articles_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_FACTS_H_
