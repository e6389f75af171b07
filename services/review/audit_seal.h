#ifndef DUBAN_SERVICES_REVIEW_AUDIT_SEAL_H_
#define DUBAN_SERVICES_REVIEW_AUDIT_SEAL_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "duban/review/v1/audit.pb.h"

namespace duban::review {

// One link of the chain: what is stored beside an audit entry when it is sealed.
struct AuditSeal {
  int64_t sequence = 0;
  std::string entry;      // the entry's id
  absl::Time entry_time;  // when it happened
  v1::HashAlgorithm algorithm = v1::HASH_ALGORITHM_UNSPECIFIED;
  std::string canonical;  // the bytes that were hashed
  std::string hash;       // hexadecimal
};

// A seal, and the entry that stands there now; none if the entry is gone.
struct SealedEntry {
  AuditSeal seal;
  std::optional<v1::AuditEntry> entry;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_AUDIT_SEAL_H_
