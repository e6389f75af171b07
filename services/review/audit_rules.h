#ifndef DUBAN_SERVICES_REVIEW_AUDIT_RULES_H_
#define DUBAN_SERVICES_REVIEW_AUDIT_RULES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "duban/review/v1/audit_service.pb.h"
#include "services/review/audit_seal.h"

// The chain over the audit log: how it grows, and what is wrong with one.
namespace duban::review {

// The seals of entries that follow the number `last`, whose hash is `last_hash`, in their order.
std::vector<AuditSeal> SealsOf(const std::vector<v1::AuditEntry>& entries, int64_t last,
                               const std::string& last_hash, v1::HashAlgorithm algorithm);

// How many of the entries one transaction seals: as many as have half a megabyte together, one at
// least.
size_t SealedAtOnce(const std::vector<v1::AuditEntry>& entries);

// What is wrong with an entry.
struct Finding {
  v1::VerifyAuditResponse::Finding what;
  int64_t sequence = 0;  // 0: it has none
  std::string id;        // of its row; empty: it has none
  std::string zh;
  std::string en;
};

// What is wrong with the seal that stands where `expected` should, after one of `previous_hash`:
// DELETED (another number stands there, or the entry is gone), EDITED (the entry is not what was
// sealed), CHAIN_BROKEN; in that order. Nothing if all is right.
std::optional<Finding> CheckSeal(const SealedEntry& sealed, int64_t expected,
                                 const std::string& previous_hash);

// What is wrong with a digest about a number whose seal is right: DIGEST_MISMATCH if the chain does
// not agree with it, or its signature is not `verified`.
std::optional<Finding> CheckDigest(const v1::AuditDigest& digest, const AuditSeal& seal,
                                   bool verified);

// The number is missing.
Finding MissingNumber(int64_t sequence);
// A seal of a number that was never given.
Finding ForgedSeal(int64_t sequence);
// An entry stands unsealed where everything was sealed.
Finding InsertedEntry(const std::string& id);
// The digest that the caller sent was not signed here.
Finding ForeignDigest(const v1::AuditDigest& digest);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_AUDIT_RULES_H_
