#include "services/dubanctl/text_width.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace duban::ctl {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode 15, East Asian Width W and F, neighbours merged.
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x2329, 0x232A},
    Range{0x23E9, 0x23EC},   Range{0x2614, 0x2615},   Range{0x26AA, 0x26AB},
    Range{0x2705, 0x2705},   Range{0x274C, 0x274C},   Range{0x2B1B, 0x2B1C},
    Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},
    Range{0x4E00, 0xA4CF},   Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE10, 0xFE19},   Range{0xFE30, 0xFE6F},
    Range{0xFF01, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF}, Range{0x1F7E0, 0x1F7EB}, Range{0x1F900, 0x1F9FF},
    Range{0x20000, 0x2FFFD}, Range{0x30000, 0x3FFFD},
};

constexpr std::array kZero = {
    Range{0x0300, 0x036F}, Range{0x200B, 0x200F}, Range{0x20D0, 0x20F0},   Range{0xFE00, 0xFE0F},
    Range{0xFE20, 0xFE2F}, Range{0xFEFF, 0xFEFF}, Range{0xE0100, 0xE01EF},
};

template <size_t N>
bool In(const std::array<Range, N>& ranges, char32_t character) {
  const auto* after =
      std::upper_bound(ranges.begin(), ranges.end(), character,
                       [](char32_t value, const Range& range) { return value < range.first; });
  return after != ranges.begin() && character <= std::prev(after)->last;
}

int WidthOf(char32_t character) {
  if (In(kZero, character)) return 0;
  return In(kWide, character) ? 2 : 1;
}

// Takes the first character off `text`; a broken sequence gives its first byte as one character.
char32_t TakeCharacter(std::string_view* text) {
  const auto lead = static_cast<uint8_t>(text->front());
  size_t length = 1;
  char32_t character = lead;
  if (lead >= 0xF0 && lead < 0xF8) {
    length = 4;
    character = lead & 0x07;
  } else if (lead >= 0xE0 && lead < 0xF0) {
    length = 3;
    character = lead & 0x0F;
  } else if (lead >= 0xC0 && lead < 0xE0) {
    length = 2;
    character = lead & 0x1F;
  }
  for (size_t i = 1; i < length; ++i) {
    if (i >= text->size() || (static_cast<uint8_t>((*text)[i]) & 0xC0) != 0x80) {
      text->remove_prefix(1);
      return '?';
    }
    character = (character << 6) | (static_cast<uint8_t>((*text)[i]) & 0x3F);
  }
  text->remove_prefix(length);
  return character;
}

}  // namespace

int TextWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) width += WidthOf(TakeCharacter(&text));
  return width;
}

std::string CutToWidth(std::string_view text, int columns) {
  if (TextWidth(text) <= columns) return std::string(text);
  std::string_view rest = text;
  int width = 1;  // of the ellipsis
  size_t kept = 0;
  while (!rest.empty()) {
    width += WidthOf(TakeCharacter(&rest));
    if (width > columns) break;
    kept = text.size() - rest.size();
  }
  return std::string(text.substr(0, kept)) + "…";
}

}  // namespace duban::ctl
