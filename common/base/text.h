#ifndef DUBAN_COMMON_BASE_TEXT_H_
#define DUBAN_COMMON_BASE_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace duban {

// The longest title of anything, and the longest reason that somebody gives, in characters.
inline constexpr int kTitleCharacters = 200;
inline constexpr int kReasonCharacters = 1000;

// The first character of `text` and the bytes it takes.
struct Utf8Character {
  char32_t code;
  size_t size;
};

// Nothing if `text` is empty or does not begin with well-formed UTF-8 (RFC 3629: no overlong form,
// no surrogate, nothing above U+10FFFF).
std::optional<Utf8Character> FirstCharacter(std::string_view text);

// At most `max_characters` characters of the text, with U+FFFD for every byte that is not UTF-8 and
// "…" as the last one if something was cut off.
std::string PrintableExcerpt(std::string_view text, size_t max_characters);

// INVALID_ARGUMENT FIELD_INVALID for `field` unless the value is valid UTF-8 of at most
// `max_characters` Unicode characters (not bytes), without blanks (white space and what shows
// as little, such as U+3000 and U+200B) at its ends and without control characters other than \n
// and \t. An empty value is only refused if the field is `required`.
absl::Status CheckText(std::string_view value, std::string_view field, int max_characters,
                       bool required);

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_TEXT_H_
