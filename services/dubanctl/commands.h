#ifndef DUBAN_SERVICES_DUBANCTL_COMMANDS_H_
#define DUBAN_SERVICES_DUBANCTL_COMMANDS_H_

#include "CLI/CLI.hpp"
#include "services/dubanctl/settings.h"

namespace duban::ctl {

// Each adds its subcommands to the command line; the one that the user names is put into `chosen`.
// `settings` and `chosen` must outlive the app.
void AddPlanCommands(CLI::App& app, const Settings& settings, Command* chosen);      // plan …
void AddCalendarCommands(CLI::App& app, const Settings& settings, Command* chosen);  // calendar …
void AddRoutingCommand(CLI::App& app, const Settings& settings, Command* chosen);    // routing …
void AddBoardCommand(CLI::App& app, const Settings& settings, Command* chosen);      // board
void AddDemoCommand(CLI::App& app, const Settings& settings, Command* chosen);       // demo
void AddTokenCommands(CLI::App& app, const Settings& settings, Command* chosen);     // token …
void AddHealthCommand(CLI::App& app, const Settings& settings, Command* chosen);     // health

}  // namespace duban::ctl

#endif  // DUBAN_SERVICES_DUBANCTL_COMMANDS_H_
