#ifndef DUBAN_SERVICES_REVIEW_CANONICAL_RULES_H_
#define DUBAN_SERVICES_REVIEW_CANONICAL_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "duban/review/v1/audit.pb.h"

// What exactly is hashed and signed. None of this ever changes: chains that were made are verified
// with it.
namespace duban::review {

// What the first entry's hash follows.
std::string FirstPreviousHash();

// The bytes of an entry as its service wrote it, without its place in the chain: for each field
// `name length:value` and a line's end, so that no two entries have the same.
std::string CanonicalEntry(const v1::AuditEntry& entry);

// H(previous hash, line's end, sequence, line's end, canonical bytes), hexadecimal. The algorithm
// is SHA256 or SM3.
std::string ChainHash(v1::HashAlgorithm algorithm, std::string_view previous_hash, int64_t sequence,
                      std::string_view canonical);

// What a digest's signature covers.
std::string DigestStatement(const v1::AuditDigest& digest);

// Ids of entries, UUIDv7 of the machine that wrote them, sort by time. A text that sorts before all
// ids made at `time` or later, and after all that were made before its millisecond.
std::string IdFloor(absl::Time time);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_CANONICAL_RULES_H_
