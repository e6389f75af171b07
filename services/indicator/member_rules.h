#ifndef DUBAN_SERVICES_INDICATOR_MEMBER_RULES_H_
#define DUBAN_SERVICES_INDICATOR_MEMBER_RULES_H_

#include <map>
#include <string>

#include "absl/time/civil_time.h"
#include "common/base/error.h"
#include "duban/indicator/v1/directory.pb.h"
#include "services/indicator/vocabulary.h"

namespace duban::indicator {

inline constexpr Reason kMemberDeactivated{
    "MEMBER_DEACTIVATED", absl::StatusCode::kFailedPrecondition, "人员 {member} 已停用",
    "Member {member} is deactivated."};
inline constexpr Reason kMemberDiffers{
    "MEMBER_DIFFERS", absl::StatusCode::kInvalidArgument, "{member} 已存在，但 {field} 与文档不同",
    "{member} exists and its {field} is not as in the document."};

// What is wrong with the fields that authors write: FIELD_INVALID, DATE_INVALID. Posts are in order
// of their start and do not overlap; each has a role that a person can hold.
void CheckMember(const v1::Member& member, const std::string& path, Violations& out);

// MEMBER_DIFFERS for every authored field in which a member that exists is not as in the document.
void CheckMemberSame(const v1::Member& stored, const v1::Member& written, const std::string& path,
                     Violations& out);

// The member as of the end of `today`: open posts end today, posts that would begin later are gone.
v1::Member Deactivated(const v1::Member& member, absl::CivilDay today);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_MEMBER_RULES_H_
