#ifndef DUBAN_SERVICES_SUBMISSION_SCOREBOARD_SHEET_H_
#define DUBAN_SERVICES_SUBMISSION_SCOREBOARD_SHEET_H_

#include <map>
#include <string>
#include <vector>

#include "common/workbook/workbook_writer.h"
#include "duban/submission/v1/progress.pb.h"

namespace duban::submission {

// A scoreboard on two sheets: 进度总表, a row for each line, its light as the cell's colour; and
// 单位对照, a row for each indicator and a column for each unit, each cell with completion and
// light. `unit_names` are the units' names by `units/{unit}`.
std::vector<workbook::Sheet> ScoreboardSheets(const v1::Scoreboard& board,
                                              const std::map<std::string, std::string>& unit_names);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_SCOREBOARD_SHEET_H_
