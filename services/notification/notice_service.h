#ifndef DUBAN_SERVICES_NOTIFICATION_NOTICE_SERVICE_H_
#define DUBAN_SERVICES_NOTIFICATION_NOTICE_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/notification/v1/notice_service.pb.h"
#include "services/notification/notice_store.h"

namespace duban::notification {

inline constexpr Reason kNoticeNotFound{"NOTICE_NOT_FOUND", absl::StatusCode::kNotFound,
                                        "没有通知 {notice}", "There is no notice {notice}."};

// duban.notification.v1.NoticeService; the contract says what each method does and refuses.
class NoticeService {
 public:
  explicit NoticeService(const server::Environment& environment)
      : database_(environment.database) {}

  server::RpcService Rpc();

  absl::StatusOr<v1::Notice> GetNotice(server::CallContext& call,
                                       const v1::GetNoticeRequest& request);
  absl::StatusOr<v1::ListNoticesResponse> ListNotices(server::CallContext& call,
                                                      const v1::ListNoticesRequest& request);

 private:
  db::Database* database_;
  NoticeStore notices_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_NOTICE_SERVICE_H_
