#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/identity/jwk.h"
#include "common/identity/strict_json.h"
#include "common/identity/token.h"

namespace duban {
namespace {

absl::Status SystemProblem(const std::string& path) {
  return FileProblem(path, std::strerror(errno));
}

bool WriteAll(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(file, content.data(), content.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) content.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(file) == 0;
}

// Writes a file under its name only when it is whole, and only if there is none yet, so that of two
// runs at the same time both end up with the first one's.
absl::Status WriteNew(const std::string& path, const Json& content, mode_t mode) {
  const std::string draft = absl::StrCat(path, ".", getpid());
  const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file < 0) return SystemProblem(draft);
  const bool written = fchmod(file, mode) == 0 && WriteAll(file, content.dump(2) + "\n");
  const bool closed = close(file) == 0;
  const bool in_place =
      written && closed && (link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
  absl::Status status = in_place ? absl::OkStatus() : SystemProblem(path);
  unlink(draft.c_str());
  return status;
}

}  // namespace

absl::Status MakeDevelopmentKeys(const std::string& directory, std::string_view issuer,
                                 std::string_view audience) {
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  if (failure) return FileProblem(directory, failure.message());

  const std::string key_file = absl::StrCat(directory, "/key.jwk");
  if (!std::filesystem::exists(key_file)) {
    Json key = MakeEs256Jwk();
    key["iss"] = issuer;
    key["aud"] = audience;
    DUBAN_RETURN_IF_ERROR(WriteNew(key_file, key, 0600));
  }
  DUBAN_RETURN_IF_ERROR(TokenSigner::Load(key_file).status());

  // The key that is there decides, whoever made it: the other two files only describe it.
  const absl::StatusOr<Json> key = ReadStrictJson(key_file);
  if (!key.ok()) return FileProblem(key_file, std::string(key.status().message()));
  const Json key_set = {{"keys", Json::array({PublicPart(*key)})}};
  DUBAN_RETURN_IF_ERROR(WriteNew(absl::StrCat(directory, "/jwks.json"), key_set, 0644));
  Json roles = Json::array();  // SERVICE too: local services sign with the same key
  for (int role = common::v1::Role_MIN + 1; role <= common::v1::Role_MAX; ++role) {
    roles.push_back(common::v1::Role_Name(common::v1::Role(role)));
  }
  const Json issuers = Json::array({{{"issuer", (*key)["iss"]},
                                     {"audience", (*key)["aud"]},
                                     {"algorithm", (*key)["alg"]},
                                     {"jwks_file", "jwks.json"},
                                     {"roles", roles},
                                     {"development", true}}});
  return WriteNew(absl::StrCat(directory, "/issuers.json"), issuers, 0644);
}

}  // namespace duban
