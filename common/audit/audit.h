#ifndef DUBAN_COMMON_AUDIT_AUDIT_H_
#define DUBAN_COMMON_AUDIT_AUDIT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/db/database.h"
#include "common/db/migration.h"
#include "common/server/call_context.h"
#include "google/protobuf/message.h"

namespace duban {

// One change to record. What it points to outlives the call.
struct AuditEntry {
  const server::CallContext* call;
  std::string resource;
  const google::protobuf::Message* before;
  const google::protobuf::Message* after;
};

// Writes who did what to which resource. Entries are only ever added; numbering and hash chain are
// the sealer's work later, so business never waits for it.
class Audit {
 public:
  explicit Audit(std::string service) : service_(std::move(service)) {}

  // Records a change in the caller's transaction: the top-level fields that differ, as they were
  // and as they are. Pass a default instance for what did not exist before or does not exist any
  // more.
  absl::Status Append(db::Transaction& tx, const server::CallContext& call,
                      std::string_view resource, const google::protobuf::Message& before,
                      const google::protobuf::Message& after) const;

  // Records many changes at once, each as Append does.
  absl::Status AppendAll(db::Transaction& tx, const std::vector<AuditEntry>& entries) const;

  // Records a refused call in a transaction of its own.
  absl::Status AppendRefusal(db::Database& database, const server::CallContext& call,
                             const absl::Status& refusal) const;

 private:
  std::string service_;
};

// The table audit_entries.
extern const db::MigrationSet kAuditMigrations;

}  // namespace duban

#endif  // DUBAN_COMMON_AUDIT_AUDIT_H_
