#include <unistd.h>

#include <iostream>
#include <memory>

#include "common/base/status.h"
#include "services/dubanctl/board.h"
#include "services/dubanctl/commands.h"
#include "services/dubanctl/connection.h"

namespace duban::ctl {
namespace {

struct BoardArguments {
  std::string plan;
  std::string as_of_date;
  BoardView view;
};

absl::Status ShowBoard(const Settings& settings, const BoardArguments& arguments) {
  DUBAN_ASSIGN_OR_RETURN(const auto connection, Connection::Open(settings));
  submission::v1::GetScoreboardRequest request;
  request.set_plan(FullName("plans", arguments.plan));
  request.set_as_of_date(arguments.as_of_date);
  DUBAN_ASSIGN_OR_RETURN(
      const submission::v1::Scoreboard board,
      connection->Call(connection->progress(),
                       &submission::v1::ProgressService::Stub::GetScoreboard, request));
  DUBAN_ASSIGN_OR_RETURN(const auto names, connection->UnitNames());
  BoardView view = arguments.view;
  view.unit = FullName("units", view.unit);
  view.colour = isatty(STDOUT_FILENO) == 1;
  std::cout << RenderBoard(board, names, view);
  return absl::OkStatus();
}

}  // namespace

void AddBoardCommand(CLI::App& app, const Settings& settings, Command* chosen) {
  auto arguments = std::make_shared<BoardArguments>();
  CLI::App* board = app.add_subcommand("board", "进度总表 print a plan's scoreboard");
  board->add_option("PLAN", arguments->plan, "方案 plan")->required();
  board->add_option("--as-of", arguments->as_of_date, "截至日期 date to judge, YYYY-MM-DD");
  board->add_option("--unit", arguments->view.unit, "只看一个单位 one unit only");
  board->add_flag("--all", arguments->view.all,
                  "包括尚未落实单位的承诺 also commitments without a responsible unit");
  board->add_flag("--explain", arguments->view.explanations, "说明亮灯原因 say why each light");
  board->callback([&settings, arguments, chosen] {
    *chosen = [&settings, arguments] { return ShowBoard(settings, *arguments); };
  });
}

}  // namespace duban::ctl
