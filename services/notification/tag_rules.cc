#include "services/notification/tag_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace duban::notification {
namespace {

constexpr std::string_view kOpening = "{{";
constexpr std::string_view kClosing = "}}";
constexpr std::string_view kBlanks = " \t\n";

bool IsTagName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '.';
  });
}

Tag::Kind KindOf(char first) {
  switch (first) {
    case '#':
      return Tag::kSection;
    case '^':
      return Tag::kInverted;
    case '/':
      return Tag::kEnd;
    default:
      return Tag::kVariable;
  }
}

}  // namespace

std::optional<std::vector<Tag>> ReadTags(std::string_view text) {
  std::vector<Tag> tags;
  size_t position = text.find(kOpening);
  while (position != std::string_view::npos) {
    size_t begin = position + kOpening.size();
    const size_t closing = text.find(kClosing, begin);
    if (closing == std::string_view::npos) return std::nullopt;
    position = text.find(kOpening, closing + kClosing.size());
    begin = std::min(text.find_first_not_of(kBlanks, begin), closing);
    if (begin < closing && text[begin] == '!') continue;
    const Tag::Kind kind = KindOf(text[begin]);
    if (kind != Tag::kVariable)
      begin = std::min(text.find_first_not_of(kBlanks, begin + 1), closing);
    std::string_view name = text.substr(begin, closing - begin);
    name = name.substr(0, name.find_last_not_of(kBlanks) + 1);
    if (!IsTagName(name)) return std::nullopt;
    tags.push_back({kind, std::string(name), begin});
  }
  return tags;
}

}  // namespace duban::notification
