#include <iostream>

#include "services/dubanctl/commands.h"
#include "services/dubanctl/failure.h"

int main(int argc, char** argv) {
  CLI::App app{"督办命令行  Duban's command line"};
  duban::ctl::Settings settings;
  duban::ctl::Command chosen;
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--indicator", settings.indicator,
                 "指标服务地址 host:port of the indicator service (DUBAN_INDICATOR)");
  app.add_option("--submission", settings.submission,
                 "填报服务地址 host:port of the submission service (DUBAN_SUBMISSION)");
  app.add_option("--review", settings.review,
                 "督查服务地址 host:port of the review service (DUBAN_REVIEW)");
  app.add_option("--notification", settings.notification,
                 "通知服务地址 host:port of the notification service (DUBAN_NOTIFICATION)");
  app.add_option("--token", settings.token, "访问令牌 bearer token (DUBAN_TOKEN)");
  app.add_option("--key-file", settings.key_file,
                 "开发密钥,用于签发令牌 development key that signs one instead (DUBAN_KEY_FILE)");
  app.add_option("--ca-file", settings.tls.ca,
                 "服务证书的签发机构 authorities of the services' certificates; without it no TLS"
                 " (DUBAN_CA_FILE)");
  app.add_option("--certificate-file", settings.tls.certificate,
                 "向服务出示的证书 certificate to show to the services (DUBAN_CERTIFICATE_FILE)");
  app.add_option("--certificate-key-file", settings.tls.key,
                 "该证书的私钥 its private key (DUBAN_CERTIFICATE_KEY_FILE)");
  duban::ctl::AddPlanCommands(app, settings, &chosen);
  duban::ctl::AddCalendarCommands(app, settings, &chosen);
  duban::ctl::AddRoutingCommand(app, settings, &chosen);
  duban::ctl::AddBoardCommand(app, settings, &chosen);
  duban::ctl::AddDemoCommand(app, settings, &chosen);
  duban::ctl::AddTokenCommands(app, settings, &chosen);
  duban::ctl::AddHealthCommand(app, settings, &chosen);
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = chosen();
  if (status.ok()) return 0;
  std::cerr << duban::ctl::DescribeFailure(status);
  return 1;
}
