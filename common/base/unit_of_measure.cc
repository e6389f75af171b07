#include "common/base/unit_of_measure.h"

#include <array>
#include <utility>

namespace duban {

UnitOfMeasure FindUnitOfMeasure(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, int64_t>, 5> kMoney = {
      {{"元", 1}, {"千元", 1'000}, {"万元", 10'000}, {"百万元", 1'000'000}, {"亿元", 100'000'000}}};
  for (const auto& [name, factor] : kMoney) {
    if (text == name) return {"元", factor};
  }
  return {std::string(text), 1};
}

}  // namespace duban
