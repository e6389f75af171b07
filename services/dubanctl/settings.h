#ifndef DUBAN_SERVICES_DUBANCTL_SETTINGS_H_
#define DUBAN_SERVICES_DUBANCTL_SETTINGS_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "common/tls/credentials.h"

namespace duban::ctl {

inline constexpr Reason kFileUnreadable{"FILE_UNREADABLE", absl::StatusCode::kNotFound,
                                        "无法读取文件 {file}", "Cannot read file {file}."};
inline constexpr Reason kFileInvalid{"FILE_INVALID", absl::StatusCode::kInvalidArgument,
                                     "文件 {file} 格式错误:{why}",
                                     "File {file} is invalid: {why}."};

// Where the services are and in whose name to call them.
struct Settings {
  std::string indicator;     // host:port
  std::string submission;    // host:port
  std::string review;        // host:port
  std::string notification;  // host:port
  std::string token;         // bearer token; empty: one is signed with key_file
  std::string key_file;      // private JWK of a development issuer; may be empty
  tls::PeerFiles tls;        // without an authority: the services are called without TLS
};

// What a subcommand does once the command line is read.
using Command = std::function<absl::Status()>;

// Reads `KEY=VALUE` lines; blank lines and lines that begin with # are left out.
std::map<std::string, std::string> ParseEndpoints(std::string_view text);

// Fills what is still empty: from the environment, then from the nearest
// `deploy/local/state/endpoints.env` in the current folder or one above it (or the file that
// DUBAN_ENDPOINTS names), then with the default ports on this machine.
void FillSettings(Settings* settings);

// The file's content. NOT_FOUND FILE_UNREADABLE.
absl::StatusOr<std::string> ReadFile(const std::string& file);

// `{collection}/{id}`, given that or the bare id; empty stays empty.
std::string FullName(std::string_view collection, const std::string& id);

}  // namespace duban::ctl

#endif  // DUBAN_SERVICES_DUBANCTL_SETTINGS_H_
