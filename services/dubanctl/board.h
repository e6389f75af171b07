#ifndef DUBAN_SERVICES_DUBANCTL_BOARD_H_
#define DUBAN_SERVICES_DUBANCTL_BOARD_H_

#include <map>
#include <string>

#include "duban/submission/v1/progress.pb.h"

namespace duban::ctl {

// How a scoreboard is shown.
struct BoardView {
  std::string unit;           // `units/{unit}`: only its lines, with their city lines; empty: all
  bool all = false;           // also commitments for which nobody is responsible yet
  bool explanations = false;  // under each line, how its light came about
  bool colour = false;        // for a terminal
};

// 进度总表 as text: heading, table, and how many lines have which light. `unit_names` gives what to
// call `units/{unit}`; a unit that is not in it is shown by its id.
std::string RenderBoard(const submission::v1::Scoreboard& board,
                        const std::map<std::string, std::string>& unit_names,
                        const BoardView& view);

}  // namespace duban::ctl

#endif  // DUBAN_SERVICES_DUBANCTL_BOARD_H_
