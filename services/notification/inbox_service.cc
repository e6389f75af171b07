#include "services/notification/inbox_service.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"
#include "common/server/mutation.h"
#include "services/notification/inbox_rules.h"

namespace duban::notification {
namespace {

constexpr int kMostMarkedAtOnce = 500;

absl::StatusOr<std::string> InboxMember(const std::string& parent) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(parent, "members/*", "parent"));
  return ids.front();
}

absl::StatusOr<bool> UnreadOnly(const server::ListQuery& list) {
  const std::string unread = list.Filter("unread");
  if (unread.empty() || unread == "true") return !unread.empty();
  return Error(server::kFilterInvalid)
      .With("zh", "unread 只有 true")
      .With("en", "unread is true or not given")
      .Field("filter")
      .Build();
}

absl::Status NoSuchMessage(const std::string& name) {
  return Error(kMessageNotFound).With("message", name);
}

}  // namespace

InboxService::InboxService(const server::Environment& environment, const WatchPace& pace)
    : database_(environment.database),
      mutations_(environment.mutations),
      audit_("notification"),
      watches_(environment.database, pace, environment.metrics) {}

server::RpcService InboxService::Rpc() {
  return server::RpcService("duban.notification.v1.InboxService")
      .Add("ListMessages", this, &InboxService::ListMessages)
      .Add("GetMessage", this, &InboxService::GetMessage)
      .Add("MarkRead", this, &InboxService::MarkRead)
      .Add("AcknowledgeMessage", this, &InboxService::AcknowledgeMessage)
      .Add("WatchMessages", this, &InboxService::WatchMessages);
}

// The counts are read first and bound the first page, so that the cursor goes on exactly after it.
absl::StatusOr<v1::ListMessagesResponse> InboxService::ListMessages(
    server::CallContext& call, const v1::ListMessagesRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string member, InboxMember(request.parent()));
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list, server::ParseListQuery(request, {"unread"}));
  DUBAN_ASSIGN_OR_RETURN(const bool unread_only, UnreadOnly(list));
  return database_->Read(
      call.deadline(), [&](db::Session& session) -> absl::StatusOr<v1::ListMessagesResponse> {
        DUBAN_ASSIGN_OR_RETURN(const InboxCounts counts, messages_.Counts(session, member));
        int64_t before = counts.last_sequence + 1;
        if (!list.after.empty() && !absl::SimpleAtoi(list.after, &before)) {
          return Error(server::kPageTokenInvalid).Field("page_token").Build();
        }
        DUBAN_ASSIGN_OR_RETURN(
            std::vector<v1::Message> messages,
            messages_.List(session, member, unread_only, before, list.page_size + 1));
        v1::ListMessagesResponse response;
        if (messages.size() > static_cast<size_t>(list.page_size)) {
          messages.pop_back();
          response.set_next_page_token(
              server::MakePageToken(request, absl::StrCat(messages.back().sequence())));
        }
        for (v1::Message& message : messages) *response.add_messages() = std::move(message);
        response.set_unread_count(counts.unread_count);
        response.set_cursor(MakeCursor(member, counts.last_sequence));
        return response;
      });
}

absl::StatusOr<v1::Message> InboxService::GetMessage(server::CallContext& call,
                                                     const v1::GetMessageRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids,
                         ParseResourceName(request.name(), "members/*/messages/*", "name"));
  DUBAN_ASSIGN_OR_RETURN(std::optional<v1::Message> message,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return messages_.Get(session, ids[0], ids[1]);
                         }));
  if (!message) return NoSuchMessage(request.name());
  return *std::move(message);
}

absl::StatusOr<v1::MarkReadResponse> InboxService::MarkRead(server::CallContext& call,
                                                            const v1::MarkReadRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first,
                         mutations_->FirstAnswer<v1::MarkReadResponse>(call, request));
  if (first) return *first;
  Marking marking;
  DUBAN_ASSIGN_OR_RETURN(marking.member, InboxMember(request.parent()));
  DUBAN_ASSIGN_OR_RETURN(marking.messages, MessagesNamed(request, marking.member));
  marking.up_to = request.up_to_sequence();
  DUBAN_ASSIGN_OR_RETURN(const int64_t ahead, MarkAhead(call, marking));
  return mutations_->Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::MarkReadResponse> {
        DUBAN_ASSIGN_OR_RETURN(v1::MarkReadResponse response, Mark(tx, call, marking));
        response.set_marked(response.marked() + ahead);
        return response;
      });
}

absl::StatusOr<int64_t> InboxService::MarkAhead(const server::CallContext& call,
                                                const Marking& marking) const {
  int64_t ahead = 0;
  if (!marking.messages.empty()) return ahead;
  DUBAN_ASSIGN_OR_RETURN(InboxCounts counts,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return messages_.Counts(session, marking.member);
                         }));
  while (counts.unread_count > kMostMarkedAtOnce) {
    DUBAN_ASSIGN_OR_RETURN(const v1::MarkReadResponse marked,
                           database_->RunInTransaction(call.deadline(), [&](db::Transaction& tx) {
                             return Mark(tx, call, marking);
                           }));
    ahead += marked.marked();
    if (marked.marked() < kMostMarkedAtOnce) break;
    counts.unread_count = marked.unread_count();
  }
  return ahead;
}

absl::StatusOr<v1::MarkReadResponse> InboxService::Mark(db::Transaction& tx,
                                                        const server::CallContext& call,
                                                        const Marking& marking) const {
  DUBAN_ASSIGN_OR_RETURN(const InboxCounts counts, messages_.Lock(tx, marking.member));
  const absl::StatusOr<int64_t> marked =
      marking.messages.empty()
          ? messages_.MarkReadUpTo(tx, marking.member, marking.up_to, kMostMarkedAtOnce, call.now())
          : MarkNamed(tx, marking, call.now());
  DUBAN_RETURN_IF_ERROR(marked.status());
  v1::MarkReadResponse before;
  before.set_unread_count(counts.unread_count);
  v1::MarkReadResponse after;
  after.set_unread_count(counts.unread_count - *marked);
  after.set_marked(*marked);
  if (*marked == 0) return after;
  DUBAN_RETURN_IF_ERROR(messages_.WriteUnreadCount(tx, marking.member, after.unread_count()));
  DUBAN_RETURN_IF_ERROR(
      audit_.Append(tx, call, absl::StrCat("members/", marking.member), before, after));
  return after;
}

absl::StatusOr<int64_t> InboxService::MarkNamed(db::Transaction& tx, const Marking& marking,
                                                absl::Time now) const {
  DUBAN_ASSIGN_OR_RETURN(const auto numbers,
                         messages_.Numbers(tx, marking.member, marking.messages));
  std::vector<int64_t> sequences;
  for (const std::string& message : marking.messages) {
    const auto found = numbers.find(message);
    if (found == numbers.end()) {
      return NoSuchMessage(absl::StrCat("members/", marking.member, "/messages/", message));
    }
    sequences.push_back(found->second);
  }
  return messages_.MarkRead(tx, marking.member, sequences, now);
}

absl::StatusOr<v1::Message> InboxService::AcknowledgeMessage(
    server::CallContext& call, const v1::AcknowledgeMessageRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids,
                         ParseResourceName(request.name(), "members/*/messages/*", "name"));
  const std::string& member = ids[0];
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Message> {
    DUBAN_ASSIGN_OR_RETURN(const InboxCounts counts, messages_.Lock(tx, member));
    DUBAN_ASSIGN_OR_RETURN(const std::optional<v1::Message> before,
                           messages_.Get(tx, member, ids[1]));
    if (!before) return NoSuchMessage(request.name());
    DUBAN_ASSIGN_OR_RETURN(const v1::Message after, Acknowledge(*before, call.now()));
    if (before->has_acknowledge_time()) return after;
    DUBAN_RETURN_IF_ERROR(messages_.WriteTimes(tx, member, after));
    if (!before->has_read_time()) {
      DUBAN_RETURN_IF_ERROR(messages_.WriteUnreadCount(tx, member, counts.unread_count - 1));
    }
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after.name(), *before, after));
    return after;
  });
}

absl::Status InboxService::WatchMessages(server::CallContext& call,
                                         const v1::WatchMessagesRequest& request,
                                         server::Watch<v1::WatchMessagesResponse> watch) {
  DUBAN_ASSIGN_OR_RETURN(const std::string member, InboxMember(request.parent()));
  DUBAN_ASSIGN_OR_RETURN(const InboxCounts counts,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return messages_.Counts(session, member);
                         }));
  int64_t sequence = counts.last_sequence;
  if (!request.cursor().empty()) {
    DUBAN_ASSIGN_OR_RETURN(sequence, ParseCursor(request.cursor(), member, counts.last_sequence));
  }
  watch.Send({Heartbeat(member, sequence, counts.unread_count)});
  watches_.Add(member, sequence, std::move(watch));
  return absl::OkStatus();
}

}  // namespace duban::notification
