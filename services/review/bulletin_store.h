#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_STORE_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/review/v1/bulletin.pb.h"

namespace duban::review {

// Which documents to list. Zeros do not restrict.
struct BulletinFilter {
  std::string plan;  // id; required
  int kind = 0;
  int state = 0;
};

// Table bulletins, and their numbers. Stored documents are complete but for errata, which are
// ErratumStore's, and permitted_actions. No method touches a PUBLISHED document but to read it.
class BulletinStore {
 public:
  // Adds a new document. The status IsDuplicate if its session has one.
  absl::Status Insert(db::Transaction& tx, const v1::Bulletin& bulletin) const;

  // The document; nothing if there is none.
  absl::StatusOr<std::optional<v1::Bulletin>> Get(db::Session& session, const std::string& plan,
                                                  const std::string& id) const;

  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<v1::Bulletin>> GetForUpdate(db::Transaction& tx,
                                                           const std::string& plan,
                                                           const std::string& id) const;

  // Replaces revision `revision() - 1`, which the transaction has locked; its figures stay as they
  // are. ABORTED STALE_ETAG if that is not what stands there, or is PUBLISHED.
  absl::Status Update(db::Transaction& tx, const v1::Bulletin& bulletin) const;

  // At most `limit` documents after the key `after` (KeyOf), oldest first, without sections and
  // content.
  absl::StatusOr<std::vector<v1::Bulletin>> List(db::Session& session, const BulletinFilter& filter,
                                                 std::string_view after, int limit) const;

  // Where a document stands in List.
  static std::string KeyOf(const v1::Bulletin& bulletin);

  // The last document of the kind that is PUBLISHED, of the periods before this one of the same
  // rhythm.
  absl::StatusOr<std::optional<v1::Bulletin>> LastPublished(db::Session& session,
                                                            const std::string& plan, int kind,
                                                            const std::string& period) const;

  // Takes the next number of a series, 1 for the first; the series is locked until the transaction
  // ends, so that a number is given once and none is left out.
  absl::StatusOr<int> NextNumber(db::Transaction& tx, const std::string& series) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_STORE_H_
