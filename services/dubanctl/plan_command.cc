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

constexpr Reason kPlanInvalid{"PLAN_INVALID", absl::StatusCode::kInvalidArgument,
                              "方案有 {violations} 处不符合要求",
                              "The plan has {violations} violations."};

struct ImportArguments {
  std::string file;
  bool publish = false;
  bool replace_draft = false;
  std::string etag;
  bool unless_published = false;
};

absl::StatusOr<PlanDocument> ReadDocument(const std::string& file) {
  DUBAN_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  PlanDocument document;
  const auto status = google::protobuf::util::JsonStringToMessage(text, &document);
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
            << Plan::State_Name(plan.state()) << "  etag " << plan.etag() << "\n";
}

// Everything that the server found, as one failure.
absl::Status FailureOf(const indicator::v1::ImportPlanResponse& response) {
  Violations violations;
  for (const common::v1::Violation& found : response.violations()) {
    const Reason reason{found.reason(), absl::StatusCode::kInvalidArgument, found.text_zh(),
                        found.text_en()};
    violations.Add("", Error(reason).Field(found.path()));
  }
  if (response.violation_count() > response.violations_size()) {
    std::cout << "共" << response.violation_count() << "处,只列出前" << response.violations_size()
              << "处  (only the first " << response.violations_size() << " of "
              << response.violation_count() << " follow)\n";
  }
  return violations.ToStatus(kPlanInvalid, absl::StatusCode::kInvalidArgument);
}

absl::Status Validate(const Settings& settings, const ImportArguments& arguments) {
  DUBAN_ASSIGN_OR_RETURN(PlanDocument document, ReadDocument(arguments.file));
  DUBAN_ASSIGN_OR_RETURN(const auto connection, Connection::Open(settings));
  indicator::v1::ImportPlanRequest request;
  *request.mutable_document() = document;
  request.set_validate_only(true);
  request.set_replace_draft(arguments.replace_draft);
  DUBAN_ASSIGN_OR_RETURN(const auto response,
                         connection->Call(connection->plans(), &PlanStub::ImportPlan, request));
  DUBAN_RETURN_IF_ERROR(FailureOf(response));
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
  request.set_etag(arguments.etag);
  DUBAN_ASSIGN_OR_RETURN(const auto imported,
                         connection->Call(connection->plans(), &PlanStub::ImportPlan, request));
  Plan plan = imported.plan();
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
  import_file->add_option("--etag", arguments->etag,
                          "仅当草稿仍是此版本时替换 replace it only if this is still its etag");
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
