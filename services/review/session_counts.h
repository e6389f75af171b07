#ifndef DUBAN_SERVICES_REVIEW_SESSION_COUNTS_H_
#define DUBAN_SERVICES_REVIEW_SESSION_COUNTS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/review/v1/session.pb.h"
#include "duban/submission/v1/article_service.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "services/review/peers.h"

namespace duban::review {

// What a session's document counts beside its snapshot.
struct SessionCounts {
  // Of every session of the plan's rhythm whose period lies inside this one's.
  submission::v1::Completeness completeness;
  submission::v1::ArticleTally news;  // of the period
};

// Asks the submission service for the counts of sessions. Thread-safe.
class SessionCounter {
 public:
  // `peers` must outlive it.
  explicit SessionCounter(const Peers* peers);

  // The counts as they are now. NOT_FOUND PLAN_NOT_FOUND; UNAVAILABLE SUBMISSION_UNAVAILABLE.
  absl::StatusOr<SessionCounts> Count(const client::CallInfo& call, const indicator::v1::Plan& plan,
                                      const v1::Session& session) const;

 private:
  const Peers* peers_;
  std::unique_ptr<submission::v1::ProgressService::Stub> progress_;
  std::unique_ptr<submission::v1::ArticleService::Stub> articles_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_COUNTS_H_
