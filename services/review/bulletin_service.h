#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_SERVICE_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_SERVICE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/base/error.h"
#include "common/outbox/outbox.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/review/v1/bulletin_service.pb.h"
#include "services/review/action_item_store.h"
#include "services/review/appraisal_store.h"
#include "services/review/bulletin_facts.h"
#include "services/review/bulletin_store.h"
#include "services/review/erratum_store.h"
#include "services/review/printer.h"
#include "services/review/sessions.h"

namespace duban::review {

inline constexpr Reason kSessionWithoutDocument{
    "SESSION_WITHOUT_DOCUMENT", absl::StatusCode::kFailedPrecondition,
    "{session} 是调度,以会议纪要结束,不印发文件",
    "{session} is a DISPATCH, which ends with its minutes; it has no document."};
inline constexpr Reason kAppraisalNotPublished{
    "APPRAISAL_NOT_PUBLISHED", absl::StatusCode::kFailedPrecondition,
    "{session} 的讲评得分尚未发布,发布之后才能起草",
    "The appraisal of {session} is not published; its document waits for that."};

// duban.review.v1.BulletinService; the contract says what each method does and refuses.
class BulletinService {
 public:
  // `peers` and `plans` must outlive it.
  BulletinService(const server::Environment& environment, const Peers* peers, PlanSource* plans,
                  const PrinterSettings& printer);

  server::RpcService Rpc();

  absl::StatusOr<v1::Bulletin> DraftBulletin(server::CallContext& call,
                                             const v1::DraftBulletinRequest& request);
  absl::StatusOr<v1::Bulletin> GetBulletin(server::CallContext& call,
                                           const v1::GetBulletinRequest& request);
  absl::StatusOr<v1::ListBulletinsResponse> ListBulletins(server::CallContext& call,
                                                          const v1::ListBulletinsRequest& request);
  absl::StatusOr<v1::Bulletin> UpdateBulletin(server::CallContext& call,
                                              const v1::UpdateBulletinRequest& request);
  absl::StatusOr<v1::Bulletin> SignBulletin(server::CallContext& call,
                                            const v1::SignBulletinRequest& request);
  absl::StatusOr<v1::Bulletin> PublishBulletin(server::CallContext& call,
                                               const v1::PublishBulletinRequest& request);
  absl::StatusOr<v1::Bulletin> RecordErratum(server::CallContext& call,
                                             const v1::RecordErratumRequest& request);
  absl::Status RenderBulletin(server::CallContext& call, const v1::RenderBulletinRequest& request,
                              server::Writer<v1::RenderBulletinResponse>& writer);

 private:
  // The document, unaltered, with its errata, if the caller sees it. NOT_FOUND BULLETIN_NOT_FOUND,
  // DATA_LOSS BULLETIN_ALTERED.
  absl::StatusOr<v1::Bulletin> Read(const server::CallContext& call, const std::string& name) const;

  // The document, unaltered, locked, with its errata.
  absl::StatusOr<v1::Bulletin> Lock(db::Transaction& tx, const std::string& name) const;

  // What the document rests on as this service has it: appraisal, orders, document before, and the
  // errata, which stand in no other document from now on.
  absl::Status AddOwnFacts(db::Transaction& tx, const v1::Session& of, DocumentFacts* facts) const;

  // All orders of the plan.
  absl::StatusOr<std::vector<v1::ActionItem>> Items(db::Session& session, const std::string& plan,
                                                    absl::Time now) const;

  // Writes the next revision, its audit entry and, where `event` is not null, its event.
  absl::Status Write(db::Transaction& tx, const server::CallContext& call,
                     const v1::Bulletin& before, const v1::Bulletin& after,
                     std::string_view event_type, const google::protobuf::Message* event) const;

  absl::Status PublishSession(db::Transaction& tx, const server::CallContext& call,
                              const v1::Bulletin& bulletin) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  BulletinFacts facts_;
  BulletinStore bulletins_;
  ErratumStore errata_;
  Sessions sessions_;
  ActionItemStore items_;
  AppraisalStore appraisals_;
  Audit audit_;
  Outbox outbox_;
  Printer printer_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_SERVICE_H_
