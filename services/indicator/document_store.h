#ifndef DUBAN_SERVICES_INDICATOR_DOCUMENT_STORE_H_
#define DUBAN_SERVICES_INDICATOR_DOCUMENT_STORE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/indicator/v1/plan.pb.h"
#include "services/indicator/stores.h"
#include "services/indicator/vocabulary.h"

namespace duban::indicator {

// A whole plan, put together from the tables of its parts and taken apart again.
class DocumentStore {
 public:
  // The plan as its authors wrote it, with its indicators in the view, the units and members listed
  // with it in their order, and behind them units that it names only since.
  absl::StatusOr<v1::PlanDocument> Read(db::Session& session, const StoredPlan& stored,
                                        const IndicatorView& view) const;

  // What is stored already of the units, members and unit names of a document.
  absl::StatusOr<StoredDirectory> ReadDirectory(db::Session& session,
                                                const v1::PlanDocument& document) const;

  // Writes the document as a draft in the place of `found`, and those of its units and members that
  // `directory` lacks.
  absl::StatusOr<StoredPlan> Write(db::Transaction& tx, absl::Time now,
                                   const v1::PlanDocument& document, StoredPlan found,
                                   const StoredDirectory& directory) const;

 private:
  Stores stores_;
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_DOCUMENT_STORE_H_
