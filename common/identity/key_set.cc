#include "common/identity/key_set.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status.h"

namespace duban {
namespace {

constexpr absl::Duration kLookInterval = absl::Seconds(1);

int64_t Nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

}  // namespace

KeySet::KeySet(std::string path, Algorithm algorithm)
    : path_(std::move(path)), algorithm_(algorithm) {}

absl::StatusOr<std::unique_ptr<KeySet>> KeySet::Load(const std::string& path, Algorithm algorithm) {
  std::unique_ptr<KeySet> set(new KeySet(path, algorithm));
  set->version_ = set->CurrentVersion();
  DUBAN_ASSIGN_OR_RETURN(set->keys_, set->Read());
  return set;
}

std::optional<Jwk> KeySet::Find(std::string_view id, absl::Time now) {
  const std::lock_guard lock(mutex_);
  LookIfDue(now);
  auto found = keys_.find(id);
  if (found == keys_.end()) {
    Look();
    found = keys_.find(id);
  }
  if (found == keys_.end()) return std::nullopt;
  return found->second;
}

int64_t KeySet::Generation(absl::Time now) {
  const std::lock_guard lock(mutex_);
  LookIfDue(now);
  return generation_;
}

void KeySet::LookIfDue(absl::Time now) {
  if (absl::AbsDuration(now - looked_) < kLookInterval) return;
  looked_ = now;
  Look();
}

void KeySet::Look() {
  // The version is taken before the content: a write in between shows as one more change.
  const Version version = CurrentVersion();
  if (version == version_) return;
  version_ = version;
  absl::StatusOr<Keys> keys = Read();
  if (!keys.ok()) {
    LogError("key file refused, the keys read before stay in force",
             {{"error", std::string(keys.status().message())}});
    return;
  }
  keys_ = *std::move(keys);
  ++generation_;
  LogInfo("key file read again", {{"file", path_}, {"keys", absl::StrCat(keys_.size())}});
}

KeySet::Version KeySet::CurrentVersion() const {
  struct stat file {};
  if (stat(path_.c_str(), &file) != 0) return {};
  return {static_cast<int64_t>(file.st_ino), file.st_size, Nanoseconds(file.st_mtim),
          Nanoseconds(file.st_ctim)};
}

absl::StatusOr<KeySet::Keys> KeySet::Read() const {
  const absl::StatusOr<Json> file = ReadStrictJson(path_);
  if (!file.ok()) return FileProblem(path_, std::string(file.status().message()));
  const auto listed = file->find("keys");
  if (listed == file->end() || !listed->is_array()) {
    return FileProblem(path_, "has no list \"keys\"");
  }
  Keys keys;
  for (size_t i = 0; i < listed->size(); ++i) {
    const Json& jwk = (*listed)[i];
    if (!Serves(jwk, algorithm_, kVerify)) continue;
    absl::StatusOr<Jwk> key = ParsePublicJwk(jwk, algorithm_);
    if (!key.ok()) {
      return FileProblem(path_, absl::StrCat("keys[", i, "] ", key.status().message()));
    }
    const std::string id = key->id;
    if (!keys.emplace(id, *std::move(key)).second) {
      return FileProblem(path_, absl::StrCat("has two keys of the id \"", id, "\""));
    }
  }
  if (keys.empty()) {
    return FileProblem(path_,
                       absl::StrCat("has no key for ", std::string(AlgorithmName(algorithm_))));
  }
  return keys;
}

}  // namespace duban
