#ifndef DUBAN_SERVICES_SUBMISSION_EVIDENCE_NAME_H_
#define DUBAN_SERVICES_SUBMISSION_EVIDENCE_NAME_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace duban::submission {

// The ids in `plans/{plan}/evidence/{sha256}`.
struct EvidenceName {
  std::string plan;
  std::string sha256;

  std::string ToString() const;
};

// INVALID_ARGUMENT FIELD_INVALID naming `field` if it is no such name.
absl::StatusOr<EvidenceName> ParseEvidenceName(std::string_view name, std::string_view field);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_EVIDENCE_NAME_H_
