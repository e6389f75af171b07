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

using indicator::v1::Member;

constexpr Reason kMemberHoldsNoPost{"MEMBER_HOLDS_NO_POST", absl::StatusCode::kFailedPrecondition,
                                    "人员 {member} 没有任职,请用 --unit 和 --role 指明",
                                    "Member {member} holds no post: give --unit and --role."};

constexpr absl::Duration kLookUpLife = absl::Minutes(1);

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

absl::StatusOr<common::v1::Role> ParseRole(const std::string& name) {
  common::v1::Role role = common::v1::ROLE_UNSPECIFIED;
  if (!common::v1::Role_Parse(name, &role) || role == common::v1::ROLE_UNSPECIFIED) {
    return FieldInvalid("--role", "没有这个角色 " + name, "there is no role " + name);
  }
  return role;
}

// The member's latest post as the directory has it, asked for in the name of an administrator whose
// token the same key signs.
absl::StatusOr<Member::Post> LatestPost(Settings settings, const TokenSigner& signer,
                                        const std::string& name) {
  settings.token = signer.Sign(ClaimsOf({.role = common::v1::ADMIN}, kLookUpLife), MachineNow());
  DUBAN_ASSIGN_OR_RETURN(const auto connection, Connection::Open(settings));
  indicator::v1::GetMemberRequest request;
  request.set_name(name);
  DUBAN_ASSIGN_OR_RETURN(
      const Member member,
      connection->Call(connection->directory(), &indicator::v1::DirectoryService::Stub::GetMember,
                       request));
  if (member.deactivated() || member.posts().empty()) {
    return Error(kMemberHoldsNoPost).With("member", name).Build();
  }
  return *member.posts().rbegin();
}

// What the token shall say: what was given, and for a member the rest from the directory.
absl::StatusOr<TokenClaims> ClaimsAskedFor(const Settings& settings, const TokenSigner& signer,
                                           const SignArguments& arguments, absl::Duration life) {
  Actor actor;
  actor.unit = FullName("units", arguments.unit);
  actor.member = FullName("members", arguments.member);
  const bool role_given = !arguments.role.empty();
  if (role_given) {
    DUBAN_ASSIGN_OR_RETURN(actor.role, ParseRole(arguments.role));
  } else if (actor.member.empty()) {
    return FieldInvalid("--role", "未给出 --member 时必须给出", "is required without --member");
  }
  if (actor.member.empty() || (role_given && !actor.unit.empty())) return ClaimsOf(actor, life);
  DUBAN_ASSIGN_OR_RETURN(const Member::Post post, LatestPost(settings, signer, actor.member));
  if (actor.unit.empty()) actor.unit = post.unit();
  TokenClaims claims = ClaimsOf(actor, life);
  if (!role_given) {
    claims.roles.clear();
    for (const int role : post.roles()) claims.roles.push_back(common::v1::Role(role));
  }
  return claims;
}

absl::Status SignToken(const Settings& given, const SignArguments& arguments) {
  absl::Duration life;
  if (!absl::ParseDuration(arguments.life, &life) || life <= absl::ZeroDuration() ||
      life > absl::Hours(24)) {
    return FieldInvalid("--ttl", "应为不超过24h的时长,如 1h",
                        "is not a duration up to 24h, such as 1h");
  }
  Settings settings = given;
  FillSettings(&settings);
  if (settings.key_file.empty()) {
    return FieldInvalid("--key-file", "未给出密钥文件", "names no key file");
  }
  DUBAN_ASSIGN_OR_RETURN(const auto signer, TokenSigner::Load(settings.key_file));
  DUBAN_ASSIGN_OR_RETURN(const TokenClaims claims,
                         ClaimsAskedFor(settings, *signer, arguments, life));
  std::cout << signer->Sign(claims, MachineNow()) << "\n";
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
  sign->add_option("--role", arguments->role, "角色 role, such as OFFICE");
  sign->add_option("--unit", arguments->unit, "单位 unit");
  sign->add_option("--member", arguments->member,
                   "人员 member, whose unit and roles the directory tells unless they are given");
  sign->add_option("--ttl", arguments->life, "有效期 life, up to 24h")->capture_default_str();
  sign->callback([&settings, arguments, chosen] {
    *chosen = [&settings, arguments] { return SignToken(settings, *arguments); };
  });
}

}  // namespace duban::ctl
