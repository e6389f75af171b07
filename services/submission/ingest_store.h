#ifndef DUBAN_SERVICES_SUBMISSION_INGEST_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_INGEST_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/submission/v1/report_service.pb.h"

namespace duban::submission {

// One caller's ingest into a plan.
struct IngestName {
  std::string plan;    // id
  std::string caller;  // issuer and subject
  std::string ingest;
};

// Tables ingests and ingest_refusals.
class IngestStore {
 public:
  // Up to which offset the ingest is durable; 0 if there is none of this name.
  absl::StatusOr<int64_t> DurableOffset(db::Session& session, const IngestName& name) const;

  // The same, and makes every other transaction that locks the ingest wait until this one ends.
  // Taken before any report.
  absl::StatusOr<int64_t> Lock(db::Transaction& tx, const IngestName& name, absl::Time now) const;

  // Moves the locked ingest on, and keeps what was refused on the way.
  absl::Status Advance(db::Transaction& tx, const IngestName& name, int64_t durable_offset,
                       const std::vector<v1::IngestReportsResponse::Refusal>& refusals,
                       absl::Time now) const;

  // At most `limit` refusals of offsets above `after`, in order.
  absl::StatusOr<std::vector<v1::IngestReportsResponse::Refusal>> Refusals(db::Session& session,
                                                                           const IngestName& name,
                                                                           int64_t after,
                                                                           int limit) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_INGEST_STORE_H_
