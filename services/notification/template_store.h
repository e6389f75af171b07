#ifndef DUBAN_SERVICES_NOTIFICATION_TEMPLATE_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_TEMPLATE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/notification/v1/template.pb.h"

namespace duban::notification {

// The tables templates and template_revisions. Templates that were deleted are not there.
class TemplateStore {
 public:
  // The template of this bare id in its present version, or in `revision` if that is not 0; nothing
  // if there is none.
  absl::StatusOr<std::optional<v1::Template>> Get(db::Session& session, const std::string& id,
                                                  int revision = 0) const;

  // The present version, locked until the transaction ends.
  absl::StatusOr<std::optional<v1::Template>> GetForUpdate(db::Transaction& tx,
                                                           const std::string& id) const;

  // At most `limit` templates by id, after that of id `after`, of one type if it is not empty.
  absl::StatusOr<std::vector<v1::Template>> List(db::Session& session,
                                                 const std::string& event_type,
                                                 const std::string& after, int limit) const;

  // Writes a template with the revision that it has: 1, or one more than before. One that was
  // deleted goes on with its next revision. ALREADY_EXISTS DATABASE_DUPLICATE if there is one.
  absl::Status Insert(db::Transaction& tx, v1::Template created) const;
  absl::Status Write(db::Transaction& tx, const v1::Template& changed) const;

  absl::Status Delete(db::Transaction& tx, const std::string& id) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_TEMPLATE_STORE_H_
