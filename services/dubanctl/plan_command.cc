#include <iostream>
#include <memory>

#include "common/base/status.h"
#include "google/protobuf/util/json_util.h"
#include "services/dubanctl/commands.h"
#include "services/dubanctl/connection.h"
#include "services/dubanctl/plan_text.h"

namespace duban::ctl {
namespace {

using indicator::v1::Plan;
using indicator::v1::PlanDocument;
using PlanStub = indicator::v1::PlanService::Stub;

struct ImportArguments {
  std::string file;
  bool publish = false;
  bool replace_draft = false;
  bool unless_published = false;
};

absl::StatusOr<PlanDocument> ReadDocument(const std::string& file) {
  DUBAN_ASSIGN_OR_RETURN(const std::string json, ReadFile(file));
  PlanDocument document;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &document);
  if (!status.ok()) {
    return Error(kFileInvalid).With("file", file).With("why", status.ToString()).Build();
  }
  return document;
}

absl::StatusOr<Plan> GetPlan(Connection& connection, const std::string& name) {
  indicator::v1::GetPlanRequest request;
  request.set_name(name);
  return connection.Call(connection.plans(), &PlanStub::GetPlan, request);
}

void PrintState(const Plan& plan) {
  std::cout << plan.name() << " " << StateText(plan.state()) << "  "
            << Plan::State_Name(plan.state()) << "\n";
}

absl::Status Validate(const Settings& settings, const ImportArguments& arguments) {
  DUBAN_ASSIGN_OR_RETURN(PlanDocument document, ReadDocument(arguments.file));
  DUBAN_ASSIGN_OR_RETURN(const auto connection, Connection::Open(settings));
  indicator::v1::ImportPlanRequest request;
  *request.mutable_document() = document;
  request.set_validate_only(true);
  request.set_replace_draft(arguments.replace_draft);
  DUBAN_RETURN_IF_ERROR(
      connection->Call(connection->plans(), &PlanStub::ImportPlan, request).status());
  std::cout << "方案有效:" << document.units_size() << "个单位," << document.indicators_size()
            << "项指标  (valid: " << document.units_size() << " units, "
            << document.indicators_size() << " indicators)\n";
  return absl::OkStatus();
}

absl::StatusOr<Plan> Publish(Connection& connection, const Plan& plan) {
  indicator::v1::PublishPlanRequest request;
  request.set_name(plan.name());
  request.set_etag(plan.etag());
  return connection.Call(connection.plans(), &PlanStub::PublishPlan, request);
}

absl::Status Import(const Settings& settings, const ImportArguments& arguments) {
  DUBAN_ASSIGN_OR_RETURN(PlanDocument document, ReadDocument(arguments.file));
  DUBAN_ASSIGN_OR_RETURN(const auto connection, Connection::Open(settings));
  if (arguments.unless_published) {
    const absl::StatusOr<Plan> there = GetPlan(*connection, document.plan().name());
    if (!there.ok() && !absl::IsNotFound(there.status())) return there.status();
    if (there.ok() && there->state() != Plan::DRAFT) {
      PrintState(*there);
      return absl::OkStatus();
    }
  }
  indicator::v1::ImportPlanRequest request;
  request.mutable_document()->Swap(&document);
  request.set_replace_draft(arguments.replace_draft);
  DUBAN_ASSIGN_OR_RETURN(Plan plan,
                         connection->Call(connection->plans(), &PlanStub::ImportPlan, request));
  if (arguments.publish) {
    DUBAN_ASSIGN_OR_RETURN(plan, Publish(*connection, plan));
  }
  PrintState(plan);
  return absl::OkStatus();
}

absl::Status Show(const Settings& settings, const std::string& name) {
  DUBAN_ASSIGN_OR_RETURN(const auto connection, Connection::Open(settings));
  DUBAN_ASSIGN_OR_RETURN(const Plan plan, GetPlan(*connection, FullName("plans", name)));
  DUBAN_ASSIGN_OR_RETURN(const auto indicators, connection->Indicators(plan.name()));
  DUBAN_ASSIGN_OR_RETURN(const auto units, connection->UnitNames());
  std::cout << RenderPlan(plan, indicators, units);
  return absl::OkStatus();
}

}  // namespace

void AddPlanCommands(CLI::App& app, const Settings& settings, Command* chosen) {
  CLI::App* plan = app.add_subcommand("plan", "方案 plans");
  plan->require_subcommand(1);
  auto arguments = std::make_shared<ImportArguments>();

  CLI::App* validate =
      plan->add_subcommand("validate", "检查方案文件 check a plan file, change nothing");
  validate->add_option("FILE", arguments->file, "方案文件 plan as JSON")->required();
  validate->add_flag("--replace-draft", arguments->replace_draft,
                     "视同替换草稿 as if it replaced the draft of the same name");
  validate->callback([&settings, arguments, chosen] {
    *chosen = [&settings, arguments] { return Validate(settings, *arguments); };
  });

  CLI::App* import_file = plan->add_subcommand("import", "导入方案 import a plan as a draft");
  import_file->add_option("FILE", arguments->file, "方案文件 plan as JSON")->required();
  import_file->add_flag("--publish", arguments->publish, "并发布 and publish it");
  import_file->add_flag("--replace-draft", arguments->replace_draft,
                        "替换同名草稿 replace the draft of the same name");
  import_file->add_flag("--unless-published", arguments->unless_published,
                        "已发布则不动 do nothing if it is published already");
  import_file->callback([&settings, arguments, chosen] {
    *chosen = [&settings, arguments] { return Import(settings, *arguments); };
  });

  CLI::App* show = plan->add_subcommand("show", "显示方案 show a plan and its indicators");
  auto name = std::make_shared<std::string>();
  show->add_option("PLAN", *name, "方案 plan")->required();
  show->callback(
      [&settings, name, chosen] { *chosen = [&settings, name] { return Show(settings, *name); }; });
}

}  // namespace duban::ctl
