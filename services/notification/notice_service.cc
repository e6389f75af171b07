#include "services/notification/notice_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"

namespace duban::notification {
namespace {

using v1::Notice;

std::string AfterSlash(const std::string& name) { return name.substr(name.rfind('/') + 1); }

absl::StatusOr<NoticeQuery> ReadNoticeQuery(const server::ListQuery& list) {
  NoticeQuery query = {AfterSlash(list.Filter("event")), AfterSlash(list.Filter("member"))};
  const std::string state = list.Filter("state");
  if (!state.empty() && !Notice::State_Parse(state, &query.state)) {
    return Error(server::kFilterInvalid)
        .With("zh", "state 应为 WAITING、TOLD、CANCELLED 或 UNDELIVERABLE")
        .With("en", "state is WAITING, TOLD, CANCELLED or UNDELIVERABLE")
        .Field("filter")
        .Build();
  }
  return query;
}

}  // namespace

server::RpcService NoticeService::Rpc() {
  return server::RpcService("duban.notification.v1.NoticeService")
      .Add("GetNotice", this, &NoticeService::GetNotice)
      .Add("ListNotices", this, &NoticeService::ListNotices);
}

absl::StatusOr<Notice> NoticeService::GetNotice(server::CallContext& call,
                                                const v1::GetNoticeRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto ids, ParseResourceName(request.name(), "notices/*", "name"));
  DUBAN_ASSIGN_OR_RETURN(std::optional<Notice> notice,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return notices_.Get(session, ids.front());
                         }));
  if (!notice) return Error(kNoticeNotFound).With("notice", request.name()).Build();
  return *std::move(notice);
}

absl::StatusOr<v1::ListNoticesResponse> NoticeService::ListNotices(
    server::CallContext& call, const v1::ListNoticesRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list,
                         server::ParseListQuery(request, {"event", "member", "state"}));
  DUBAN_ASSIGN_OR_RETURN(const NoticeQuery query, ReadNoticeQuery(list));
  DUBAN_ASSIGN_OR_RETURN(std::vector<Notice> notices,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return notices_.List(session, query, list.after, list.page_size + 1);
                         }));
  v1::ListNoticesResponse response;
  if (notices.size() > static_cast<size_t>(list.page_size)) {
    notices.pop_back();
    response.set_next_page_token(server::MakePageToken(request, AfterSlash(notices.back().name())));
  }
  for (Notice& notice : notices) *response.add_notices() = std::move(notice);
  return response;
}

}  // namespace duban::notification
