#ifndef DUBAN_SERVICES_REVIEW_AGENDA_SERVICE_H_
#define DUBAN_SERVICES_REVIEW_AGENDA_SERVICE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "duban/review/v1/session_service.pb.h"
#include "duban/submission/v1/article_service.grpc.pb.h"
#include "duban/submission/v1/obligation_service.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "duban/submission/v1/report_service.grpc.pb.h"
#include "services/review/action_item_store.h"
#include "services/review/peers.h"
#include "services/review/plan_source.h"
#include "services/review/sessions.h"

namespace duban::review {

// The agenda of duban.review.v1.SessionService, assembled from what the other services know when it
// is asked for; the contract says what stands in it.
class AgendaService {
 public:
  AgendaService(const server::Environment& environment, const Peers* peers, PlanSource* plans);

  absl::StatusOr<v1::Agenda> GetAgenda(server::CallContext& call,
                                       const v1::GetAgendaRequest& request);

 private:
  absl::Status AddLines(const server::CallContext& call, const v1::Session& session,
                        const v1::Session& before, v1::Agenda* agenda) const;
  absl::StatusOr<submission::v1::Scoreboard> Frozen(const server::CallContext& call,
                                                    const std::string& snapshot) const;
  absl::Status AddObligations(const server::CallContext& call, const indicator::v1::Plan& plan,
                              const v1::Session& session, v1::Agenda* agenda) const;
  absl::Status AddReports(const server::CallContext& call, const std::string& plan,
                          v1::Agenda* agenda) const;
  absl::Status AddNews(const server::CallContext& call, const std::string& plan,
                       const v1::Session& session, v1::Agenda* agenda) const;
  absl::Status AddItems(const server::CallContext& call, const SessionName& name,
                        const v1::Session& before, v1::Agenda* agenda) const;

  db::Database* database_;
  const Peers* peers_;
  PlanSource* plans_;
  std::unique_ptr<submission::v1::ProgressService::Stub> progress_;
  std::unique_ptr<submission::v1::ObligationService::Stub> obligations_;
  std::unique_ptr<submission::v1::ReportService::Stub> reports_;
  std::unique_ptr<submission::v1::ArticleService::Stub> articles_;
  Sessions sessions_;
  ActionItemStore items_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_AGENDA_SERVICE_H_
