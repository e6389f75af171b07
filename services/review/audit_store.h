#ifndef DUBAN_SERVICES_REVIEW_AUDIT_STORE_H_
#define DUBAN_SERVICES_REVIEW_AUDIT_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/review/v1/audit.pb.h"
#include "services/review/audit_seal.h"

namespace duban::review {

// Which sealed entries a list answers; what is empty or absent lets all through.
struct AuditQuery {
  std::string actor;
  std::string resource;
  std::string outcome;
  std::string method;
  std::string service;
  std::optional<absl::Time> from;
  std::optional<absl::Time> to;
};

// Audit entries, which the other rooms write, and the seals beside them, in the database. Reading
// takes no locks, so that who writes entries never waits.
class AuditStore {
 public:
  // Entries without a seal whose ids are `from` or after it, by id, at most `limit`.
  absl::StatusOr<std::vector<v1::AuditEntry>> Unsealed(db::Session& session,
                                                       const std::string& from, int limit) const;

  // How many those are, counted up to 100,000.
  absl::StatusOr<int64_t> CountUnsealed(db::Session& session, const std::string& from) const;

  // The id of the first entry without a seal after the id `after`, up to `last`, before `horizon`.
  absl::StatusOr<std::optional<std::string>> FirstStray(db::Session& session,
                                                        const std::string& after,
                                                        const std::string& last,
                                                        const std::string& horizon) const;

  // Writes seals. IsDuplicate if a number or an entry has one.
  absl::Status AddSeals(db::Transaction& tx, const std::vector<AuditSeal>& seals) const;

  // Sealed entries after the number `after` that the query lets through, by number.
  absl::StatusOr<std::vector<v1::AuditEntry>> List(db::Session& session, const AuditQuery& query,
                                                   int64_t after, int limit) const;

  absl::StatusOr<std::optional<v1::AuditEntry>> Get(db::Session& session, int64_t sequence) const;

  // The seals from the number `first` to `last` with what stands under them, by number, at most
  // `limit`.
  absl::StatusOr<std::vector<SealedEntry>> Chain(db::Session& session, int64_t first, int64_t last,
                                                 int limit) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_AUDIT_STORE_H_
