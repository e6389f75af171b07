#include <iostream>
#include <memory>

#include "common/base/status.h"
#include "google/protobuf/util/json_util.h"
#include "services/dubanctl/commands.h"
#include "services/dubanctl/connection.h"

namespace duban::ctl {
namespace {

using CalendarStub = review::v1::CalendarService::Stub;
using review::v1::Calendar;

struct CalendarArguments {
  std::string file;
  bool validate = false;
};

absl::StatusOr<review::v1::CalendarDocument> ReadCalendars(const std::string& file) {
  DUBAN_ASSIGN_OR_RETURN(const std::string json, ReadFile(file));
  review::v1::CalendarDocument document;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &document);
  if (status.ok()) return document;
  return Error(kFileInvalid).With("file", file).With("why", status.ToString()).Build();
}

void Print(const Calendar& calendar) {
  std::cout << calendar.name() << "  " << calendar.notice_number() << "  放假 off "
            << calendar.days_off_size() << "  调休 worked " << calendar.make_up_workdays_size()
            << "  etag " << calendar.etag() << "\n";
}

absl::Status Import(const Settings& settings, const CalendarArguments& arguments) {
  DUBAN_ASSIGN_OR_RETURN(const auto document, ReadCalendars(arguments.file));
  DUBAN_ASSIGN_OR_RETURN(const auto connection, Connection::Open(settings));
  for (const Calendar& calendar : document.calendars()) {
    review::v1::ImportCalendarRequest request;
    *request.mutable_calendar() = calendar;
    request.set_validate_only(arguments.validate);
    DUBAN_ASSIGN_OR_RETURN(
        const auto imported,
        connection->Call(connection->calendars(), &CalendarStub::ImportCalendar, request));
    Print(imported.calendar());
    for (const review::v1::SessionMove& move : imported.sessions()) {
      std::cout << "  " << move.session() << "  " << move.explanation() << "  ("
                << move.explanation_en() << ")\n";
    }
  }
  return absl::OkStatus();
}

absl::Status List(const Settings& settings) {
  DUBAN_ASSIGN_OR_RETURN(const auto connection, Connection::Open(settings));
  review::v1::ListCalendarsRequest request;
  do {
    DUBAN_ASSIGN_OR_RETURN(
        const auto page,
        connection->Call(connection->calendars(), &CalendarStub::ListCalendars, request));
    for (const Calendar& calendar : page.calendars()) Print(calendar);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace

void AddCalendarCommands(CLI::App& app, const Settings& settings, Command* chosen) {
  CLI::App* calendar = app.add_subcommand("calendar", "工作日历 working days");
  calendar->require_subcommand(1);
  auto arguments = std::make_shared<CalendarArguments>();
  CLI::App* import_file = calendar->add_subcommand("import", "导入 import years");
  import_file->add_option("FILE", arguments->file, "日历文件 years as JSON")->required();
  import_file->add_flag("--validate", arguments->validate,
                        "只检查 only tell what would move, change nothing");
  import_file->callback([&settings, arguments, chosen] {
    *chosen = [&settings, arguments] { return Import(settings, *arguments); };
  });
  CLI::App* list = calendar->add_subcommand("list", "列出 list the years");
  list->callback([&settings, chosen] { *chosen = [&settings] { return List(settings); }; });
}

}  // namespace duban::ctl
