#include "services/dubanctl/connection.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "grpcpp/create_channel.h"

namespace duban::ctl {
namespace {

constexpr int kPageSize = 1000;
constexpr absl::Duration kCallTime = absl::Seconds(60);
constexpr absl::Duration kTokenLife = absl::Minutes(5);

}  // namespace

TokenClaims ClaimsOf(const Actor& actor, absl::Duration life) {
  TokenClaims claims;
  claims.subject = actor.member;
  if (claims.subject.empty()) {
    const std::string role = absl::AsciiStrToLower(common::v1::Role_Name(actor.role));
    const std::string unit = actor.unit.substr(actor.unit.find('/') + 1);
    claims.subject = "members/" + (unit.empty() ? "local" : unit) + "-" + role;
    for (char& c : claims.subject) {
      if (c == '_') c = '-';
    }
  }
  claims.unit = actor.unit;
  if (actor.role == common::v1::SYSTEM && !actor.unit.empty()) claims.units = {actor.unit};
  claims.roles = {actor.role};
  claims.life = life;
  return claims;
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(Settings settings) {
  FillSettings(&settings);
  std::unique_ptr<TokenSigner> signer;
  if (settings.token.empty()) {
    if (settings.key_file.empty()) return Error(kNoCredentials).Build();
    DUBAN_ASSIGN_OR_RETURN(signer, TokenSigner::Load(settings.key_file));
  }
  DUBAN_ASSIGN_OR_RETURN(const auto credentials, tls::PeerCredentials(settings.tls));
  return std::unique_ptr<Connection>(
      new Connection(std::move(settings), std::move(signer), credentials));
}

Connection::Connection(Settings settings, std::unique_ptr<TokenSigner> signer,
                       const std::shared_ptr<grpc::ChannelCredentials>& credentials)
    : settings_(std::move(settings)), signer_(std::move(signer)) {
  const auto indicator = grpc::CreateChannel(settings_.indicator, credentials);
  const auto submission = grpc::CreateChannel(settings_.submission, credentials);
  plans_ = indicator::v1::PlanService::NewStub(indicator);
  indicators_ = indicator::v1::IndicatorService::NewStub(indicator);
  directory_ = indicator::v1::DirectoryService::NewStub(indicator);
  reports_ = submission::v1::ReportService::NewStub(submission);
  progress_ = submission::v1::ProgressService::NewStub(submission);
  calendars_ =
      review::v1::CalendarService::NewStub(grpc::CreateChannel(settings_.review, credentials));
  const auto notification = grpc::CreateChannel(settings_.notification, credentials);
  templates_ = notification::v1::TemplateService::NewStub(notification);
  routes_ = notification::v1::RouteService::NewStub(notification);
}

void Connection::Prepare(const Actor& actor, grpc::ClientContext* context) const {
  const std::string token = settings_.token.empty()
                                ? signer_->Sign(ClaimsOf(actor, kTokenLife), MachineNow())
                                : settings_.token;
  context->AddMetadata("authorization", "Bearer " + token);
  context->set_deadline(absl::ToChronoTime(MachineNow() + kCallTime));
}

absl::StatusOr<std::map<std::string, std::string>> Connection::UnitNames() {
  std::map<std::string, std::string> names;
  indicator::v1::ListUnitsRequest request;
  request.set_page_size(kPageSize);
  do {
    DUBAN_ASSIGN_OR_RETURN(
        const indicator::v1::ListUnitsResponse page,
        Call(directory(), &indicator::v1::DirectoryService::Stub::ListUnits, request));
    for (const auto& unit : page.units()) names[unit.name()] = unit.display_name();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return names;
}

absl::StatusOr<std::vector<indicator::v1::Indicator>> Connection::Indicators(
    const std::string& plan) {
  std::vector<indicator::v1::Indicator> all;
  indicator::v1::ListIndicatorsRequest request;
  request.set_parent(plan);
  request.set_page_size(kPageSize);
  do {
    DUBAN_ASSIGN_OR_RETURN(
        const indicator::v1::ListIndicatorsResponse page,
        Call(indicators(), &indicator::v1::IndicatorService::Stub::ListIndicators, request));
    all.insert(all.end(), page.indicators().begin(), page.indicators().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

}  // namespace duban::ctl
