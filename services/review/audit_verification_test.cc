#include "services/review/audit_verification.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/review/audit_fixture.h"
#include "services/review/audit_rules.h"
#include "services/review/canonical_rules.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using testing::FailsWith;
using v1::VerifyAuditResponse;

// Ten sealed entries, with a signed digest of the last.
class AuditVerificationTest : public AuditLogTest {
 protected:
  AuditVerificationTest() {
    Write("review", 10);
    AuditSealing sealing(database_.get(), keys_.get(), {});
    EXPECT_EQ(Seal(sealing), 10);
    sealing.Release(Soon());
    EXPECT_TRUE(Verify().intact()) << Verify().ShortDebugString();
  }

  std::string EntryAt(int sequence) {
    return Ask(absl::StrCat("SELECT entry FROM audit_seals WHERE sequence = ", sequence));
  }
  std::string EntryWhere(int sequence) {
    return absl::StrCat(" WHERE id = '", EntryAt(sequence), "'");
  }

  void ExpectFound(VerifyAuditResponse::Finding what, int64_t sequence, const std::string& id) {
    const VerifyAuditResponse found = Verify();
    EXPECT_FALSE(found.intact());
    EXPECT_EQ(found.finding(), what) << found.ShortDebugString();
    EXPECT_EQ(found.first_bad_sequence(), sequence);
    EXPECT_EQ(found.first_bad_id(), id);
    EXPECT_EQ(found.next_sequence(), 0);
    EXPECT_FALSE(found.explanation().empty());
    EXPECT_FALSE(found.explanation_en().empty());
  }

  // Computes the chain anew from a number on, as somebody would who owns the database.
  void RewriteChainFrom(int first) {
    const AuditStore store;
    const AuditChainStore chain;
    const auto rewritten = database_->RunInTransaction(Soon(), [&](db::Transaction& tx) {
      const auto entries = store.Chain(tx, first, 10, 100);
      std::vector<v1::AuditEntry> now;
      for (const SealedEntry& sealed : *entries) now.push_back(*sealed.entry);
      const std::string before = (*chain.At(tx, first - 1))->hash;
      EXPECT_TRUE(tx.Execute("DELETE FROM audit_seals WHERE sequence >= ?", {int64_t{first}}).ok());
      return store.AddSeals(tx, SealsOf(now, first - 1, before, v1::SHA256));
    });
    EXPECT_THAT(rewritten, testing::IsOk());
  }
};

TEST_F(AuditVerificationTest, AnEditedEntryIsFound) {
  const std::string id = EntryAt(5);
  AsRoot("UPDATE audit_entries SET actor = 'members/nobody'" + EntryWhere(5));
  ExpectFound(VerifyAuditResponse::EDITED, 5, id);
}

TEST_F(AuditVerificationTest, EveryColumnOfAnEntryCounts) {
  const std::string id = EntryAt(3);
  AsRoot("CREATE TABLE kept AS SELECT * FROM audit_entries" + EntryWhere(3));
  for (const char* change :
       {"service = 'x'", "time = time + INTERVAL 1 MICROSECOND", "issuer = 'x'", "unit = 'x'",
        "roles = 'x'", "method = 'x'", "resource = 'x'", "outcome = 'x'", "request_id = 'x'",
        "trace_id = 'x'", "before_json = '{}'", "after_json = NULL"}) {
    AsRoot(absl::StrCat("UPDATE audit_entries SET ", change, EntryWhere(3)));
    ExpectFound(VerifyAuditResponse::EDITED, 3, id);
    AsRoot("DELETE FROM audit_entries" + EntryWhere(3));
    AsRoot("INSERT INTO audit_entries SELECT * FROM kept");
    EXPECT_TRUE(Verify().intact()) << change;
  }
}

TEST_F(AuditVerificationTest, ADeletedEntryIsFound) {
  const std::string id = EntryAt(7);
  AsRoot("DELETE FROM audit_entries" + EntryWhere(7));
  ExpectFound(VerifyAuditResponse::DELETED, 7, id);
}

TEST_F(AuditVerificationTest, AnEntryDeletedWithItsSealIsFound) {
  AsRoot("DELETE FROM audit_entries" + EntryWhere(7));
  AsRoot("DELETE FROM audit_seals WHERE sequence = 7");
  ExpectFound(VerifyAuditResponse::DELETED, 7, "");
}

TEST_F(AuditVerificationTest, AMissingEndIsFoundEvenIfTheSequencerWasSetBack) {
  for (const int sequence : {9, 10}) {
    AsRoot("DELETE FROM audit_entries" + EntryWhere(sequence));
    AsRoot(absl::StrCat("DELETE FROM audit_seals WHERE sequence = ", sequence));
  }
  ExpectFound(VerifyAuditResponse::DELETED, 9, "");
  AsRoot("UPDATE audit_sequencer SET last_sequence = 8");
  ExpectFound(VerifyAuditResponse::DELETED, 9, "");
}

TEST_F(AuditVerificationTest, AnInsertedEntryIsFoundAndNeverSealed) {
  const std::string old = IdFloor(MachineNow() - absl::Hours(1)) + "-7000-8000-000000000001";
  AsRoot("INSERT INTO audit_entries SELECT '" + old +
         "', service, time, actor, issuer, unit, roles, method, resource, outcome, request_id,"
         " trace_id, before_json, after_json FROM audit_entries" +
         EntryWhere(2));
  ExpectFound(VerifyAuditResponse::INSERTED, 0, old);
  EXPECT_EQ(Seal(), 0);
  ExpectFound(VerifyAuditResponse::INSERTED, 0, old);
}

TEST_F(AuditVerificationTest, AnInsertedSealIsFound) {
  AsRoot(
      "INSERT INTO audit_seals SELECT 11, 'x', entry_time, algorithm, canonical, hash, seal_time"
      " FROM audit_seals WHERE sequence = 10");
  ExpectFound(VerifyAuditResponse::INSERTED, 11, "");
}

TEST_F(AuditVerificationTest, ABrokenChainIsFound) {
  const std::string id = EntryAt(4);
  AsRoot("UPDATE audit_seals SET hash = REVERSE(hash) WHERE sequence = 4");
  ExpectFound(VerifyAuditResponse::CHAIN_BROKEN, 4, id);
}

// Entry and seal agree, and the hash is right for both: the next one tells.
TEST_F(AuditVerificationTest, AnEntrySealedAnewBreaksTheNext) {
  const std::string next = EntryAt(5);
  AsRoot("UPDATE audit_entries SET actor = 'members/nobody'" + EntryWhere(4));
  const auto sealed = database_->Read(
      Soon(), [&](db::Session& session) { return AuditStore().Chain(session, 3, 4, 2); });
  ASSERT_THAT(sealed, testing::IsOk());
  const AuditSeal anew =
      SealsOf({*(*sealed)[1].entry}, 3, (*sealed)[0].seal.hash, v1::SHA256).front();
  AsRoot(absl::StrCat("UPDATE audit_seals SET hash = '", anew.hash, "', canonical = '",
                      anew.canonical, "' WHERE sequence = 4"));
  ExpectFound(VerifyAuditResponse::CHAIN_BROKEN, 5, next);
}

TEST_F(AuditVerificationTest, AChainRewrittenToItsEndDoesNotAgreeWithTheSignature) {
  const std::string last = EntryAt(10);
  AsRoot("UPDATE audit_entries SET actor = 'members/nobody'" + EntryWhere(4));
  RewriteChainFrom(4);
  ExpectFound(VerifyAuditResponse::DIGEST_MISMATCH, 10, last);
  // Without the stored digest nothing tells but one that was kept elsewhere.
  v1::VerifyAuditRequest request;
  const auto digests = database_->Read(Soon(), [&](db::Session& session) {
    return AuditChainStore().Digests(session, std::nullopt, 10);
  });
  ASSERT_EQ(digests->size(), 1u);
  *request.mutable_digest() = digests->front();
  AsRoot("DELETE FROM audit_digests");
  EXPECT_TRUE(Verify().intact());
  EXPECT_EQ(Verify(request).finding(), VerifyAuditResponse::DIGEST_MISMATCH);
  // A kept digest counts only if it was signed here.
  request.mutable_digest()->set_hash(Ask("SELECT hash FROM audit_seals WHERE sequence = 10"));
  EXPECT_EQ(Verify(request).finding(), VerifyAuditResponse::DIGEST_MISMATCH);
}

TEST_F(AuditVerificationTest, ADigestThatNothingWouldBeHeldAgainstIsRefused) {
  const AuditVerification verification(database_.get(), keys_.get());
  const auto digests = database_->Read(Soon(), [&](db::Session& session) {
    return AuditChainStore().Digests(session, std::nullopt, 10);
  });
  v1::VerifyAuditRequest request;
  *request.mutable_digest() = digests->front();  // of number 10
  request.set_last_sequence(9);
  EXPECT_THAT(verification.Verify(request, 100, Soon()),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "digest"));
  request.set_last_sequence(10);
  EXPECT_EQ(Verify(request).digests(), 2);  // the stored one, and this
  request.set_first_sequence(10);
  EXPECT_EQ(Verify(request).digests(), 2);
  request.set_last_sequence(0);
  EXPECT_TRUE(Verify(request).intact());
  request.mutable_digest()->set_sequence(9);
  EXPECT_THAT(verification.Verify(request, 100, Soon()),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "digest"));
}

TEST_F(AuditVerificationTest, ABrokenSignatureIsFound) {
  AsRoot("UPDATE audit_digests SET time = time + INTERVAL 1 MICROSECOND");
  ExpectFound(VerifyAuditResponse::DIGEST_MISMATCH, 10, "");
  AsRoot("UPDATE audit_digests SET time = time - INTERVAL 1 MICROSECOND");
  EXPECT_TRUE(Verify().intact());
  AsRoot("UPDATE audit_digests SET signature = REVERSE(signature)");
  ExpectFound(VerifyAuditResponse::DIGEST_MISMATCH, 10, "");
}

TEST_F(AuditVerificationTest, TheFirstOfSeveralIsNamed) {
  const std::string id = EntryAt(2);
  AsRoot("UPDATE audit_entries SET outcome = 'x'" + EntryWhere(8));
  AsRoot("UPDATE audit_entries SET outcome = 'x'" + EntryWhere(2));
  ExpectFound(VerifyAuditResponse::EDITED, 2, id);
}

TEST_F(AuditVerificationTest, ALongChainIsVerifiedInParts) {
  v1::VerifyAuditRequest request;
  VerifyAuditResponse part = Verify(request, 4);
  EXPECT_TRUE(part.intact());
  EXPECT_EQ(part.verified(), 4);
  EXPECT_EQ(part.next_sequence(), 5);
  request.set_first_sequence(part.next_sequence());
  part = Verify(request, 6);
  EXPECT_TRUE(part.intact());
  EXPECT_EQ(part.verified(), 6);
  EXPECT_EQ(part.next_sequence(), 0);
  EXPECT_EQ(part.digests(), 1);
  request.set_first_sequence(0);
  request.set_last_sequence(4);
  part = Verify(request);
  EXPECT_TRUE(part.intact());
  EXPECT_EQ(part.verified(), 4);
  EXPECT_EQ(part.digests(), 0);
  AsRoot("UPDATE audit_entries SET outcome = 'x'" + EntryWhere(6));
  EXPECT_TRUE(Verify(request).intact());
  request.set_last_sequence(0);
  request.set_first_sequence(5);
  EXPECT_EQ(Verify(request).first_bad_sequence(), 6);
  request.set_first_sequence(7);
  part = Verify(request);
  EXPECT_TRUE(part.intact());
  EXPECT_EQ(part.verified(), 4);
  EXPECT_EQ(part.digests(), 1);
}

TEST_F(AuditVerificationTest, WhatNeverWasIsNotFound) {
  const AuditVerification verification(database_.get(), keys_.get());
  v1::VerifyAuditRequest request;
  request.set_first_sequence(11);
  EXPECT_THAT(verification.Verify(request, 100, Soon()),
              FailsWith(StatusCode::kNotFound, "AUDIT_ENTRY_NOT_FOUND"));
  request.set_first_sequence(-1);
  EXPECT_THAT(verification.Verify(request, 100, Soon()),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "first_sequence"));
  request.set_first_sequence(5);
  request.set_last_sequence(4);
  EXPECT_THAT(verification.Verify(request, 100, Soon()),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "last_sequence"));
}

class EmptyAuditLogTest : public AuditLogTest {};

TEST_F(EmptyAuditLogTest, IsIntact) {
  const VerifyAuditResponse empty = Verify();
  EXPECT_TRUE(empty.intact());
  EXPECT_EQ(empty.verified(), 0);
  EXPECT_EQ(Seal(), 0);
  EXPECT_TRUE(Verify().intact());
}

}  // namespace
}  // namespace duban::review
