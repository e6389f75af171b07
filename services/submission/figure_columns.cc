#include "services/submission/figure_columns.h"

#include <string>

#include "common/base/decimal.h"

namespace duban::submission {
namespace {

db::Value TextOrNull(const std::string& decimal) {
  return decimal.empty() ? db::Value(nullptr) : db::Value(decimal);
}

std::string ReadDecimal(const db::Row& row, size_t column) {
  return row.IsNull(column) ? std::string() : row.GetDecimal(column).ToString();
}

}  // namespace

void AddFigures(const common::v1::Measurement& figures, std::vector<db::Value>* values) {
  values->push_back(TextOrNull(figures.value()));
  values->push_back(TextOrNull(figures.denominator()));
  values->push_back(TextOrNull(figures.base_value()));
  values->push_back(TextOrNull(figures.base_denominator()));
  values->emplace_back(figures.unit_of_measure());
}

common::v1::Measurement ReadFigures(const db::Row& row, size_t first) {
  common::v1::Measurement figures;
  figures.set_value(ReadDecimal(row, first));
  figures.set_denominator(ReadDecimal(row, first + 1));
  figures.set_base_value(ReadDecimal(row, first + 2));
  figures.set_base_denominator(ReadDecimal(row, first + 3));
  figures.set_unit_of_measure(row.GetString(first + 4));
  return figures;
}

}  // namespace duban::submission
