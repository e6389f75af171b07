#ifndef DUBAN_SERVICES_DUBANCTL_CONNECTION_H_
#define DUBAN_SERVICES_DUBANCTL_CONNECTION_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/client/caller.h"
#include "common/identity/token.h"
#include "duban/indicator/v1/directory_service.grpc.pb.h"
#include "duban/indicator/v1/indicator_service.grpc.pb.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"
#include "duban/notification/v1/route_service.grpc.pb.h"
#include "duban/notification/v1/template_service.grpc.pb.h"
#include "duban/review/v1/calendar_service.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "duban/submission/v1/report_service.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "services/dubanctl/settings.h"

namespace duban::ctl {

inline constexpr Reason kNoCredentials{"NO_CREDENTIALS", absl::StatusCode::kUnauthenticated,
                                       "没有访问令牌:请用 --token 或环境变量 DUBAN_TOKEN 给出",
                                       "There is no token: give one by --token or DUBAN_TOKEN."};

// In whose name a call is made.
struct Actor {
  common::v1::Role role = common::v1::OFFICE;
  std::string unit;    // `units/{unit}` or empty
  std::string member;  // `members/{member}`; empty: named after unit and role
};

// The claims of a token for the actor.
TokenClaims ClaimsOf(const Actor& actor, absl::Duration life);

// Stubs of the services, and the tokens to call them with. A call takes at most 60 s.
class Connection {
 public:
  // Fills in the settings. NO_CREDENTIALS if they give neither a token nor a key; TLS_FILE_INVALID
  // if a file of certificates is unusable.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(Settings settings);

  // Calls `method` of a stub. With a given token (--token) every call is made in its name and the
  // actor does not matter; else a token for the actor is signed.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, const Actor& actor = {}) {
    grpc::ClientContext context;
    Prepare(actor, &context);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return client::FromGrpc(status);
    return response;
  }

  // Names of all units, by `units/{unit}`.
  absl::StatusOr<std::map<std::string, std::string>> UnitNames();

  // All indicators of a plan in the order of the document.
  absl::StatusOr<std::vector<indicator::v1::Indicator>> Indicators(const std::string& plan);

  indicator::v1::PlanService::Stub& plans() { return *plans_; }
  indicator::v1::IndicatorService::Stub& indicators() { return *indicators_; }
  indicator::v1::DirectoryService::Stub& directory() { return *directory_; }
  submission::v1::ReportService::Stub& reports() { return *reports_; }
  submission::v1::ProgressService::Stub& progress() { return *progress_; }
  review::v1::CalendarService::Stub& calendars() { return *calendars_; }
  notification::v1::TemplateService::Stub& templates() { return *templates_; }
  notification::v1::RouteService::Stub& routes() { return *routes_; }

 private:
  Connection(Settings settings, std::unique_ptr<TokenSigner> signer,
             const std::shared_ptr<grpc::ChannelCredentials>& credentials);

  void Prepare(const Actor& actor, grpc::ClientContext* context) const;

  Settings settings_;
  std::unique_ptr<TokenSigner> signer_;
  std::unique_ptr<indicator::v1::PlanService::Stub> plans_;
  std::unique_ptr<indicator::v1::IndicatorService::Stub> indicators_;
  std::unique_ptr<indicator::v1::DirectoryService::Stub> directory_;
  std::unique_ptr<submission::v1::ReportService::Stub> reports_;
  std::unique_ptr<submission::v1::ProgressService::Stub> progress_;
  std::unique_ptr<review::v1::CalendarService::Stub> calendars_;
  std::unique_ptr<notification::v1::TemplateService::Stub> templates_;
  std::unique_ptr<notification::v1::RouteService::Stub> routes_;
};

}  // namespace duban::ctl

#endif  // DUBAN_SERVICES_DUBANCTL_CONNECTION_H_
