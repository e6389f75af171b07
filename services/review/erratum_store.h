#ifndef DUBAN_SERVICES_REVIEW_ERRATUM_STORE_H_
#define DUBAN_SERVICES_REVIEW_ERRATUM_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "duban/review/v1/bulletin.pb.h"

namespace duban::review {

// Table bulletin_errata. Errata are answered with the number of their document, oldest first.
class ErratumStore {
 public:
  // Adds a new erratum of the document that it names.
  absl::Status Insert(db::Transaction& tx, const v1::Erratum& erratum) const;

  // Those of one document.
  absl::StatusOr<std::vector<v1::Erratum>> Of(db::Session& session, const std::string& plan,
                                              const std::string& bulletin) const;

  // Puts those of a plan that stand in no other document, at most 200, into the draft `bulletin`,
  // and answers them.
  absl::StatusOr<std::vector<v1::Erratum>> Draft(db::Transaction& tx, const std::string& plan,
                                                 const std::string& bulletin) const;

  // Marks an erratum as printed in the document `bulletin`, unless another one printed it already.
  absl::Status MarkPrinted(db::Transaction& tx, const std::string& plan, const v1::Erratum& erratum,
                           const std::string& bulletin) const;

  // Takes all out of the draft `bulletin`: what nobody has printed waits for another document.
  absl::Status Release(db::Transaction& tx, const std::string& plan,
                       const std::string& bulletin) const;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ERRATUM_STORE_H_
