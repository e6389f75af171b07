#ifndef DUBAN_COMMON_BASE_UNIT_OF_MEASURE_H_
#define DUBAN_COMMON_BASE_UNIT_OF_MEASURE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace duban {

// A unit of measure as a multiple of its family's smallest unit: 万元 is 10,000 元. Money converts;
// every other text is a family of its own.
struct UnitOfMeasure {
  std::string family;
  int64_t factor = 1;
};
UnitOfMeasure FindUnitOfMeasure(std::string_view text);

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_UNIT_OF_MEASURE_H_
