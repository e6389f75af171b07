#include <iostream>
#include <memory>

#include "common/base/status.h"
#include "duban/notification/v1/routing_document.pb.h"
#include "google/protobuf/util/json_util.h"
#include "services/dubanctl/commands.h"
#include "services/dubanctl/connection.h"

namespace duban::ctl {
namespace {

using notification::v1::Route;
using notification::v1::RoutingDocument;
using notification::v1::Template;
using RouteStub = notification::v1::RouteService::Stub;
using TemplateStub = notification::v1::TemplateService::Stub;

struct RoutingArguments {
  std::string file;
  bool replace = false;
};

// What came of the resources of one sort.
struct Tally {
  int added = 0;
  int replaced = 0;
  int kept = 0;
};

absl::StatusOr<RoutingDocument> ReadRouting(const std::string& file) {
  DUBAN_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  RoutingDocument document;
  const auto status = google::protobuf::util::JsonStringToMessage(text, &document);
  if (status.ok()) return document;
  return Error(kFileInvalid).With("file", file).With("why", status.ToString()).Build();
}

std::string IdIn(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// Counts what was created, and says whether it is still to be written over.
absl::StatusOr<bool> Remains(const absl::Status& created, bool replace, Tally* tally) {
  if (created.ok()) ++tally->added;
  if (created.ok()) return false;
  if (!absl::IsAlreadyExists(created)) return created;
  ++(replace ? tally->replaced : tally->kept);
  return replace;
}

absl::Status AddTemplate(Connection& connection, const Template& one, bool replace, Tally* tally) {
  notification::v1::CreateTemplateRequest create;
  create.set_template_id(IdIn(one.name()));
  *create.mutable_template_() = one;
  const auto created =
      connection.Call(connection.templates(), &TemplateStub::CreateTemplate, create);
  DUBAN_ASSIGN_OR_RETURN(const bool remains, Remains(created.status(), replace, tally));
  if (!remains) return absl::OkStatus();
  notification::v1::UpdateTemplateRequest update;
  *update.mutable_template_() = one;
  return connection.Call(connection.templates(), &TemplateStub::UpdateTemplate, update).status();
}

absl::Status AddRoute(Connection& connection, const Route& one, bool replace, Tally* tally) {
  notification::v1::CreateRouteRequest create;
  create.set_route_id(IdIn(one.name()));
  *create.mutable_route() = one;
  const auto created = connection.Call(connection.routes(), &RouteStub::CreateRoute, create);
  DUBAN_ASSIGN_OR_RETURN(const bool remains, Remains(created.status(), replace, tally));
  if (!remains) return absl::OkStatus();
  notification::v1::UpdateRouteRequest update;
  *update.mutable_route() = one;
  return connection.Call(connection.routes(), &RouteStub::UpdateRoute, update).status();
}

void PrintTally(const char* what, const Tally& tally) {
  std::cout << what << "  新增 added " << tally.added << "  更新 replaced " << tally.replaced
            << "  保留 kept " << tally.kept << "\n";
}

absl::Status ImportRouting(const Settings& settings, const RoutingArguments& arguments) {
  DUBAN_ASSIGN_OR_RETURN(const RoutingDocument document, ReadRouting(arguments.file));
  DUBAN_ASSIGN_OR_RETURN(const auto connection, Connection::Open(settings));
  Tally templates;
  for (const Template& one : document.templates()) {
    DUBAN_RETURN_IF_ERROR(AddTemplate(*connection, one, arguments.replace, &templates));
  }
  Tally routes;
  for (const Route& one : document.routes()) {
    DUBAN_RETURN_IF_ERROR(AddRoute(*connection, one, arguments.replace, &routes));
  }
  PrintTally("模板 templates", templates);
  PrintTally("路由 routes", routes);
  return absl::OkStatus();
}

}  // namespace

void AddRoutingCommand(CLI::App& app, const Settings& settings, Command* chosen) {
  CLI::App* routing = app.add_subcommand("routing", "通知路由和模板 who is told of what, how");
  routing->require_subcommand(1);
  auto arguments = std::make_shared<RoutingArguments>();
  CLI::App* import_file = routing->add_subcommand("import", "导入 import templates and routes");
  import_file->add_option("FILE", arguments->file, "文件 templates and routes as JSON")->required();
  import_file->add_flag("--replace", arguments->replace,
                        "覆盖已有的 write over what is there already");
  import_file->callback([&settings, arguments, chosen] {
    *chosen = [&settings, arguments] { return ImportRouting(settings, *arguments); };
  });
}

}  // namespace duban::ctl
