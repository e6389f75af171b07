#ifndef DUBAN_SERVICES_REVIEW_AUDIT_CHAIN_STORE_H_
#define DUBAN_SERVICES_REVIEW_AUDIT_CHAIN_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/review/v1/audit.pb.h"

namespace duban::review {

// The sequencer as its holder sees it.
struct Sequencer {
  int64_t fence = 0;
  int64_t last_sequence = 0;
  std::string last_hash;
  std::string horizon;  // everything whose id sorts before it was looked at
  std::optional<absl::Time> last_digest_time;
  int64_t last_digest = 0;  // the number that it is about
  absl::Time now;           // the database's clock
};

// The ends of the chain, all at one moment.
struct ChainEnds {
  int64_t last_sequence = 0;  // that the sequencer gave
  int64_t last_seal = 0;      // that stands there
  int64_t last_digest = 0;    // that was signed
  std::string horizon;
};

// The one sequencer, and the digests of its chain, in the database.
class AuditChainStore {
 public:
  // Renews the lease of who holds it with this fence, or takes it over, with the next fence, if
  // nobody has it by the database's clock. Nothing if somebody else has it.
  absl::StatusOr<std::optional<Sequencer>> Hold(db::Transaction& tx, const std::string& owner,
                                                int64_t fence, absl::Duration lease) const;

  // Gives the lease back, so that another need not wait for its end.
  absl::Status Release(db::Transaction& tx, int64_t fence) const;

  // Moves the head of the chain, and the horizon; false if the fence is another one by now, or the
  // head is not where `before` has it.
  absl::StatusOr<bool> Advance(db::Transaction& tx, const Sequencer& before, int64_t sequence,
                               const std::string& hash, const std::string& horizon) const;

  // Adds a digest; false if the fence is another one by now.
  absl::StatusOr<bool> AddDigest(db::Transaction& tx, int64_t fence,
                                 const v1::AuditDigest& digest) const;

  absl::StatusOr<ChainEnds> Ends(db::Session& session) const;

  // What stands at a number, if it has a seal.
  struct Link {
    std::string hash;
    std::string entry;
    v1::HashAlgorithm algorithm;
  };
  absl::StatusOr<std::optional<Link>> At(db::Session& session, int64_t sequence) const;

  // Digests later than `after`, by time, at most `limit`.
  absl::StatusOr<std::vector<v1::AuditDigest>> Digests(db::Session& session,
                                                       std::optional<absl::Time> after,
                                                       int limit) const;

  // Digests of the numbers from `first` to `last`, by number, at most 1000.
  absl::StatusOr<std::vector<v1::AuditDigest>> DigestsOf(db::Session& session, int64_t first,
                                                         int64_t last) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_AUDIT_CHAIN_STORE_H_
