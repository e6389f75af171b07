#include "common/base/text.h"

#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace duban {
namespace {

// White space, and what shows as little.
bool IsBlank(char32_t code) {
  return code == ' ' || (code >= '\t' && code <= '\r') || code == 0xA0 || code == 0x1680 ||
         (code >= 0x2000 && code <= 0x200F) || (code >= 0x2028 && code <= 0x202F) ||
         (code >= 0x205F && code <= 0x2064) || code == 0x3000 || code == 0xFEFF;
}

bool IsForbiddenControl(char32_t code) {
  if (code == '\n' || code == '\t') return false;
  return code < 0x20 || (code >= 0x7F && code <= 0x9F);
}

}  // namespace

std::optional<Utf8Character> FirstCharacter(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return Utf8Character{lead, 1};

  size_t size = 0;
  char32_t code = 0;
  char32_t lowest = 0;  // smaller codes have a shorter form
  if ((lead & 0xE0) == 0xC0) {
    size = 2, code = lead & 0x1F, lowest = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    size = 3, code = lead & 0x0F, lowest = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    size = 4, code = lead & 0x07, lowest = 0x10000;
  } else {
    return std::nullopt;
  }
  if (text.size() < size) return std::nullopt;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    code = (code << 6) | (byte(i) & 0x3F);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < lowest || code > 0x10FFFF || surrogate) return std::nullopt;
  return Utf8Character{code, size};
}

std::string PrintableExcerpt(std::string_view text, size_t max_characters) {
  std::string excerpt;
  size_t before_last = 0;  // where the last character that fits begins
  for (size_t characters = 0; !text.empty(); ++characters) {
    if (characters == max_characters) {
      excerpt.resize(before_last);
      excerpt += "…";
      break;
    }
    before_last = excerpt.size();
    const std::optional<Utf8Character> character = FirstCharacter(text);
    if (character) {
      excerpt += text.substr(0, character->size);
      text.remove_prefix(character->size);
    } else {
      excerpt += "\uFFFD";
      text.remove_prefix(1);
    }
  }
  return excerpt;
}

absl::Status CheckText(std::string_view value, std::string_view field, int max_characters,
                       bool required) {
  if (value.empty()) {
    return required ? FieldInvalid(field, "不能为空", "it must not be empty") : absl::OkStatus();
  }
  int characters = 0;
  for (std::string_view rest = value; !rest.empty(); ++characters) {
    const std::optional<Utf8Character> character = FirstCharacter(rest);
    if (!character) return FieldInvalid(field, "不是有效的UTF-8文本", "it is not valid UTF-8");
    rest.remove_prefix(character->size);
    const bool at_an_end = characters == 0 || rest.empty();
    if (at_an_end && IsBlank(character->code)) {
      return FieldInvalid(field, "首尾不能有空白", "it begins or ends with a blank");
    }
    if (IsForbiddenControl(character->code)) {
      return FieldInvalid(field, "含有控制字符", "it contains a control character");
    }
  }
  if (characters > max_characters) {
    return FieldInvalid(field, absl::StrCat("不能超过", max_characters, "个字符"),
                        absl::StrCat("it is longer than ", max_characters, " characters"));
  }
  return absl::OkStatus();
}

}  // namespace duban
