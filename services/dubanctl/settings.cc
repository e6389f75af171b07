#include "services/dubanctl/settings.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

namespace duban::ctl {
namespace {

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string EndpointsFile() {
  if (std::string named = FromEnvironment("DUBAN_ENDPOINTS"); !named.empty()) return named;
  std::error_code error;
  std::filesystem::path folder = std::filesystem::current_path(error);
  while (!error && !folder.empty()) {
    const auto file = folder / "deploy/local/state/endpoints.env";
    if (std::filesystem::exists(file, error)) return file.string();
    if (folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  return "";
}

}  // namespace

std::map<std::string, std::string> ParseEndpoints(std::string_view text) {
  std::map<std::string, std::string> values;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const size_t equals = line.find('=');
    if (line.empty() || line.front() == '#' || equals == std::string::npos) continue;
    values[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return values;
}

void FillSettings(Settings* settings) {
  std::map<std::string, std::string> file;
  if (const std::string name = EndpointsFile(); !name.empty()) {
    if (const auto text = ReadFile(name); text.ok()) file = ParseEndpoints(*text);
  }
  const auto fill = [&](std::string* value, const char* key, const char* otherwise) {
    if (value->empty()) *value = FromEnvironment(key);
    if (value->empty() && file.contains(key)) *value = file[key];
    if (value->empty()) *value = otherwise;
  };
  fill(&settings->indicator, "DUBAN_INDICATOR", "127.0.0.1:7001");
  fill(&settings->submission, "DUBAN_SUBMISSION", "127.0.0.1:7002");
  fill(&settings->review, "DUBAN_REVIEW", "127.0.0.1:7003");
  fill(&settings->notification, "DUBAN_NOTIFICATION", "127.0.0.1:7004");
  fill(&settings->token, "DUBAN_TOKEN", "");
  fill(&settings->key_file, "DUBAN_KEY_FILE", "");
  fill(&settings->tls.ca, "DUBAN_CA_FILE", "");
  fill(&settings->tls.certificate, "DUBAN_CERTIFICATE_FILE", "");
  fill(&settings->tls.key, "DUBAN_CERTIFICATE_KEY_FILE", "");
}

absl::StatusOr<std::string> ReadFile(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error(kFileUnreadable).With("file", file).Build();
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string FullName(std::string_view collection, const std::string& id) {
  const std::string prefix = std::string(collection) + "/";
  return id.empty() || id.starts_with(prefix) ? id : prefix + id;
}

}  // namespace duban::ctl
