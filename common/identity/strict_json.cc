#include "common/identity/strict_json.h"

#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"

namespace duban {

absl::StatusOr<Json> ParseStrictJson(std::string_view text) {
  // Readers disagree on which of two equal members counts, so a signature over both proves nothing.
  std::vector<std::set<std::string>> open_objects;
  std::string repeated;
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) {
      open_objects.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      open_objects.pop_back();
    } else if (event == Json::parse_event_t::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (!open_objects.back().insert(name).second) repeated = name;
    }
    return true;
  };
  Json value = Json::parse(text.begin(), text.end(), watch, /*allow_exceptions=*/false);
  if (value.is_discarded()) return absl::InvalidArgumentError("is not JSON");
  if (!repeated.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("names the member \"", repeated, "\" twice"));
  }
  return value;
}

absl::StatusOr<Json> ReadStrictJson(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file.is_open() || (text << file.rdbuf()).bad()) return absl::NotFoundError("cannot be read");
  return ParseStrictJson(text.str());
}

absl::StatusOr<std::string> GetText(const Json& object, std::string_view name) {
  const auto member = object.find(std::string(name));
  if (member == object.end() || !member->is_string() ||
      member->get_ref<const std::string&>().empty()) {
    return absl::InvalidArgumentError(absl::StrCat("has no text \"", std::string(name), "\""));
  }
  return member->get<std::string>();
}

absl::Status FileProblem(const std::string& path, std::string_view problem) {
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", std::string(problem)));
}

}  // namespace duban
