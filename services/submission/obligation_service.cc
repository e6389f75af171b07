#include "services/submission/obligation_service.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/server/list_query.h"
#include "duban/submission/v1/obligation_events.pb.h"
#include "services/submission/obligation_opening.h"
#include "services/submission/obligation_query.h"
#include "services/submission/obligation_rules.h"
#include "services/submission/report_name.h"
#include "services/submission/reports.h"

namespace duban::submission {
namespace {

using indicator::v1::PlanHistory;
using v1::Obligation;

// With audit entry and event each, so that a transaction stays below 500 rows.
constexpr size_t kLinesAtOnce = 100;

// The obligation as its caller sees it.
Obligation Shown(const server::CallContext& call, const PlanHistory& plan, Obligation obligation) {
  SetComputed(plan.plan(), ActorOf(call), call.now(), &obligation);
  return obligation;
}

std::vector<OwedLine> Some(const std::vector<OwedLine>& lines, size_t first) {
  const auto begin = lines.begin() + static_cast<ptrdiff_t>(std::min(first, lines.size()));
  const auto end =
      lines.begin() + static_cast<ptrdiff_t>(std::min(first + kLinesAtOnce, lines.size()));
  return {begin, end};
}

void Add(const v1::OpenObligationsResponse& some, v1::OpenObligationsResponse* all) {
  all->set_existing(all->existing() + some.existing());
  all->set_created(all->created() + some.created());
  all->set_rescheduled(all->rescheduled() + some.rescheduled());
}

}  // namespace

ObligationService::ObligationService(const server::Environment& environment, PlanCache* plans)
    : database_(environment.database),
      mutations_(environment.mutations),
      plans_(plans),
      audit_("submission"),
      outbox_("submission") {}

server::RpcService ObligationService::Rpc() {
  return server::RpcService("duban.submission.v1.ObligationService")
      .Add("OpenObligations", this, &ObligationService::OpenObligations)
      .Add("GetObligation", this, &ObligationService::GetObligation)
      .Add("ListObligations", this, &ObligationService::ListObligations)
      .Add("RequestExtension", this, &ObligationService::RequestExtension)
      .Add("DecideExtension", this, &ObligationService::DecideExtension)
      .Add("WaiveObligation", this, &ObligationService::WaiveObligation)
      .Add("ReopenObligation", this, &ObligationService::ReopenObligation);
}

absl::StatusOr<v1::OpenObligationsResponse> ObligationService::OpenObligations(
    server::CallContext& call, const v1::OpenObligationsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first,
                         mutations_->FirstAnswer<v1::OpenObligationsResponse>(call, request));
  if (first) return *first;
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, request.parent()));
  DUBAN_ASSIGN_OR_RETURN(const Opening opening, ParseOpening(request, plan->plan()));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<OwedLine> lines,
                         OwedLines(*plan, opening.period, call.now()));
  const std::string id = LastId(request.parent());
  // The last transaction records the answer of all, so that a repeat of one that broke off comes to
  // every line again.
  v1::OpenObligationsResponse before;
  size_t next = 0;
  for (; next + kLinesAtOnce < lines.size(); next += kLinesAtOnce) {
    DUBAN_ASSIGN_OR_RETURN(const v1::OpenObligationsResponse some,
                           database_->RunInTransaction(call.deadline(), [&](db::Transaction& tx) {
                             return opening_.Open(tx, call, id, opening, Some(lines, next));
                           }));
    Add(some, &before);
  }
  return mutations_->Run(
      call, request, [&](db::Transaction& tx) -> absl::StatusOr<v1::OpenObligationsResponse> {
        DUBAN_ASSIGN_OR_RETURN(v1::OpenObligationsResponse response,
                               opening_.Open(tx, call, id, opening, Some(lines, next)));
        Add(before, &response);
        return response;
      });
}

absl::StatusOr<Obligation> ObligationService::GetObligation(
    server::CallContext& call, const v1::GetObligationRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ObligationName name, ParseObligationName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(
      Obligation obligation,
      Seen(call, name, database_->Read(call.deadline(), [&](db::Session& session) {
        return obligations_.Get(session, name);
      })));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  std::vector<Obligation> one = {Shown(call, *plan, std::move(obligation))};
  if (request.include_held()) {
    DUBAN_RETURN_IF_ERROR(database_->Read(call.deadline(), [&](db::Session& session) {
      return obligations_.AddHeld(session, name.plan, &one);
    }));
  }
  return std::move(one.front());
}

absl::StatusOr<v1::ListObligationsResponse> ObligationService::ListObligations(
    server::CallContext& call, const v1::ListObligationsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ObligationQuery query, ParseObligationQuery(call, request));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(call.info, request.parent()));
  v1::ListObligationsResponse response;
  std::vector<Obligation> page;
  bool more = false;
  const auto visit = [&](Obligation obligation) {
    const Fulfilment fulfilment = FulfilmentOf(obligation, call.now());
    if (!query.Takes(fulfilment)) return;
    Count(fulfilment, response.mutable_counts());
    if (LastId(obligation.name()) <= query.after) return;
    more = page.size() == static_cast<size_t>(query.page_size);
    if (!more) page.push_back(Shown(call, *plan, std::move(obligation)));
  };
  DUBAN_RETURN_IF_ERROR(database_->Read(call.deadline(), [&](db::Session& session) {
    return obligations_.ForEach(session, query.filter, visit);
  }));
  if (request.include_held()) {
    DUBAN_RETURN_IF_ERROR(database_->Read(call.deadline(), [&](db::Session& session) {
      return obligations_.AddHeld(session, query.filter.plan, &page);
    }));
  }
  response.mutable_counts();
  for (Obligation& obligation : page) response.add_obligations()->Swap(&obligation);
  if (more) {
    response.set_next_page_token(server::MakePageToken(
        request, LastId(response.obligations(response.obligations_size() - 1).name())));
  }
  return response;
}

absl::StatusOr<Obligation> ObligationService::RequestExtension(
    server::CallContext& call, const v1::RequestExtensionRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ObligationName name, ParseObligationName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const absl::Time wished,
                         ParseInstant(request.wished_due_time(), "wished_due_time"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Obligation> {
    DUBAN_ASSIGN_OR_RETURN(
        Obligation after,
        Write(tx, call, plan->plan(), name, request.etag(), [&](const Obligation& before) {
          return submission::RequestExtension(before, request.reason(), wished, plan->plan(),
                                              ActorOf(call), call.now());
        }));
    v1::ObligationExtensionRequested event;
    DescribeObligation(after, &event);
    event.set_requester(after.extension().requester());
    event.set_reason(after.extension().reason());
    *event.mutable_wished_due_time() = after.extension().wished_due_time();
    DUBAN_RETURN_IF_ERROR(
        Announce(tx, call, "duban.submission.obligation.extension_requested", after, event));
    return Shown(call, *plan, std::move(after));
  });
}

absl::StatusOr<Obligation> ObligationService::DecideExtension(
    server::CallContext& call, const v1::DecideExtensionRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ObligationName name, ParseObligationName(request.name(), "name"));
  std::optional<absl::Time> due;
  if (request.has_due_time()) {
    if (!request.grant()) {
      return FieldInvalid("due_time", "不批准时不填", "a refusal has none");
    }
    DUBAN_ASSIGN_OR_RETURN(due, ParseInstant(request.due_time(), "due_time"));
  }
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Obligation> {
    DUBAN_ASSIGN_OR_RETURN(
        Obligation after,
        Write(tx, call, plan->plan(), name, request.etag(), [&](const Obligation& before) {
          return request.grant() ? GrantExtension(before, due, request.reason(), plan->plan(),
                                                  ActorOf(call), call.now())
                                 : RefuseExtension(before, request.reason(), plan->plan(),
                                                   ActorOf(call), call.now());
        }));
    v1::ObligationExtensionDecided event;
    DescribeObligation(after, &event);
    event.set_requester(after.extension().requester());
    event.set_granted(request.grant());
    *event.mutable_due_time() = after.due_time();
    event.set_reason(request.reason());
    DUBAN_RETURN_IF_ERROR(
        Announce(tx, call, "duban.submission.obligation.extension_decided", after, event));
    DUBAN_RETURN_IF_ERROR(TellIfMet(tx, call, after));
    return Shown(call, *plan, std::move(after));
  });
}

absl::StatusOr<Obligation> ObligationService::WaiveObligation(
    server::CallContext& call, const v1::WaiveObligationRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ObligationName name, ParseObligationName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Obligation> {
    DUBAN_ASSIGN_OR_RETURN(
        Obligation after,
        Write(tx, call, plan->plan(), name, request.etag(), [&](const Obligation& before) {
          return Waive(before, request.reason(), plan->plan(), ActorOf(call), call.now());
        }));
    v1::ObligationWaived event;
    DescribeObligation(after, &event);
    event.set_reason(request.reason());
    DUBAN_RETURN_IF_ERROR(Announce(tx, call, "duban.submission.obligation.waived", after, event));
    return Shown(call, *plan, std::move(after));
  });
}

absl::StatusOr<Obligation> ObligationService::ReopenObligation(
    server::CallContext& call, const v1::ReopenObligationRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const ObligationName name, ParseObligationName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const absl::Time until, ParseInstant(request.until_time(), "until_time"));
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, PlanOf(call, name));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Obligation> {
    DUBAN_ASSIGN_OR_RETURN(
        Obligation after,
        Write(tx, call, plan->plan(), name, request.etag(), [&](const Obligation& before) {
          return Reopen(before, request.reason(), until, plan->plan(), ActorOf(call), call.now());
        }));
    v1::ObligationReopened event;
    DescribeObligation(after, &event);
    event.set_reason(request.reason());
    *event.mutable_until_time() = after.reopening().until_time();
    DUBAN_RETURN_IF_ERROR(Announce(tx, call, "duban.submission.obligation.reopened", after, event));
    DUBAN_RETURN_IF_ERROR(TellIfMet(tx, call, after));
    return Shown(call, *plan, std::move(after));
  });
}

absl::StatusOr<PlanPointer> ObligationService::PlanOf(const server::CallContext& call,
                                                      const ObligationName& name) {
  absl::StatusOr<PlanPointer> plan = plans_->Get(call.info, name.PlanName());
  if (!absl::IsNotFound(plan.status())) return plan;
  return call.HideExistence(Error(kObligationNotFound).With("obligation", name.ToString()));
}

absl::StatusOr<Obligation> ObligationService::Seen(
    const server::CallContext& call, const ObligationName& name,
    absl::StatusOr<std::optional<Obligation>> found) const {
  if (!found.ok()) return found.status();
  if (!found->has_value()) {
    return call.HideExistence(Error(kObligationNotFound).With("obligation", name.ToString()));
  }
  DUBAN_RETURN_IF_ERROR(call.CheckUnit((*found)->unit()));
  return **std::move(found);
}

absl::StatusOr<Obligation> ObligationService::Write(
    db::Transaction& tx, const server::CallContext& call, const indicator::v1::Plan& plan,
    const ObligationName& name, const std::string& etag, const Change& change) const {
  DUBAN_ASSIGN_OR_RETURN(const Obligation before,
                         Seen(call, name, obligations_.GetForUpdate(tx, name)));
  DUBAN_RETURN_IF_ERROR(CheckEtag(etag, before.etag()));
  DUBAN_ASSIGN_OR_RETURN(Obligation after, change(before));
  DUBAN_RETURN_IF_ERROR(article_fulfilment_.Judge(tx, plan, call.now(), &after));
  DUBAN_RETURN_IF_ERROR(obligations_.Write(tx, {after}));
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after.name(), before, after));
  return after;
}

absl::Status ObligationService::TellIfMet(db::Transaction& tx, const server::CallContext& call,
                                          const Obligation& after) const {
  if (!after.indicator().empty() || !after.has_first_submit_time()) return absl::OkStatus();
  return article_fulfilment_.Tell(tx, call, after);
}

absl::Status ObligationService::Announce(db::Transaction& tx, const server::CallContext& call,
                                         std::string_view type, const Obligation& obligation,
                                         const google::protobuf::Message& event) const {
  DUBAN_ASSIGN_OR_RETURN(const ObligationName name, ParseObligationName(obligation.name(), "name"));
  return outbox_.Append(
      tx, type, {obligation.name(), obligation.revision(), name.PlanName(), obligation.unit()},
      event, call.now());
}

}  // namespace duban::submission
