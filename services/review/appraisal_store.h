#ifndef DUBAN_SERVICES_REVIEW_APPRAISAL_STORE_H_
#define DUBAN_SERVICES_REVIEW_APPRAISAL_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/review/v1/appraisal.pb.h"

namespace duban::review {

// The ids in `plans/{plan}/appraisals/{appraisal}`; the second is that of its session.
struct AppraisalName {
  std::string plan;
  std::string appraisal;

  std::string ToString() const;
};

// INVALID_ARGUMENT FIELD_INVALID naming `field` if it is no such name.
absl::StatusOr<AppraisalName> ParseAppraisalName(std::string_view name, std::string_view field);

// Table appraisals.
class AppraisalStore {
 public:
  // Nothing if there is none.
  absl::StatusOr<std::optional<v1::Appraisal>> Get(db::Session& session,
                                                   const AppraisalName& name) const;
  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<v1::Appraisal>> GetForUpdate(db::Transaction& tx,
                                                            const AppraisalName& name) const;

  // Adds one of revision 1, or replaces revision `revision() - 1`, which the transaction has
  // locked. What is PUBLISHED is not replaced, whoever asks.
  absl::Status Write(db::Transaction& tx, const v1::Appraisal& appraisal) const;

  // Appraisals of a plan after the id `after`, by id, which is the order of time; only those that
  // are PUBLISHED where it says so. Without their scores.
  absl::StatusOr<std::vector<v1::Appraisal>> List(db::Session& session, const std::string& plan,
                                                  bool published_only, std::string_view after,
                                                  int limit) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_APPRAISAL_STORE_H_
