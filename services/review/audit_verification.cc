#include "services/review/audit_verification.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "services/review/audit_rules.h"
#include "services/review/canonical_rules.h"

namespace duban::review {
namespace {

constexpr int64_t kEntriesAtOnce = 500;
constexpr absl::Duration kTimeToAnswer = absl::Seconds(5);

}  // namespace

struct AuditVerification::Progress {
  int64_t next = 1;  // to be verified
  int64_t last = 0;  // to verify
  bool to_head = false;
  std::string previous_hash;
  std::string last_id;  // the greatest of those seen; up to it no entry stands unsealed
  ChainEnds ends;
  std::optional<v1::AuditDigest> kept;  // elsewhere, as the caller sent it
  int64_t limit = 0;                    // of entries
  absl::Time deadline;
  v1::VerifyAuditResponse response;

  // Says what is wrong, if anything is; true if nothing.
  bool Take(std::optional<Finding> finding) {
    if (!finding) return true;
    response.set_finding(finding->what);
    response.set_first_bad_sequence(finding->sequence);
    response.set_first_bad_id(finding->id);
    response.set_explanation(finding->zh);
    response.set_explanation_en(finding->en);
    return false;
  }
};

absl::StatusOr<v1::VerifyAuditResponse> AuditVerification::Verify(
    const v1::VerifyAuditRequest& request, int64_t limit, absl::Time deadline) const {
  Progress progress;
  progress.limit = limit;
  progress.deadline = deadline;
  DUBAN_ASSIGN_OR_RETURN(bool intact, Begin(request, &progress));
  while (intact && progress.next <= progress.last) {
    const bool late = MachineNow() + kTimeToAnswer > deadline && progress.response.verified() > 0;
    if (late || progress.response.verified() >= limit) {
      progress.response.set_next_sequence(progress.next);
      break;
    }
    DUBAN_ASSIGN_OR_RETURN(intact, VerifyPage(&progress));
  }
  if (intact && progress.response.next_sequence() == 0 && progress.to_head) {
    DUBAN_ASSIGN_OR_RETURN(intact, VerifyEnd(&progress));
  }
  progress.response.set_intact(intact);
  return std::move(progress.response);
}

absl::StatusOr<bool> AuditVerification::Begin(const v1::VerifyAuditRequest& request,
                                              Progress* progress) const {
  const int64_t first = request.first_sequence() == 0 ? 1 : request.first_sequence();
  if (first < 0) return FieldInvalid("first_sequence", "不能为负", "it is not negative");
  if (request.last_sequence() != 0 && request.last_sequence() < first) {
    return FieldInvalid("last_sequence", "不能小于起始序号", "it is not below the first one");
  }
  if (request.has_digest()) {
    const int64_t number = request.digest().sequence();
    if (number < first || (request.last_sequence() != 0 && number > request.last_sequence())) {
      return FieldInvalid("digest", "其序号不在核验范围之内，不会被核对",
                          "its number is outside the range, so nothing would be held against it");
    }
    if (!Signed(request.digest())) return progress->Take(ForeignDigest(request.digest()));
    progress->kept = request.digest();
  }
  DUBAN_ASSIGN_OR_RETURN(
      progress->ends, database_->Read(progress->deadline,
                                      [&](db::Session& session) { return chain_.Ends(session); }));
  const int64_t head = std::max({progress->ends.last_sequence, progress->ends.last_digest,
                                 progress->kept ? progress->kept->sequence() : 0});
  if (first > std::max<int64_t>(head, 1)) {
    return Error(kAuditEntryNotFound).With("sequence", absl::StrCat(first)).Build();
  }
  progress->next = first;
  progress->last = request.last_sequence() == 0 ? head : std::min(request.last_sequence(), head);
  progress->to_head = progress->last == head;
  progress->previous_hash = FirstPreviousHash();
  if (first == 1) return true;
  DUBAN_ASSIGN_OR_RETURN(const std::optional<AuditChainStore::Link> before,
                         database_->Read(progress->deadline, [&](db::Session& session) {
                           return chain_.At(session, first - 1);
                         }));
  if (!before) return progress->Take(MissingNumber(first - 1));
  progress->previous_hash = before->hash;
  progress->last_id = before->entry;
  return true;
}

absl::StatusOr<bool> AuditVerification::VerifyPage(Progress* progress) const {
  const int64_t first = progress->next;
  const int size =
      static_cast<int>(std::min(progress->limit - progress->response.verified(), kEntriesAtOnce));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<SealedEntry> page,
                         database_->Read(progress->deadline, [&](db::Session& session) {
                           return audit_.Chain(session, first, progress->last, size);
                         }));
  if (page.empty()) return progress->Take(MissingNumber(first));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::AuditDigest> digests,
                         database_->Read(progress->deadline, [&](db::Session& session) {
                           return chain_.DigestsOf(session, first, page.back().seal.sequence);
                         }));
  std::string last_id = progress->last_id;
  for (const SealedEntry& sealed : page) {
    const bool right = progress->Take(CheckSeal(sealed, progress->next, progress->previous_hash)) &&
                       VerifyDigests(digests, sealed.seal, progress);
    if (!right) return false;
    progress->previous_hash = sealed.seal.hash;
    last_id = std::max(last_id, sealed.seal.entry);
    ++progress->next;
    progress->response.set_verified(progress->response.verified() + 1);
  }
  return VerifyNoStray(last_id, progress);
}

bool AuditVerification::VerifyDigests(const std::vector<v1::AuditDigest>& digests,
                                      const AuditSeal& seal, Progress* progress) const {
  for (const v1::AuditDigest& digest : digests) {
    if (digest.sequence() != seal.sequence) continue;
    if (!progress->Take(CheckDigest(digest, seal, Signed(digest)))) return false;
    progress->response.set_digests(progress->response.digests() + 1);
  }
  if (!progress->kept || progress->kept->sequence() != seal.sequence) return true;
  if (!progress->Take(CheckDigest(*progress->kept, seal, true))) return false;
  progress->response.set_digests(progress->response.digests() + 1);
  return true;
}

absl::StatusOr<bool> AuditVerification::VerifyNoStray(const std::string& last,
                                                      Progress* progress) const {
  DUBAN_ASSIGN_OR_RETURN(const std::optional<std::string> stray,
                         database_->Read(progress->deadline, [&](db::Session& session) {
                           return audit_.FirstStray(session, progress->last_id, last,
                                                    progress->ends.horizon);
                         }));
  progress->last_id = last;
  return progress->Take(stray ? std::optional<Finding>(InsertedEntry(*stray)) : std::nullopt);
}

absl::StatusOr<bool> AuditVerification::VerifyEnd(Progress* progress) const {
  const ChainEnds& ends = progress->ends;
  if (ends.last_seal > ends.last_sequence) {
    return progress->Take(ForgedSeal(ends.last_sequence + 1));
  }
  return VerifyNoStray(ends.horizon, progress);
}

bool AuditVerification::Signed(const v1::AuditDigest& digest) const {
  return keys_ != nullptr &&
         keys_->Verify(digest.signature(), DigestStatement(digest), MachineNow());
}

}  // namespace duban::review
