#include "services/indicator/member_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/db/repeated.h"
#include "services/indicator/fields.h"
#include "services/indicator/rows.h"

namespace duban::indicator {
namespace {

constexpr std::string_view kSelect =
    "SELECT b.body, m.version, m.deactivated, m.update_time FROM members m"
    " JOIN member_revisions b ON b.member = m.member AND b.version = m.version ";
constexpr std::string_view kById = "WHERE m.member = ?";
constexpr std::string_view kByIds = "WHERE m.member IN (...)";
constexpr std::string_view kPage =
    "WHERE m.member > ? AND (? = '' OR EXISTS (SELECT 1 FROM member_posts p"
    " WHERE p.unit = ? AND p.member = m.member AND p.end_date >= ?)) ORDER BY m.member LIMIT ?";
constexpr db::Repeated kAsKnown = {
    "SELECT b.body FROM member_revisions b WHERE ",
    "(b.member = ? AND b.version = (SELECT MAX(v.version) FROM member_revisions v"
    " WHERE v.member = b.member AND v.write_time <= ?))",
    " OR ", ""};
constexpr std::string_view kInsert =
    "INSERT INTO members (member, version, deactivated, update_time) VALUES ";
constexpr std::string_view kSelectVersion =
    "SELECT version FROM members WHERE member = ? FOR UPDATE";
constexpr std::string_view kUpdate =
    "UPDATE members SET version = ?, deactivated = ?, update_time = ? WHERE member = ?";
constexpr std::string_view kInsertRevision =
    "INSERT INTO member_revisions (member, version, write_time, body) VALUES ";
constexpr std::string_view kInsertPosts =
    "INSERT INTO member_posts (member, start_date, end_date, unit) VALUES ";
constexpr std::string_view kDeletePosts = "DELETE FROM member_posts WHERE member = ?";

constexpr std::string_view kOpenEnd = "9999-12-31";

absl::StatusOr<v1::Member> FromRow(const db::Row& row) {
  v1::Member member;
  DUBAN_RETURN_IF_ERROR(FromBody(row.GetString(0), &member));
  member.set_etag(MakeEtag(row.GetInt(1)));
  member.set_deactivated(row.GetBool(2));
  *member.mutable_update_time() = ToTimestamp(row.GetTime(3));
  return member;
}

// What the member's authors wrote.
absl::StatusOr<std::string> AuthoredBody(v1::Member member) {
  member.clear_deactivated();
  member.clear_etag();
  member.clear_update_time();
  return ToBody(member);
}

std::vector<std::string> Ids(const std::vector<std::string>& names) {
  std::vector<std::string> ids;
  for (const std::string& name : names) ids.push_back(IdOf(name));
  return ids;
}

void AddPostRows(const v1::Member& member, std::vector<RowValues>& rows) {
  for (const v1::Member::Post& post : member.posts()) {
    const std::string end = post.end_date().empty() ? std::string(kOpenEnd) : post.end_date();
    rows.push_back({IdOf(member.name()), post.start_date(), end, IdOf(post.unit())});
  }
}

}  // namespace

absl::StatusOr<v1::Member> MemberStore::Get(db::Session& session, const std::string& name) const {
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(absl::StrCat(std::string(kSelect), std::string(kById)), {IdOf(name)}));
  if (rows.empty()) return Error(kMemberNotFound).With("member", name).Build();
  return FromRow(rows.front());
}

absl::StatusOr<MemberMap> MemberStore::GetMany(db::Session& session,
                                               const std::vector<std::string>& names) const {
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      QueryIn(session, absl::StrCat(std::string(kSelect), std::string(kByIds)), Ids(names)));
  MemberMap found;
  for (const db::Row& row : rows) {
    DUBAN_ASSIGN_OR_RETURN(v1::Member member, FromRow(row));
    std::string name = member.name();
    found.emplace(std::move(name), std::move(member));
  }
  return found;
}

absl::StatusOr<MemberMap> MemberStore::GetAsKnown(db::Session& session,
                                                  const std::vector<std::string>& names,
                                                  absl::Time read_time) const {
  std::vector<RowValues> wanted;
  for (const std::string& id : Ids(names)) wanted.push_back({id, read_time});
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, db::QueryRepeated(session, kAsKnown, wanted));
  MemberMap found;
  for (const db::Row& row : rows) {
    v1::Member member;
    DUBAN_RETURN_IF_ERROR(FromBody(row.GetString(0), &member));
    std::string name = member.name();
    found.emplace(std::move(name), std::move(member));
  }
  return found;
}

absl::StatusOr<std::vector<v1::Member>> MemberStore::List(db::Session& session,
                                                          const std::string& unit,
                                                          const std::string& today,
                                                          const std::string& after,
                                                          int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(absl::StrCat(std::string(kSelect), std::string(kPage)),
                                       {after, unit, IdOf(unit), today, limit}));
  std::vector<v1::Member> members;
  for (const db::Row& row : rows) {
    DUBAN_ASSIGN_OR_RETURN(v1::Member member, FromRow(row));
    members.push_back(std::move(member));
  }
  return members;
}

absl::Status MemberStore::Insert(db::Transaction& tx, absl::Time now,
                                 std::vector<v1::Member>& members) const {
  std::vector<RowValues> heads;
  std::vector<RowValues> revisions;
  std::vector<RowValues> posts;
  for (v1::Member& member : members) {
    member.set_etag(MakeEtag(1));
    *member.mutable_update_time() = ToTimestamp(now);
    const std::string id = IdOf(member.name());
    DUBAN_ASSIGN_OR_RETURN(std::string body, AuthoredBody(member));
    heads.push_back({id, 1, false, now});
    revisions.push_back({id, 1, now, std::move(body)});
    AddPostRows(member, posts);
  }
  const absl::Status status = InsertRows(tx, kInsert, heads);
  if (db::IsDuplicate(status)) return Error(kMemberExists).With("member", members.front().name());
  DUBAN_RETURN_IF_ERROR(status);
  DUBAN_RETURN_IF_ERROR(InsertRows(tx, kInsertRevision, revisions));
  return InsertRows(tx, kInsertPosts, posts);
}

absl::Status MemberStore::Update(db::Transaction& tx, absl::Time now, v1::Member& member) const {
  const std::string id = IdOf(member.name());
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kSelectVersion, {id}));
  if (rows.empty()) return Error(kMemberNotFound).With("member", member.name());
  const int64_t version = rows.front().GetInt(0) + 1;
  member.set_etag(MakeEtag(version));
  *member.mutable_update_time() = ToTimestamp(now);
  DUBAN_RETURN_IF_ERROR(tx.Execute(kUpdate, {version, member.deactivated(), now, id}).status());
  DUBAN_ASSIGN_OR_RETURN(std::string body, AuthoredBody(member));
  DUBAN_RETURN_IF_ERROR(InsertRows(tx, kInsertRevision, {{id, version, now, std::move(body)}}));
  DUBAN_RETURN_IF_ERROR(tx.Execute(kDeletePosts, {id}).status());
  std::vector<RowValues> posts;
  AddPostRows(member, posts);
  return InsertRows(tx, kInsertPosts, posts);
}

}  // namespace duban::indicator
