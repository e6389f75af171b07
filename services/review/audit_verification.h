#ifndef DUBAN_SERVICES_REVIEW_AUDIT_VERIFICATION_H_
#define DUBAN_SERVICES_REVIEW_AUDIT_VERIFICATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/db/database.h"
#include "common/identity/statement_keys.h"
#include "duban/review/v1/audit_service.pb.h"
#include "services/review/audit_chain_store.h"
#include "services/review/audit_store.h"

namespace duban::review {

inline constexpr Reason kAuditEntryNotFound{"AUDIT_ENTRY_NOT_FOUND", absl::StatusCode::kNotFound,
                                            "没有第 {sequence} 条审计记录",
                                            "There is no audit entry {sequence}."};

// Computes the chain anew from the stored rows.
class AuditVerification {
 public:
  // Without keys (null) no digest's signature can be verified.
  AuditVerification(db::Database* database, StatementKeys* keys)
      : database_(database), keys_(keys) {}

  // What AuditService.VerifyAudit answers. At most `limit` entries; fewer where the deadline is
  // near.
  absl::StatusOr<v1::VerifyAuditResponse> Verify(const v1::VerifyAuditRequest& request,
                                                 int64_t limit, absl::Time deadline) const;

 private:
  struct Progress;
  // Each is false once something is wrong, which the progress says then.
  absl::StatusOr<bool> Begin(const v1::VerifyAuditRequest& request, Progress* progress) const;
  absl::StatusOr<bool> VerifyPage(Progress* progress) const;
  absl::StatusOr<bool> VerifyEnd(Progress* progress) const;
  absl::StatusOr<bool> VerifyNoStray(const std::string& last, Progress* progress) const;
  bool VerifyDigests(const std::vector<v1::AuditDigest>& digests, const AuditSeal& seal,
                     Progress* progress) const;
  bool Signed(const v1::AuditDigest& digest) const;

  db::Database* const database_;
  StatementKeys* const keys_;
  AuditStore audit_;
  AuditChainStore chain_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_AUDIT_VERIFICATION_H_
