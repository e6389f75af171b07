#ifndef DUBAN_SERVICES_NOTIFICATION_ROUTE_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_ROUTE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/notification/v1/route.pb.h"

namespace duban::notification {

// Which routes to list; what is empty restricts nothing.
struct RouteQuery {
  std::string plan;  // `plans/{plan}`
  std::string event_type;
  std::string template_name;  // `templates/{template}`
};

// The table routes.
class RouteStore {
 public:
  // The route of this bare id; nothing if there is none.
  absl::StatusOr<std::optional<v1::Route>> Get(db::Session& session, const std::string& id) const;

  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<v1::Route>> GetForUpdate(db::Transaction& tx,
                                                        const std::string& id) const;

  // At most `limit` routes by id, after that of id `after`.
  absl::StatusOr<std::vector<v1::Route>> List(db::Session& session, const RouteQuery& query,
                                              const std::string& after, int limit) const;

  // ALREADY_EXISTS DATABASE_DUPLICATE if there is one of its name.
  absl::Status Insert(db::Transaction& tx, const v1::Route& route) const;

  // Writes over the one of its name, which is there.
  absl::Status Write(db::Transaction& tx, const v1::Route& route) const;

  absl::Status Delete(db::Transaction& tx, const std::string& id) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_ROUTE_STORE_H_
