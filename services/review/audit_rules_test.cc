#include "services/review/audit_rules.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/review/canonical_rules.h"

namespace duban::review {
namespace {

using v1::VerifyAuditResponse;

v1::AuditEntry Entry(const std::string& id, const std::string& json = "{}") {
  v1::AuditEntry entry;
  entry.set_id(id);
  entry.set_after_json(json);
  return entry;
}

TEST(AuditRulesTest, SealsAreDenseAndFollowEachOther) {
  const std::vector<v1::AuditEntry> entries = {Entry("a"), Entry("b"), Entry("c")};
  const auto all = SealsOf(entries, 0, FirstPreviousHash(), v1::SM3);
  ASSERT_EQ(all.size(), 3u);
  std::string previous = FirstPreviousHash();
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].sequence, static_cast<int64_t>(i) + 1);
    EXPECT_FALSE(CheckSeal({all[i], entries[i]}, all[i].sequence, previous).has_value());
    previous = all[i].hash;
  }
  // In two batches, and with another algorithm from the second on, the chain goes on.
  const auto rest = SealsOf({entries[2]}, 2, all[1].hash, v1::SHA256);
  EXPECT_EQ(rest[0].sequence, 3);
  EXPECT_FALSE(CheckSeal({rest[0], entries[2]}, 3, all[1].hash).has_value());
  EXPECT_NE(rest[0].hash, all[2].hash);
}

TEST(AuditRulesTest, WhatIsWrongWithASealIsSaid) {
  const v1::AuditEntry entry = Entry("a");
  const AuditSeal seal = SealsOf({entry}, 6, FirstPreviousHash(), v1::SHA256)[0];
  AuditSeal rewritten = seal;
  rewritten.canonical = CanonicalEntry(Entry("a", "{\"x\":1}"));
  struct Case {
    std::string name;
    SealedEntry sealed;
    int64_t expected;
    std::string previous;
    VerifyAuditResponse::Finding want;
  };
  const std::string first = FirstPreviousHash();
  for (const Case& c : {
           Case{"another number", {seal, entry}, 6, first, VerifyAuditResponse::DELETED},
           Case{"no row", {seal, std::nullopt}, 7, first, VerifyAuditResponse::DELETED},
           Case{"edited", {seal, Entry("a", "{\"x\":1}")}, 7, first, VerifyAuditResponse::EDITED},
           Case{"edited with its seal",
                {rewritten, Entry("a", "{\"x\":1}")},
                7,
                first,
                VerifyAuditResponse::CHAIN_BROKEN},
           Case{"after another", {seal, entry}, 7, seal.hash, VerifyAuditResponse::CHAIN_BROKEN},
       }) {
    const auto finding = CheckSeal(c.sealed, c.expected, c.previous);
    ASSERT_TRUE(finding.has_value()) << c.name;
    EXPECT_EQ(finding->what, c.want) << c.name;
    EXPECT_EQ(finding->sequence, c.expected) << c.name;
    EXPECT_FALSE(finding->zh.empty()) << c.name;
    EXPECT_FALSE(finding->en.empty()) << c.name;
  }
}

TEST(AuditRulesTest, ADigestAgreesWithTheChainAndIsSigned) {
  const AuditSeal seal = SealsOf({Entry("a")}, 0, FirstPreviousHash(), v1::SHA256)[0];
  v1::AuditDigest digest;
  digest.set_sequence(1);
  digest.set_hash(seal.hash);
  digest.set_algorithm(v1::SHA256);
  EXPECT_FALSE(CheckDigest(digest, seal, true).has_value());
  EXPECT_EQ(CheckDigest(digest, seal, false)->what, VerifyAuditResponse::DIGEST_MISMATCH);
  AuditSeal other = SealsOf({Entry("b")}, 0, FirstPreviousHash(), v1::SHA256)[0];
  EXPECT_EQ(CheckDigest(digest, other, true)->what, VerifyAuditResponse::DIGEST_MISMATCH);
  EXPECT_EQ(CheckDigest(digest, other, true)->sequence, 1);
}

TEST(AuditRulesTest, ATransactionStaysSmall) {
  const std::string big = "\"" + std::string(300 * 1024, 'x') + "\"";
  EXPECT_EQ(SealedAtOnce({}), 0u);
  EXPECT_EQ(SealedAtOnce({Entry("a"), Entry("b")}), 2u);
  EXPECT_EQ(SealedAtOnce({Entry("a", big), Entry("b", big), Entry("c")}), 1u);
  EXPECT_EQ(SealedAtOnce({Entry("a", "\"" + std::string(1 << 20, 'x') + "\""), Entry("b")}), 1u);
}

}  // namespace
}  // namespace duban::review
