#include "services/notification/channels.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace duban::notification {
namespace {

absl::Status InvalidChannels(const std::string& file, const std::string& what) {
  return Error(kChannelsInvalid).With("file", file).With("what", what).Build();
}

std::optional<std::string> ReadWhole(const std::string& file) {
  std::ifstream stream(file);
  std::ostringstream content;
  if (!(content << stream.rdbuf())) return std::nullopt;
  return content.str();
}

// The secret in a file, without the line feed at its end; empty for no file.
absl::StatusOr<std::string> ReadSecret(const std::string& channels_file, const std::string& file) {
  if (file.empty()) return "";
  const std::optional<std::string> content = ReadWhole(file);
  if (!content) {
    return InvalidChannels(channels_file, absl::StrCat("the file ", file, " is empty or missing"));
  }
  return std::string(absl::StripAsciiWhitespace(*content));
}

}  // namespace

absl::StatusOr<LoadedChannels> LoadedChannels::Load(const std::string& file) {
  LoadedChannels loaded;
  if (file.empty()) return loaded;
  const std::optional<std::string> content = ReadWhole(file);
  if (!content) return InvalidChannels(file, "it is empty or missing");
  absl::StatusOr<Channels> channels = ParseChannels(*content);
  if (!channels.ok()) return InvalidChannels(file, std::string(channels.status().message()));
  for (MailServer& server : channels->mail) {
    DUBAN_ASSIGN_OR_RETURN(loaded.mail_password_, ReadSecret(file, server.password_file));
    loaded.mail_ = std::move(server);
  }
  for (Provider& provider : channels->providers) {
    LoadedProvider ready;
    DUBAN_ASSIGN_OR_RETURN(ready.secret, ReadSecret(file, provider.secret_file));
    DUBAN_ASSIGN_OR_RETURN(ready.receipt_secret, ReadSecret(file, provider.receipt_secret_file));
    const v1::Channel channel = provider.channel;
    ready.provider = std::move(provider);
    loaded.providers_.emplace(channel, std::move(ready));
  }
  return loaded;
}

const LoadedChannels::LoadedProvider* LoadedChannels::ProviderOf(v1::Channel channel) const {
  const auto found = providers_.find(channel);
  return found == providers_.end() ? nullptr : &found->second;
}

const LoadedChannels::LoadedProvider* LoadedChannels::FindProvider(const std::string& name) const {
  for (const auto& [channel, provider] : providers_) {
    if (provider.provider.name == name) return &provider;
  }
  return nullptr;
}

}  // namespace duban::notification
