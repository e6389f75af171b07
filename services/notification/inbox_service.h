#ifndef DUBAN_SERVICES_NOTIFICATION_INBOX_SERVICE_H_
#define DUBAN_SERVICES_NOTIFICATION_INBOX_SERVICE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/server/call_context.h"
#include "common/server/process.h"
#include "common/server/rpc_service.h"
#include "duban/notification/v1/inbox_service.pb.h"
#include "services/notification/message_store.h"
#include "services/notification/watch_hub.h"

namespace duban::notification {

// duban.notification.v1.InboxService; the contract says what each method does and refuses.
class InboxService {
 public:
  InboxService(const server::Environment& environment, const WatchPace& pace);

  server::RpcService Rpc();

  absl::StatusOr<v1::ListMessagesResponse> ListMessages(server::CallContext& call,
                                                        const v1::ListMessagesRequest& request);
  absl::StatusOr<v1::Message> GetMessage(server::CallContext& call,
                                         const v1::GetMessageRequest& request);
  absl::StatusOr<v1::MarkReadResponse> MarkRead(server::CallContext& call,
                                                const v1::MarkReadRequest& request);
  absl::StatusOr<v1::Message> AcknowledgeMessage(server::CallContext& call,
                                                 const v1::AcknowledgeMessageRequest& request);
  absl::Status WatchMessages(server::CallContext& call, const v1::WatchMessagesRequest& request,
                             server::Watch<v1::WatchMessagesResponse> watch);

 private:
  // What one request marks: these messages, or all up to a number if there are none.
  struct Marking {
    std::string member;
    std::vector<std::string> messages;
    int64_t up_to = 0;
  };
  // Marks at most 500 messages in this transaction.
  absl::StatusOr<v1::MarkReadResponse> Mark(db::Transaction& tx, const server::CallContext& call,
                                            const Marking& marking) const;
  absl::StatusOr<int64_t> MarkNamed(db::Transaction& tx, const Marking& marking,
                                    absl::Time now) const;
  // Marks in transactions of their own what is too much for one: how many messages.
  absl::StatusOr<int64_t> MarkAhead(const server::CallContext& call, const Marking& marking) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  const Audit audit_;
  MessageStore messages_;
  WatchHub watches_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_INBOX_SERVICE_H_
