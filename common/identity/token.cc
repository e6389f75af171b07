#include "common/identity/token.h"

#include <algorithm>

namespace duban {

bool Identity::Has(common::v1::Role role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool Identity::ActsFor(std::string_view resource_unit) const {
  if (resource_unit.empty()) return false;
  if (unit == resource_unit) return true;
  return Has(common::v1::SYSTEM) &&
         std::find(units.begin(), units.end(), resource_unit) != units.end();
}

}  // namespace duban
