#include "common/base/log.h"

#include <atomic>
#include <memory>

#include "common/base/clock.h"
#include "nlohmann/json.hpp"
#include "spdlog/logger.h"
#include "spdlog/sinks/stdout_sinks.h"

namespace duban {
namespace {

constexpr std::pair<LogLevel, std::string_view> kLevels[] = {{LogLevel::kDebug, "debug"},
                                                             {LogLevel::kInfo, "info"},
                                                             {LogLevel::kWarning, "warning"},
                                                             {LogLevel::kError, "error"}};

std::string_view NameOf(LogLevel level) {
  for (const auto& [candidate, name] : kLevels) {
    if (candidate == level) return name;
  }
  return "error";
}

struct Output {
  Output() : logger("duban", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::trace);  // the level was judged before the line was made
  }

  std::string service;
  std::atomic<LogLevel> lowest = LogLevel::kInfo;
  spdlog::logger logger;
};

// Never destroyed: threads may write until the process is gone.
Output& TheOutput() {
  static Output& output = *new Output;
  return output;
}

}  // namespace

void StartLog(std::string_view service, LogLevel lowest) {
  TheOutput().service = service;
  TheOutput().lowest = lowest;
}

bool ParseLogLevel(std::string_view text, LogLevel* level) {
  for (const auto& [candidate, name] : kLevels) {
    if (name != text) continue;
    *level = candidate;
    return true;
  }
  return false;
}

std::string FormatLogLine(absl::Time time, LogLevel level, std::string_view service,
                          std::string_view message, std::initializer_list<LogField> fields) {
  nlohmann::ordered_json line;
  line["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
  line["level"] = NameOf(level);
  line["service"] = service;
  line["message"] = message;
  for (const auto& [name, value] : fields) line.emplace(std::string(name), value);
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  Output& output = TheOutput();
  if (level < output.lowest) return;
  output.logger.log(spdlog::level::critical,
                    FormatLogLine(MachineNow(), level, output.service, message, fields));
}

}  // namespace duban
