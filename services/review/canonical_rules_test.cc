#include "services/review/canonical_rules.h"

#include <set>
#include <string>

#include "common/base/digest.h"
#include "common/base/id.h"
#include "common/base/timestamp.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

const absl::Time kNow = absl::FromUnixMicros(1711674000123456);

v1::AuditEntry Entry() {
  v1::AuditEntry entry;
  entry.set_id("018e8846-0000-7000-8000-000000000001");
  entry.set_service("submission");
  *entry.mutable_time() = ToTimestamp(kNow);
  entry.set_actor("members/li");
  entry.set_issuer("duban-local");
  entry.set_unit("units/water");
  entry.set_roles("REPORTER");
  entry.set_method("/duban.submission.v1.ReportService/SubmitReport");
  entry.set_resource("plans/p/reports/r");
  entry.set_outcome("OK");
  entry.set_request_id("q");
  entry.set_trace_id("t");
  entry.set_before_json("{}");
  entry.set_after_json(R"({"state":"已报"})");
  return entry;
}

// Pinned: chains that exist are verified with these bytes.
TEST(CanonicalTest, TheBytesOfAnEntryNeverChange) {
  EXPECT_EQ(CanonicalEntry(Entry()),
            "id 36:018e8846-0000-7000-8000-000000000001\nservice 10:submission\n"
            "time_us 16:1711674000123456\nactor 10:members/li\nissuer 11:duban-local\n"
            "unit 11:units/water\nroles 8:REPORTER\n"
            "method 47:/duban.submission.v1.ReportService/SubmitReport\n"
            "resource 17:plans/p/reports/r\noutcome 2:OK\nrequest_id 1:q\ntrace_id 1:t\n"
            "before_json 2:{}\nafter_json 18:{\"state\":\"已报\"}\n");
}

TEST(CanonicalTest, EveryFieldCounts) {
  std::set<std::string> seen = {CanonicalEntry(Entry())};
  using Set = void (*)(v1::AuditEntry*);
  const Set sets[] = {
      [](v1::AuditEntry* e) { e->set_id("x"); }, [](v1::AuditEntry* e) { e->set_service("x"); },
      [](v1::AuditEntry* e) { *e->mutable_time() = ToTimestamp(kNow + absl::Microseconds(1)); },
      [](v1::AuditEntry* e) { e->set_actor("x"); }, [](v1::AuditEntry* e) { e->set_issuer("x"); },
      [](v1::AuditEntry* e) { e->set_unit("x"); }, [](v1::AuditEntry* e) { e->set_roles("x"); },
      [](v1::AuditEntry* e) { e->set_method("x"); },
      [](v1::AuditEntry* e) { e->set_resource("x"); },
      [](v1::AuditEntry* e) { e->set_outcome("x"); },
      [](v1::AuditEntry* e) { e->set_request_id("x"); },
      [](v1::AuditEntry* e) { e->set_trace_id("x"); },
      [](v1::AuditEntry* e) { e->set_before_json("x"); },
      [](v1::AuditEntry* e) { e->set_after_json("x"); },
      // What moves from one field into the next does not stay the same.
      [](v1::AuditEntry* e) {
        e->set_request_id("");
        e->set_trace_id("qt");
      }};
  for (const Set set : sets) {
    v1::AuditEntry entry = Entry();
    set(&entry);
    EXPECT_TRUE(seen.insert(CanonicalEntry(entry)).second) << entry.ShortDebugString();
  }
  // Its place in the chain does not.
  v1::AuditEntry sealed = Entry();
  sealed.set_sequence(7);
  sealed.set_name("auditEntries/7");
  sealed.set_hash("h");
  EXPECT_EQ(CanonicalEntry(sealed), CanonicalEntry(Entry()));
}

TEST(CanonicalTest, AHashFollowsFromWhatIsBeforeIt) {
  const std::string first = FirstPreviousHash();
  EXPECT_EQ(ChainHash(v1::SHA256, first, 1, "x"),
            HexDigest(HashFunction::kSha256, first + "\n1\nx"));
  EXPECT_EQ(ChainHash(v1::SM3, first, 1, "x"), HexDigest(HashFunction::kSm3, first + "\n1\nx"));
  EXPECT_NE(ChainHash(v1::SHA256, first, 2, "x"), ChainHash(v1::SHA256, first, 1, "x"));
}

TEST(CanonicalTest, ADigestSaysAllThatIsSigned) {
  v1::AuditDigest digest;
  digest.set_sequence(12);
  digest.set_hash("ab");
  digest.set_algorithm(v1::SM3);
  *digest.mutable_time() = ToTimestamp(kNow);
  EXPECT_EQ(DigestStatement(digest),
            "duban audit digest\nsequence 12\nhash ab\nalgorithm SM3\ntime_us 1711674000123456\n");
}

TEST(CanonicalTest, IdsAndTimesSortAlike) {
  const std::string id = NewUuid7(kNow);
  EXPECT_EQ(TimeOfId(id), absl::FromUnixMillis(absl::ToUnixMillis(kNow)));
  EXPECT_LE(IdFloor(kNow), id);
  EXPECT_GT(IdFloor(kNow + absl::Milliseconds(1)), id);
}

}  // namespace
}  // namespace duban::review
