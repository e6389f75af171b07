#ifndef DUBAN_SERVICES_INDICATOR_MEMBER_STORE_H_
#define DUBAN_SERVICES_INDICATOR_MEMBER_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/indicator/v1/directory.pb.h"
#include "services/indicator/vocabulary.h"

namespace duban::indicator {

// The tables members, member_revisions and member_posts; members go by their whole names,
// `members/{member}`. Changes begin with UnitStore::LockDirectory.
class MemberStore {
 public:
  // NOT_FOUND MEMBER_NOT_FOUND if there is none.
  absl::StatusOr<v1::Member> Get(db::Session& session, const std::string& name) const;

  // Those of the names that exist.
  absl::StatusOr<MemberMap> GetMany(db::Session& session,
                                    const std::vector<std::string>& names) const;

  // Those of the names that were known at an instant, with what their authors had written by then.
  absl::StatusOr<MemberMap> GetAsKnown(db::Session& session, const std::vector<std::string>& names,
                                       absl::Time read_time) const;

  // Members behind an id, by id; unless `unit` (`units/{unit}`) is empty those who hold a post
  // there that has not ended by `today` (`YYYY-MM-DD`).
  absl::StatusOr<std::vector<v1::Member>> List(db::Session& session, const std::string& unit,
                                               const std::string& today, const std::string& after,
                                               int limit) const;

  // Writes new members; sets etag and update_time. ALREADY_EXISTS MEMBER_EXISTS if one exists.
  absl::Status Insert(db::Transaction& tx, absl::Time now, std::vector<v1::Member>& members) const;

  // Writes the next version of a member read in this transaction; sets etag and update_time.
  absl::Status Update(db::Transaction& tx, absl::Time now, v1::Member& member) const;
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_MEMBER_STORE_H_
