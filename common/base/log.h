#ifndef DUBAN_COMMON_BASE_LOG_H_
#define DUBAN_COMMON_BASE_LOG_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace duban {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// One field of a log line.
using LogField = std::pair<std::string_view, std::string>;

// Names the process in every line and sets the lowest level written. Lines go to standard error,
// one JSON object each: time, level, service, message, then the fields. Call once in main.
void StartLog(std::string_view service, LogLevel lowest);

// "debug", "info", "warning" or "error"; false for any other text.
bool ParseLogLevel(std::string_view text, LogLevel* level);

// Writes one line. Invalid UTF-8 in a value is replaced, control characters are escaped.
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
