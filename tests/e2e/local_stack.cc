#include "tests/e2e/local_stack.h"

#include <signal.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/testing/test_database.h"
#include "common/testing/wait_until.h"
#include "duban/notification/v1/route_service.grpc.pb.h"
#include "duban/notification/v1/routing_document.pb.h"
#include "duban/notification/v1/template_service.grpc.pb.h"
#include "google/protobuf/util/json_util.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace duban::testing {
namespace {

std::string MakeFolder() {
  std::string folder = std::filesystem::temp_directory_path() / "duban-stack-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) abort();
  return folder;
}

std::shared_ptr<grpc::Channel> Connect(const std::string& target) {
  grpc::ChannelArguments arguments;
  // A killed service is back within moments; the default backoff would outwait the tests.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

std::string Loopback(int port) { return "127.0.0.1:" + std::to_string(port); }

// A file of deploy/ as a message.
template <typename Message>
Message Delivered(const std::string& file) {
  std::ifstream in(std::string(DUBAN_SOURCE_DIR) + "/deploy/" + file);
  std::ostringstream text;
  text << in.rdbuf();
  Message message;
  if (!google::protobuf::util::JsonStringToMessage(text.str(), &message).ok()) abort();
  return message;
}

bool Serves(const std::string& target) {
  const auto stub = grpc::health::v1::Health::NewStub(Connect(target));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(1));
  grpc::health::v1::HealthCheckResponse response;
  return stub->Check(&context, {}, &response).ok() &&
         response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
}

}  // namespace

LocalStack::LocalStack(const std::string& local_now, std::vector<std::string> extra_flags,
                       std::vector<std::string> submission_flags,
                       std::vector<std::string> review_flags, Replicas replicas,
                       std::vector<std::string> notification_flags)
    : folder_(MakeFolder()),
      local_now_(local_now),
      extra_flags_(std::move(extra_flags)),
      submission_flags_(std::move(submission_flags)),
      review_flags_(std::move(review_flags)),
      notification_flags_(std::move(notification_flags)),
      database_options_(TestServer::Get().NewSchema()),
      indicator_port_(FreePort()),
      submission_port_(FreePort()),
      review_port_(FreePort()),
      notification_port_(FreePort()) {
  if (replicas == Replicas::kTwo) {
    for (const char* service : {"indicator", "submission", "review", "notification"}) {
      second_ports_[service] = FreePort();
    }
  }
  std::ofstream(folder_ + "/password") << database_options_.password;
  std::ofstream(folder_ + "/secrets") << std::string(64, '5');
  if (!MakeDevelopmentKeys(folder_, "duban-local", "duban").ok()) abort();
  signer_ = *TokenSigner::Load(folder_ + "/key.jwk");
  notification_ = std::make_unique<Process>(Command("notification", notification_port_),
                                            folder_ + "/notification.log");
  StartAndWait(*notification_);
  indicator_ =
      std::make_unique<Process>(Command("indicator", indicator_port_), folder_ + "/indicator.log");
  StartAndWait(*indicator_);
  StartSubmission();
  review_ = std::make_unique<Process>(Command("review", review_port_), folder_ + "/review.log");
  StartAndWait(*review_);
  StartSeconds();
  calendars_ = review::v1::CalendarService::NewStub(Connect(review_target()));
  events_ = notification::v1::EventService::NewStub(Connect(notification_target()));
  database_ = *db::Database::Open(database_options_);
  plans_ = indicator::v1::PlanService::NewStub(Connect(indicator_target()));
  indicators_ = indicator::v1::IndicatorService::NewStub(Connect(indicator_target()));
  directory_ = indicator::v1::DirectoryService::NewStub(Connect(indicator_target()));
}

void LocalStack::StartSeconds() {
  for (const auto& [service, port] : second_ports_) {
    std::unique_ptr<Process>& second = seconds_[service];
    second = std::make_unique<Process>(Command(service, port), folder_ + "/" + service + "-2.log");
    StartAndWait(*second);
  }
}

// With stubs of its own, since the channels to one that stopped would wait before they try again.
void LocalStack::StartSubmission() {
  submission_ = std::make_unique<Process>(Command("submission", submission_port_),
                                          folder_ + "/submission.log");
  StartAndWait(*submission_);
  const auto channel = Connect(submission_target());
  reports_ = submission::v1::ReportService::NewStub(channel);
  progress_ = submission::v1::ProgressService::NewStub(channel);
  obligations_ = submission::v1::ObligationService::NewStub(channel);
  articles_ = submission::v1::ArticleService::NewStub(channel);
}

void LocalStack::RestartSubmissionAt(const std::string& local_now) {
  submission_->Signal(SIGTERM);
  if (submission_->Wait(25) != 0) {
    std::cerr << "the submission service does not drain:\n" << submission_->Output();
    abort();
  }
  local_now_ = local_now;
  StartSubmission();
}

void LocalStack::RestartNotificationAt(const std::string& local_now) {
  notification_->Signal(SIGTERM);
  if (notification_->Wait(25) != 0) {
    std::cerr << "the notification service does not drain:\n" << notification_->Output();
    abort();
  }
  local_now_ = local_now;
  notification_ = std::make_unique<Process>(Command("notification", notification_port_),
                                            folder_ + "/notification.log");
  StartAndWait(*notification_);
}

void LocalStack::RestartReviewAt(const std::string& local_now,
                                 const std::vector<std::string>& launcher) {
  review_->Signal(SIGTERM);
  if (review_->Wait(25) != 0) {
    std::cerr << "the review service does not drain:\n" << review_->Output();
    abort();
  }
  local_now_ = local_now;
  std::vector<std::string> command = launcher;
  for (std::string& word : Command("review", review_port_)) command.push_back(std::move(word));
  review_ = std::make_unique<Process>(std::move(command), folder_ + "/review.log");
  StartAndWait(*review_);
}

std::unique_ptr<Process> LocalStack::AddReview() {
  const int metrics_port = metrics_ports_.at("review");
  const int port = FreePort();
  auto replica = std::make_unique<Process>(Command("review", port),
                                           folder_ + "/review-" + std::to_string(port) + ".log");
  metrics_ports_["review"] = metrics_port;
  StartAndWait(*replica, "127.0.0.1:" + std::to_string(port));
  return replica;
}

absl::Status LocalStack::LoadCalendars() {
  const auto years = Delivered<review::v1::CalendarDocument>("plans/working-days-cn.json");
  for (const auto& year : years.calendars()) {
    review::v1::ImportCalendarRequest import;
    *import.mutable_calendar() = year;
    using Calendars = review::v1::CalendarService::Stub;
    DUBAN_RETURN_IF_ERROR(Call(calendars(), &Calendars::ImportCalendar, Office(), import).status());
  }
  return absl::OkStatus();
}

LocalStack::~LocalStack() {
  seconds_.clear();
  review_.reset();
  submission_.reset();
  indicator_.reset();
  notification_.reset();
  std::filesystem::remove_all(folder_);
}

std::vector<std::string> LocalStack::Command(const std::string& service, int port) {
  const int metrics_port = FreePort();
  if (!second_ports_.contains(service) || second_ports_.at(service) != port) {
    metrics_ports_[service] = metrics_port;
  }
  std::vector<std::string> command = {std::string(DUBAN_BIN_DIR) + "/duban-" + service,
                                      "--listen=127.0.0.1:" + std::to_string(port),
                                      "--metrics_listen=127.0.0.1:" + std::to_string(metrics_port),
                                      "--database_host=" + database_options_.host,
                                      "--database_port=" + std::to_string(database_options_.port),
                                      "--database_user=" + database_options_.user,
                                      "--database_password_file=" + folder_ + "/password",
                                      "--database_name=" + database_options_.schema,
                                      "--issuers_file=" + folder_ + "/issuers.json",
                                      "--service_key_file=" + folder_ + "/key.jwk",
                                      "--allow_development_issuer",
                                      "--migrate"};
  if (!local_now_.empty()) command.push_back("--local_now=" + local_now_);
  command.insert(command.end(), extra_flags_.begin(), extra_flags_.end());
  if (service == "submission") {
    command.push_back("--indicator_target=" + indicator_target());
  }
  if (service == "notification") {
    command.push_back("--indicator_target=" + indicator_target());
    command.push_back("--secrets_key_file=" + folder_ + "/secrets");
    command.push_back("--calendar_file=" + std::string(DUBAN_SOURCE_DIR) +
                      "/deploy/plans/working-days-cn.json");
    command.insert(command.end(), notification_flags_.begin(), notification_flags_.end());
  } else {
    command.push_back("--notification_target=" + notification_target());
  }
  if (service == "review") {
    command.push_back("--indicator_target=" + indicator_target());
    command.push_back("--submission_target=" + submission_target());
    command.insert(command.end(), review_flags_.begin(), review_flags_.end());
  }
  if (service == "submission") {
    command.insert(command.end(), submission_flags_.begin(), submission_flags_.end());
  }
  return command;
}

std::string LocalStack::indicator_target() const { return Target("indicator", indicator_port_); }
std::string LocalStack::submission_target() const { return Target("submission", submission_port_); }
std::string LocalStack::review_target() const { return Target("review", review_port_); }
std::string LocalStack::notification_target() const {
  return Target("notification", notification_port_);
}

std::string LocalStack::Target(const std::string& service, int port) const {
  const auto second = second_ports_.find(service);
  if (second == second_ports_.end()) return Loopback(port);
  return "ipv4:" + Loopback(port) + "," + Loopback(second->second);
}

int LocalStack::PortOf(const Process& process) const {
  for (const auto& [service, second] : seconds_) {
    if (second.get() == &process) return second_ports_.at(service);
  }
  return &process == indicator_.get()    ? indicator_port_
         : &process == submission_.get() ? submission_port_
         : &process == review_.get()     ? review_port_
                                         : notification_port_;
}

void LocalStack::StartAndWait(Process& process) {
  StartAndWait(process, Loopback(PortOf(process)));
}

void LocalStack::StartAndWait(Process& process, const std::string& target) {
  process.Start();
  if (WaitUntil(absl::Seconds(30), [&] { return Serves(target); })) return;
  std::cerr << "the service at " << target << " does not serve:\n" << process.Output();
  abort();
}

indicator::v1::PlanDocument LocalStack::LinxiangDocument() {
  return Delivered<indicator::v1::PlanDocument>("plans/linxiang-2024.json");
}

absl::Status LocalStack::LoadLinxiang(const std::string& name) {
  indicator::v1::ImportPlanRequest import;
  indicator::v1::PlanDocument& document = *import.mutable_document();
  document = LinxiangDocument();
  const size_t prefix = document.plan().name().size();
  document.mutable_plan()->set_name(name);
  for (auto& indicator : *document.mutable_indicators()) {
    indicator.set_name(name + indicator.name().substr(prefix));
  }
  using Plans = indicator::v1::PlanService::Stub;
  DUBAN_RETURN_IF_ERROR(Call(plans(), &Plans::ImportPlan, Office(), import).status());
  indicator::v1::PublishPlanRequest publish;
  publish.set_name(name);
  return Call(plans(), &Plans::PublishPlan, Office(), publish).status();
}

absl::Status LocalStack::LoadRouting() {
  const auto document = Delivered<notification::v1::RoutingDocument>("notification/routing.json");
  const auto channel = Connect(notification_target());
  const auto templates = notification::v1::TemplateService::NewStub(channel);
  for (const auto& one : document.templates()) {
    notification::v1::CreateTemplateRequest create;
    create.set_template_id(one.name().substr(one.name().find('/') + 1));
    *create.mutable_template_() = one;
    using Templates = notification::v1::TemplateService::Stub;
    DUBAN_RETURN_IF_ERROR(Call(*templates, &Templates::CreateTemplate, Office(), create).status());
  }
  const auto routes = notification::v1::RouteService::NewStub(channel);
  for (const auto& route : document.routes()) {
    notification::v1::CreateRouteRequest create;
    create.set_route_id(route.name().substr(route.name().find('/') + 1));
    *create.mutable_route() = route;
    using Routes = notification::v1::RouteService::Stub;
    DUBAN_RETURN_IF_ERROR(Call(*routes, &Routes::CreateRoute, Office(), create).status());
  }
  return absl::OkStatus();
}

absl::Status LocalStack::AddMember(const std::string& unit, common::v1::Role role,
                                   const std::string& id) {
  indicator::v1::CreateMemberRequest create;
  create.set_member_id(id);
  create.mutable_member()->set_display_name(id);
  auto& post = *create.mutable_member()->add_posts();
  post.set_unit("units/" + unit);
  post.add_roles(role);
  post.set_start_date("2024-01-01");
  using Directory = indicator::v1::DirectoryService::Stub;
  return Call(directory(), &Directory::CreateMember, Office(), create).status();
}

absl::Status LocalStack::AddLiaisons() {
  const indicator::v1::PlanDocument document = LinxiangDocument();
  for (const auto& unit : document.units()) {
    const std::string id = unit.name().substr(6);
    DUBAN_RETURN_IF_ERROR(AddMember(id, common::v1::REPORTER, "reporter-" + id));
  }
  return absl::OkStatus();
}

std::string LocalStack::Token(const CallerIdentity& caller) const {
  TokenClaims claims;
  claims.subject = "members/" + absl::AsciiStrToLower(common::v1::Role_Name(caller.role)) + "-" +
                   (caller.unit.empty() ? "nobody" : caller.unit);
  if (!caller.unit.empty()) claims.unit = "units/" + caller.unit;
  claims.roles = {caller.role};
  claims.life = absl::Hours(1);
  return signer_->Sign(claims, MachineNow());
}

void LocalStack::Authorize(grpc::ClientContext* context, const CallerIdentity& caller) const {
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  context->AddMetadata("authorization", "Bearer " + Token(caller));
}

int64_t LocalStack::CountRows(const std::string& table) {
  const auto rows = database().Read(MachineNow() + absl::Seconds(10), [&](db::Session& session) {
    return session.Query("SELECT COUNT(*) FROM " + table);
  });
  return rows->front().GetInt(0);
}

submission::v1::CreateReportRequest DraftOf(const std::string& indicator, const std::string& unit,
                                            const std::string& period,
                                            const common::v1::Measurement& measurement) {
  submission::v1::CreateReportRequest request;
  request.set_parent(kPlan);
  submission::v1::Report& report = *request.mutable_report();
  report.set_indicator(std::string(kPlan) + "/indicators/" + indicator);
  report.set_unit("units/" + unit);
  report.set_period(period);
  *report.mutable_measurement() = measurement;
  return request;
}

common::v1::Measurement Value(const std::string& value, const std::string& unit_of_measure) {
  common::v1::Measurement measurement;
  measurement.set_value(value);
  measurement.set_unit_of_measure(unit_of_measure);
  return measurement;
}

common::v1::Measurement Ratio(const std::string& value, const std::string& denominator,
                              const std::string& base_value, const std::string& base_denominator) {
  common::v1::Measurement measurement = Value(value, "亿元");
  measurement.set_denominator(denominator);
  measurement.set_base_value(base_value);
  measurement.set_base_denominator(base_denominator);
  return measurement;
}

}  // namespace duban::testing
