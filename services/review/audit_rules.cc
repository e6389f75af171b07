#include "services/review/audit_rules.h"

#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "services/review/canonical_rules.h"

namespace duban::review {
namespace {

using v1::VerifyAuditResponse;

constexpr size_t kBytesAtOnce = 512 * 1024;

}  // namespace

std::vector<AuditSeal> SealsOf(const std::vector<v1::AuditEntry>& entries, int64_t last,
                               const std::string& last_hash, v1::HashAlgorithm algorithm) {
  std::vector<AuditSeal> seals;
  seals.reserve(entries.size());
  for (const v1::AuditEntry& entry : entries) {
    const std::string& previous = seals.empty() ? last_hash : seals.back().hash;
    AuditSeal seal = {.sequence = ++last,
                      .entry = entry.id(),
                      .entry_time = FromTimestamp(entry.time()),
                      .algorithm = algorithm,
                      .canonical = CanonicalEntry(entry),
                      .hash = ""};
    seal.hash = ChainHash(algorithm, previous, seal.sequence, seal.canonical);
    seals.push_back(std::move(seal));
  }
  return seals;
}

size_t SealedAtOnce(const std::vector<v1::AuditEntry>& entries) {
  size_t count = 0;
  size_t bytes = 0;
  for (const v1::AuditEntry& entry : entries) {
    bytes += entry.ByteSizeLong();
    if (count > 0 && bytes > kBytesAtOnce) break;
    ++count;
  }
  return count;
}

std::optional<Finding> CheckSeal(const SealedEntry& sealed, int64_t expected,
                                 const std::string& previous_hash) {
  const AuditSeal& seal = sealed.seal;
  if (seal.sequence != expected) return MissingNumber(expected);
  if (!sealed.entry) {
    return Finding{VerifyAuditResponse::DELETED, expected, seal.entry,
                   absl::StrCat("第 ", expected, " 条已封存,但记录本身已被删除"),
                   absl::StrCat("Entry ", expected, " was sealed, but its row is gone.")};
  }
  if (CanonicalEntry(*sealed.entry) != seal.canonical) {
    return Finding{VerifyAuditResponse::EDITED, expected, seal.entry,
                   absl::StrCat("第 ", expected, " 条的内容与封存时不同"),
                   absl::StrCat("Entry ", expected, " is not what was sealed.")};
  }
  if (ChainHash(seal.algorithm, previous_hash, expected, seal.canonical) != seal.hash) {
    return Finding{
        VerifyAuditResponse::CHAIN_BROKEN, expected, seal.entry,
        absl::StrCat("第 ", expected, " 条的摘要与前一条接不上"),
        absl::StrCat("The hash of entry ", expected, " does not follow from the one before.")};
  }
  return std::nullopt;
}

std::optional<Finding> CheckDigest(const v1::AuditDigest& digest, const AuditSeal& seal,
                                   bool verified) {
  if (!verified) return ForeignDigest(digest);
  if (digest.hash() == seal.hash && digest.algorithm() == seal.algorithm) return std::nullopt;
  return Finding{
      VerifyAuditResponse::DIGEST_MISMATCH, digest.sequence(), seal.entry,
      absl::StrCat("第 ", digest.sequence(), " 条的摘要与已签名的摘要不同,此前的链被重写过"),
      absl::StrCat("The hash of entry ", digest.sequence(),
                   " is not the one that was signed: the chain up to it was rewritten.")};
}

Finding MissingNumber(int64_t sequence) {
  return Finding{VerifyAuditResponse::DELETED, sequence, "",
                 absl::StrCat("缺少第 ", sequence, " 条"),
                 absl::StrCat("There is no entry ", sequence, " any more.")};
}

Finding ForgedSeal(int64_t sequence) {
  return Finding{VerifyAuditResponse::INSERTED, sequence, "",
                 absl::StrCat("第 ", sequence, " 条不是由封存程序写入的"),
                 absl::StrCat("Entry ", sequence, " was not sealed by the sequencer.")};
}

Finding InsertedEntry(const std::string& id) {
  return Finding{
      VerifyAuditResponse::INSERTED, 0, id,
      absl::StrCat("记录 ", id, " 未封存,而它之后的记录均已封存:是事后插入的"),
      absl::StrCat("Row ", id,
                   " was never sealed, though all of its time were: it was inserted later.")};
}

Finding ForeignDigest(const v1::AuditDigest& digest) {
  return Finding{VerifyAuditResponse::DIGEST_MISMATCH, digest.sequence(), "",
                 absl::StrCat("第 ", digest.sequence(), " 条的签名摘要未通过验签"),
                 absl::StrCat("The signature of the digest of entry ", digest.sequence(),
                              " is not that of one of this system's keys.")};
}

}  // namespace duban::review
