#ifndef DUBAN_SERVICES_NOTIFICATION_TAG_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_TAG_RULES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The tags of a template's text.
namespace duban::notification {

struct Tag {
  enum Kind { kVariable, kSection, kInverted, kEnd };
  Kind kind;
  std::string name;
  size_t name_begin;  // in the text
};

// The tags in their order, without comments; nothing if there is one that is not closed, has no
// name of small letters, digits, underscores and dots, or is of another sort ({{{x}}}, {{&x}},
// {{>x}}, {{=x=}}).
std::optional<std::vector<Tag>> ReadTags(std::string_view text);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_TAG_RULES_H_
