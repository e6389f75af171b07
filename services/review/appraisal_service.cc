#include "services/review/appraisal_service.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/server/list_query.h"
#include "duban/review/v1/appraisal_events.pb.h"
#include "services/review/appraisal_rules.h"
#include "services/review/session_rules.h"

namespace duban::review {
namespace {

using v1::Appraisal;

// True of those who see appraisals before they are published; units do not.
bool SeesDrafts(const server::CallContext& call) {
  const auto roles = {common::v1::OFFICE, common::v1::LEADER, common::v1::AUDITOR,
                      common::v1::ADMIN, common::v1::SERVICE};
  return std::any_of(roles.begin(), roles.end(),
                     [&](common::v1::Role role) { return call.identity.Has(role); });
}

}  // namespace

AppraisalService::AppraisalService(const server::Environment& environment, const Peers* peers,
                                   PlanSource* plans)
    : database_(environment.database),
      mutations_(environment.mutations),
      plans_(plans),
      facts_(environment.database, peers),
      audit_("review"),
      outbox_("review") {}

server::RpcService AppraisalService::Rpc() {
  return server::RpcService("duban.review.v1.AppraisalService")
      .Add("ComputeAppraisal", this, &AppraisalService::ComputeAppraisal)
      .Add("GetAppraisal", this, &AppraisalService::GetAppraisal)
      .Add("ListAppraisals", this, &AppraisalService::ListAppraisals)
      .Add("PublishAppraisal", this, &AppraisalService::PublishAppraisal);
}

absl::StatusOr<Appraisal> AppraisalService::ComputeAppraisal(
    server::CallContext& call, const v1::ComputeAppraisalRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<Appraisal>(call, request));
  if (first) return *first;
  DUBAN_ASSIGN_OR_RETURN(const v1::Session session, Appraised(call, request.session()));
  DUBAN_ASSIGN_OR_RETURN(const SessionName name, ParseSessionName(session.name(), "session"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, name.PlanName()));
  if (!plan->plan().has_scoring()) {
    return Error(kScoringRulesMissing).With("plan", name.PlanName()).Build();
  }
  DUBAN_ASSIGN_OR_RETURN(const AppraisalFacts facts, facts_.Gather(call.info, *plan, session));
  DUBAN_ASSIGN_OR_RETURN(const Appraisal computed,
                         ::duban::review::ComputeAppraisal(plan->plan().scoring(), facts));
  return mutations_->Run(call, request, [&](db::Transaction& tx) {
    return Replace(tx, call, {name.plan, name.session}, computed);
  });
}

absl::StatusOr<Appraisal> AppraisalService::GetAppraisal(server::CallContext& call,
                                                         const v1::GetAppraisalRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const AppraisalName name, ParseAppraisalName(request.name(), "name"));
  return Seen(call, name, database_->Read(call.deadline(), [&](db::Session& session) {
    return appraisals_.Get(session, name);
  }));
}

absl::StatusOr<v1::ListAppraisalsResponse> AppraisalService::ListAppraisals(
    server::CallContext& call, const v1::ListAppraisalsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(request.parent(), "plans/*", "parent"));
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery query, server::ParseListQuery(request, {}));
  DUBAN_ASSIGN_OR_RETURN(std::vector<Appraisal> appraisals,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return appraisals_.List(session, ids[0],
                                                   /*published_only=*/!SeesDrafts(call),
                                                   query.after, query.page_size + 1);
                         }));
  v1::ListAppraisalsResponse response;
  const bool more = appraisals.size() > static_cast<size_t>(query.page_size);
  if (more) appraisals.pop_back();
  for (Appraisal& appraisal : appraisals) *response.add_appraisals() = std::move(appraisal);
  if (more) {
    const std::string& last = response.appraisals(response.appraisals_size() - 1).name();
    response.set_next_page_token(server::MakePageToken(request, last.substr(last.rfind('/') + 1)));
  }
  return response;
}

absl::StatusOr<Appraisal> AppraisalService::PublishAppraisal(
    server::CallContext& call, const v1::PublishAppraisalRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const AppraisalName name, ParseAppraisalName(request.name(), "name"));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Appraisal> {
    DUBAN_ASSIGN_OR_RETURN(const Appraisal before,
                           Seen(call, name, appraisals_.GetForUpdate(tx, name)));
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
    DUBAN_ASSIGN_OR_RETURN(const Appraisal after,
                           PublishedBy(before, call.identity.subject, call.now()));
    DUBAN_RETURN_IF_ERROR(Write(tx, call, before, after));
    return after;
  });
}

absl::StatusOr<v1::Session> AppraisalService::Appraised(const server::CallContext& call,
                                                        const std::string& name) const {
  DUBAN_ASSIGN_OR_RETURN(const SessionName ids, ParseSessionName(name, "session"));
  DUBAN_ASSIGN_OR_RETURN(const std::optional<v1::Session> session,
                         database_->Read(call.deadline(), [&](db::Session& reader) {
                           return sessions_.Get(reader, ids.plan, ids.session);
                         }));
  if (!session) return Error(kSessionNotFound).With("session", name).Build();
  if (session->kind() != indicator::v1::CadenceRule::APPRAISAL) {
    return Error(kSessionNotAppraised).With("session", name).Build();
  }
  DUBAN_RETURN_IF_ERROR(CheckClosed(*session));
  return *session;
}

absl::StatusOr<Appraisal> AppraisalService::Seen(
    const server::CallContext& call, const AppraisalName& name,
    absl::StatusOr<std::optional<Appraisal>> found) const {
  if (!found.ok()) return found.status();
  const bool hidden =
      found->has_value() && (*found)->state() != Appraisal::PUBLISHED && !SeesDrafts(call);
  if (!found->has_value() || hidden) {
    return Error(kAppraisalNotFound).With("appraisal", name.ToString()).Build();
  }
  DUBAN_RETURN_IF_ERROR(CheckUnaltered(**found));
  return **std::move(found);
}

absl::StatusOr<Appraisal> AppraisalService::Replace(db::Transaction& tx,
                                                    const server::CallContext& call,
                                                    const AppraisalName& name,
                                                    const Appraisal& computed) const {
  DUBAN_ASSIGN_OR_RETURN(const std::optional<Appraisal> found, appraisals_.GetForUpdate(tx, name));
  const Appraisal before = found.value_or(Appraisal());
  DUBAN_RETURN_IF_ERROR(CheckNotPublished(before));
  Appraisal after = computed;
  after.set_name(name.ToString());
  after.set_state(Appraisal::COMPUTED);
  after.set_revision(before.revision() + 1);
  after.set_etag(MakeEtag(after.revision()));
  *after.mutable_update_time() = ToTimestamp(call.now());
  *after.mutable_create_time() = found ? before.create_time() : after.update_time();
  DUBAN_RETURN_IF_ERROR(Write(tx, call, before, after));
  return after;
}

absl::Status AppraisalService::Write(db::Transaction& tx, const server::CallContext& call,
                                     const Appraisal& before, const Appraisal& after) const {
  DUBAN_RETURN_IF_ERROR(appraisals_.Write(tx, after));
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after.name(), before, after));
  const std::string plan = after.name().substr(0, after.name().find("/appraisals/"));
  const EventSubject subject = {after.name(), after.revision(), plan, ""};
  if (after.state() == Appraisal::PUBLISHED) {
    v1::AppraisalPublished event;
    event.set_period(after.period());
    event.set_digest(after.digest());
    return outbox_.Append(tx, "duban.review.appraisal.published", subject, event, call.now());
  }
  v1::AppraisalComputed event;
  event.set_period(after.period());
  return outbox_.Append(tx, "duban.review.appraisal.computed", subject, event, call.now());
}

}  // namespace duban::review
