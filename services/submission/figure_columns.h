#ifndef DUBAN_SERVICES_SUBMISSION_FIGURE_COLUMNS_H_
#define DUBAN_SERVICES_SUBMISSION_FIGURE_COLUMNS_H_

#include <vector>

#include "common/db/database.h"
#include "duban/common/v1/measurement.pb.h"

namespace duban::submission {

// Canonical figures as five columns: value, denominator, base_value, base_denominator (DECIMAL or
// NULL) and unit_of_measure.
void AddFigures(const common::v1::Measurement& figures, std::vector<db::Value>* values);

// Reads five such columns from `first` on.
common::v1::Measurement ReadFigures(const db::Row& row, size_t first);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_FIGURE_COLUMNS_H_
