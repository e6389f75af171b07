#include "services/indicator/member_service.h"

#include <string>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/calendar/period.h"
#include "common/server/list_query.h"
#include "common/server/update_mask.h"
#include "services/indicator/directory_day.h"
#include "services/indicator/fields.h"
#include "services/indicator/list_filters.h"
#include "services/indicator/member_rules.h"

namespace duban::indicator {
namespace {

absl::Status CheckActive(const v1::Member& member) {
  if (!member.deactivated()) return absl::OkStatus();
  return Error(kMemberDeactivated).With("member", member.name());
}

}  // namespace

absl::Status MemberService::Check(db::Transaction& tx, const v1::Member& member) const {
  Violations violations;
  CheckMember(member, "member", violations);
  DUBAN_RETURN_IF_ERROR(violations.ToStatus(kRequestInvalid, absl::StatusCode::kInvalidArgument));
  std::vector<std::string> names;
  for (const v1::Member::Post& post : member.posts()) names.push_back(post.unit());
  DUBAN_ASSIGN_OR_RETURN(const UnitMap units, stores_.units.GetMany(tx, names));
  for (int i = 0; i < member.posts_size(); ++i) {
    if (units.contains(names[i])) continue;
    return Error(kUnitNotFound).With("unit", names[i]).Field(At("member.posts", i) + ".unit");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Member> MemberService::CreateMember(server::CallContext& call,
                                                       const v1::CreateMemberRequest& request) {
  Violations violations;
  CheckSlugField(request.member_id(), "member_id", violations);
  CheckMember(request.member(), "member", violations);
  DUBAN_RETURN_IF_ERROR(violations.ToStatus(kRequestInvalid, absl::StatusCode::kInvalidArgument));
  v1::Member written = request.member();
  server::ClearOutputOnly(&written);
  written.set_name("members/" + request.member_id());
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Member> {
    DUBAN_RETURN_IF_ERROR(stores_.units.LockDirectory(tx));
    DUBAN_RETURN_IF_ERROR(Check(tx, written));
    std::vector<v1::Member> created = {written};
    DUBAN_RETURN_IF_ERROR(stores_.members.Insert(tx, call.now(), created));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, written.name(), v1::Member(), created[0]));
    return created[0];
  });
}

absl::StatusOr<v1::Member> MemberService::GetMember(server::CallContext& call,
                                                    const v1::GetMemberRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.name(), "members/*", "name").status());
  return database_->Read(call.deadline(), [&](db::Session& session) {
    return stores_.members.Get(session, request.name());
  });
}

absl::StatusOr<v1::ListMembersResponse> MemberService::ListMembers(
    server::CallContext& call, const v1::ListMembersRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery query, server::ParseListQuery(request, {"unit"}));
  DUBAN_RETURN_IF_ERROR(CheckNameFilter(query, "unit", "units/*"));
  const std::string today = FormatDate(DirectoryDay(call.now()));
  DUBAN_ASSIGN_OR_RETURN(std::vector<v1::Member> members,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return stores_.members.List(session, query.Filter("unit"), today,
                                                       query.after, query.page_size + 1);
                         }));
  v1::ListMembersResponse response;
  for (v1::Member& member : members) {
    if (response.members_size() == query.page_size) {
      response.set_next_page_token(
          server::MakePageToken(request, IdOf(response.members().rbegin()->name())));
      break;
    }
    *response.add_members() = std::move(member);
  }
  return response;
}

absl::StatusOr<v1::Member> MemberService::UpdateMember(server::CallContext& call,
                                                       const v1::UpdateMemberRequest& request) {
  const std::string& name = request.member().name();
  DUBAN_RETURN_IF_ERROR(ParseResourceName(name, "members/*", "member.name").status());
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Member> {
    DUBAN_RETURN_IF_ERROR(stores_.units.LockDirectory(tx));
    DUBAN_ASSIGN_OR_RETURN(const v1::Member before, stores_.members.Get(tx, name));
    DUBAN_RETURN_IF_ERROR(CheckActive(before));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.member().etag(), before.etag()));
    v1::Member after = before;
    DUBAN_RETURN_IF_ERROR(server::ApplyUpdateMask(request.update_mask(), request.member(), &after));
    DUBAN_RETURN_IF_ERROR(Check(tx, after));
    DUBAN_RETURN_IF_ERROR(stores_.members.Update(tx, call.now(), after));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, name, before, after));
    return after;
  });
}

absl::StatusOr<v1::Member> MemberService::DeactivateMember(
    server::CallContext& call, const v1::DeactivateMemberRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.name(), "members/*", "name").status());
  DUBAN_RETURN_IF_ERROR(CheckText(request.reason(), "reason", kReasonCharacters, true));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::Member> {
    DUBAN_RETURN_IF_ERROR(stores_.units.LockDirectory(tx));
    DUBAN_ASSIGN_OR_RETURN(const v1::Member before, stores_.members.Get(tx, request.name()));
    DUBAN_RETURN_IF_ERROR(CheckActive(before));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
    v1::Member after = Deactivated(before, DirectoryDay(call.now()));
    DUBAN_RETURN_IF_ERROR(stores_.members.Update(tx, call.now(), after));
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, before.name(), before, after));
    // The reason is no field of the member, so the request that gives it is kept beside the change.
    DUBAN_RETURN_IF_ERROR(
        audit_.Append(tx, call, before.name(), v1::DeactivateMemberRequest(), request));
    return after;
  });
}

}  // namespace duban::indicator
