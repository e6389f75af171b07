#include "services/submission/evidence_name.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/resource_name.h"
#include "common/base/sha256.h"

namespace duban::submission {

std::string EvidenceName::ToString() const {
  return absl::StrCat("plans/", plan, "/evidence/", sha256);
}

absl::StatusOr<EvidenceName> ParseEvidenceName(std::string_view name, std::string_view field) {
  constexpr std::string_view kCollection = "/evidence/";
  // A digest is longer than what ParseResourceName takes for an id.
  const size_t split = name.find(kCollection);
  if (split != std::string_view::npos) {
    const absl::StatusOr<std::vector<std::string>> plan =
        ParseResourceName(name.substr(0, split), "plans/*", field);
    const std::string_view digest = name.substr(split + kCollection.size());
    if (plan.ok() && IsSha256Hex(digest)) return EvidenceName{plan->front(), std::string(digest)};
  }
  return FieldInvalid(field, "应形如 plans/{plan}/evidence/{sha256}",
                      "it must be like plans/{plan}/evidence/{sha256}");
}

}  // namespace duban::submission
