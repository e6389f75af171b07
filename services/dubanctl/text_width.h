#ifndef DUBAN_SERVICES_DUBANCTL_TEXT_WIDTH_H_
#define DUBAN_SERVICES_DUBANCTL_TEXT_WIDTH_H_

#include <string>
#include <string_view>

namespace duban::ctl {

// Terminal columns that UTF-8 text takes: 2 for East Asian wide and fullwidth characters, 0 for
// combining marks and zero-width characters, 1 for any other. Characters of ambiguous width, such
// as “ and ·, count as 1. A byte that is not UTF-8 counts as 1.
int TextWidth(std::string_view text);

// The text if it fits into `columns`, else its beginning and "…" within them. `columns` ≥ 1.
std::string CutToWidth(std::string_view text, int columns);

}  // namespace duban::ctl

#endif  // DUBAN_SERVICES_DUBANCTL_TEXT_WIDTH_H_
