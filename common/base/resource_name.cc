#include "common/base/resource_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"

namespace duban {
namespace {

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= 63 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

std::vector<std::string> Segments(std::string_view path) {
  return absl::StrSplit(absl::string_view(path.data(), path.size()), '/');
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseResourceName(std::string_view name,
                                                           std::string_view pattern,
                                                           std::string_view field) {
  const std::vector<std::string> given = Segments(name);
  const std::vector<std::string> expected = Segments(pattern);
  bool matches = given.size() == expected.size();
  std::vector<std::string> ids;
  for (size_t i = 0; matches && i < expected.size(); ++i) {
    if (expected[i] == "*") {
      matches = IsId(given[i]);
      ids.push_back(given[i]);
    } else {
      matches = given[i] == expected[i];
    }
  }
  if (matches) return ids;
  const std::string form(pattern);
  return FieldInvalid(
      field, absl::StrCat("资源名应形如 ", form, ",* 为1至63个小写字母、数字或连字符"),
      absl::StrCat("a name here is ", form,
                   ", each * being 1 to 63 lower-case letters, digits and hyphens"));
}

}  // namespace duban
