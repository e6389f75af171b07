#include <iostream>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "services/dubanctl/commands.h"
#include "services/dubanctl/connection.h"

namespace duban::ctl {
namespace {

struct KeygenArguments {
  std::string directory;
  std::string issuer = "duban-local";
  std::string audience = "duban";
};

struct SignArguments {
  std::string role;
  std::string unit;
  std::string member;
  std::string life = "1h";
};

absl::Status SignToken(const Settings& given, const SignArguments& arguments) {
  Actor actor;
  if (!common::v1::Role_Parse(arguments.role, &actor.role) ||
      actor.role == common::v1::ROLE_UNSPECIFIED) {
    return FieldInvalid("--role", "没有这个角色 " + arguments.role,
                        "there is no role " + arguments.role);
  }
  absl::Duration life;
  if (!absl::ParseDuration(arguments.life, &life) || life <= absl::ZeroDuration() ||
      life > absl::Hours(24)) {
    return FieldInvalid("--ttl", "应为不超过24h的时长,如 1h",
                        "is not a duration up to 24h, such as 1h");
  }
  actor.unit = FullName("units", arguments.unit);
  actor.member = FullName("members", arguments.member);
  Settings settings = given;
  FillSettings(&settings);
  if (settings.key_file.empty()) {
    return FieldInvalid("--key-file", "未给出密钥文件", "names no key file");
  }
  DUBAN_ASSIGN_OR_RETURN(const auto signer, TokenSigner::Load(settings.key_file));
  std::cout << signer->Sign(ClaimsOf(actor, life), MachineNow()) << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddTokenCommands(CLI::App& app, const Settings& settings, Command* chosen) {
  CLI::App* token = app.add_subcommand("token", "访问令牌 development keys and tokens");
  token->require_subcommand(1);

  auto keys = std::make_shared<KeygenArguments>();
  CLI::App* keygen = token->add_subcommand("keygen", "生成开发密钥 make a development key pair");
  keygen->add_option("--dir", keys->directory, "存放目录 folder to put it in")->required();
  keygen->add_option("--issuer", keys->issuer, "签发者 issuer")->capture_default_str();
  keygen->add_option("--audience", keys->audience, "受众 audience")->capture_default_str();
  keygen->callback([keys, chosen] {
    *chosen = [keys] { return MakeDevelopmentKeys(keys->directory, keys->issuer, keys->audience); };
  });

  auto arguments = std::make_shared<SignArguments>();
  CLI::App* sign = token->add_subcommand("sign", "签发令牌 print a signed bearer token");
  sign->add_option("--role", arguments->role, "角色 role, such as OFFICE")->required();
  sign->add_option("--unit", arguments->unit, "单位 unit");
  sign->add_option("--member", arguments->member, "人员 member");
  sign->add_option("--ttl", arguments->life, "有效期 life, up to 24h")->capture_default_str();
  sign->callback([&settings, arguments, chosen] {
    *chosen = [&settings, arguments] { return SignToken(settings, *arguments); };
  });
}

}  // namespace duban::ctl
