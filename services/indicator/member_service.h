#ifndef DUBAN_SERVICES_INDICATOR_MEMBER_SERVICE_H_
#define DUBAN_SERVICES_INDICATOR_MEMBER_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/server/process.h"
#include "duban/indicator/v1/directory_service.pb.h"
#include "services/indicator/stores.h"

namespace duban::indicator {

// The methods of DirectoryService that concern members.
class MemberService {
 public:
  explicit MemberService(const server::Environment& environment)
      : database_(environment.database), mutations_(environment.mutations) {}

  absl::StatusOr<v1::Member> CreateMember(server::CallContext& call,
                                          const v1::CreateMemberRequest& request);
  absl::StatusOr<v1::Member> GetMember(server::CallContext& call,
                                       const v1::GetMemberRequest& request);
  absl::StatusOr<v1::ListMembersResponse> ListMembers(server::CallContext& call,
                                                      const v1::ListMembersRequest& request);
  absl::StatusOr<v1::Member> UpdateMember(server::CallContext& call,
                                          const v1::UpdateMemberRequest& request);
  absl::StatusOr<v1::Member> DeactivateMember(server::CallContext& call,
                                              const v1::DeactivateMemberRequest& request);

 private:
  // INVALID_ARGUMENT for what is wrong with the fields; NOT_FOUND UNIT_NOT_FOUND for a post.
  absl::Status Check(db::Transaction& tx, const v1::Member& member) const;

  db::Database* database_;
  const server::Mutations* mutations_;
  Stores stores_;
  Audit audit_{"indicator"};
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_MEMBER_SERVICE_H_
