#include "services/indicator/member_rules.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/indicator/fields.h"

namespace duban::indicator {
namespace {

constexpr int kMaxPosts = 100;

void CheckRoles(const v1::Member::Post& post, const std::string& path, Violations& out) {
  if (post.roles().empty()) {
    out.Add("", FieldInvalid(path, "至少一个角色", "a post has at least one role"));
  }
  std::set<int> seen;
  for (int i = 0; i < post.roles_size(); ++i) {
    const auto role = post.roles(i);
    if (role == common::v1::ROLE_UNSPECIFIED || role == common::v1::SYSTEM ||
        role == common::v1::SERVICE) {
      out.Add("", FieldInvalid(At(path, i), "不是人员可担任的角色", "no person holds this role"));
    }
    if (!seen.insert(role).second) {
      out.Add("", FieldInvalid(At(path, i), "角色重复", "the role stands there twice"));
    }
  }
}

void CheckPost(const v1::Member::Post& post, const std::string& path, Violations& out) {
  CheckNameField(post.unit(), "units/*", path + ".unit", out);
  CheckRoles(post, path + ".roles", out);
  if (post.start_date().empty()) {
    out.Add("",
            FieldInvalid(path + ".start_date", "须写明任职起始日期", "the first day is required"));
  }
  const auto start = ReadDate(post.start_date(), path + ".start_date", out);
  const auto end = ReadDate(post.end_date(), path + ".end_date", out);
  if (start && end && *end < *start) {
    out.Add("", FieldInvalid(path + ".end_date", "早于起始日期", "it is before the first day"));
  }
}

}  // namespace

void CheckMember(const v1::Member& member, const std::string& path, Violations& out) {
  CheckEnums(member, path, out);
  CheckTextField(member.display_name(), path + ".display_name", kMaxNameCharacters, true, out);
  CheckLength(member.posts_size(), kMaxPosts, path + ".posts", out);
  for (int i = 0; i < member.posts_size(); ++i) {
    const std::string here = At(path + ".posts", i);
    CheckPost(member.posts(i), here, out);
    if (i == 0) continue;
    const v1::Member::Post& before = member.posts(i - 1);
    if (before.end_date().empty() || before.end_date() >= member.posts(i).start_date()) {
      out.Add("", FieldInvalid(here + ".start_date", "与前一任职重叠或次序颠倒",
                               "the post before it has not ended by then"));
    }
  }
}

void CheckMemberSame(const v1::Member& stored, const v1::Member& written, const std::string& path,
                     Violations& out) {
  for (const char* field : {"display_name", "posts"}) {
    google::protobuf::util::MessageDifferencer differencer;
    const auto* descriptor = v1::Member::descriptor()->FindFieldByName(field);
    if (differencer.CompareWithFields(stored, written, {descriptor}, {descriptor})) continue;
    out.Add("", Error(kMemberDiffers)
                    .With("member", stored.name())
                    .With("field", field)
                    .Field(absl::StrCat(path, ".", field)));
  }
}

v1::Member Deactivated(const v1::Member& member, absl::CivilDay today) {
  const std::string date = FormatDate(today);
  v1::Member after = member;
  after.set_deactivated(true);
  after.clear_posts();
  for (const v1::Member::Post& post : member.posts()) {
    if (post.start_date() > date) continue;
    v1::Member::Post& kept = *after.add_posts();
    kept = post;
    if (post.end_date().empty() || post.end_date() > date) kept.set_end_date(date);
  }
  return after;
}

}  // namespace duban::indicator
