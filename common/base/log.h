#ifndef DUBAN_COMMON_BASE_LOG_H_
#define DUBAN_COMMON_BASE_LOG_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"

namespace duban {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// One field of a log line.
using LogField = std::pair<std::string_view, std::string>;

// Names the process in every line and sets the lowest level written. Lines go to standard error,
// one JSON object each: time, level, service, message, then the fields. Call once in main; until
// then lines have no service and the lowest level is info.
void StartLog(std::string_view service, LogLevel lowest);

// "debug", "info", "warning" or "error"; false for any other text.
bool ParseLogLevel(std::string_view text, LogLevel* level);

// The line that Log writes, without its line feed: invalid UTF-8 in a value is replaced, control
// characters are escaped, a field named like one of the first four is left out.
std::string FormatLogLine(absl::Time time, LogLevel level, std::string_view service,
                          std::string_view message, std::initializer_list<LogField> fields);

// Writes one line, if the level is at least the lowest. Thread-safe.
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

inline void LogInfo(std::string_view message, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kInfo, message, fields);
}
inline void LogWarning(std::string_view message, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kWarning, message, fields);
}
inline void LogError(std::string_view message, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kError, message, fields);
}

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_LOG_H_
