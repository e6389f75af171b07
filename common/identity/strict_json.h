#ifndef DUBAN_COMMON_IDENTITY_STRICT_JSON_H_
#define DUBAN_COMMON_IDENTITY_STRICT_JSON_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace duban {

using Json = nlohmann::json;

// Parses one JSON value. INVALID_ARGUMENT if the text is anything else, or if an object at any
// depth names a member twice.
absl::StatusOr<Json> ParseStrictJson(std::string_view text);

// The same of a file; NOT_FOUND if it cannot be read.
absl::StatusOr<Json> ReadStrictJson(const std::string& path);

// The string member `name` of `object`; INVALID_ARGUMENT if it is missing, empty or no string.
absl::StatusOr<std::string> GetText(const Json& object, std::string_view name);

// FAILED_PRECONDITION: "`path`: `problem`", what start-up answers about a file.
absl::Status FileProblem(const std::string& path, std::string_view problem);

}  // namespace duban

#endif  // DUBAN_COMMON_IDENTITY_STRICT_JSON_H_
