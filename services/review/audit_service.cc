#include "services/review/audit_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/server/list_query.h"
#include "services/review/burden_rules.h"

namespace duban::review {
namespace {

constexpr int64_t kVerifiedAtOnce = 100'000;

absl::StatusOr<AuditQuery> QueryOf(const v1::ListAuditEntriesRequest& request,
                                   const server::ListQuery& query) {
  AuditQuery terms = {.actor = query.Filter("actor"),
                      .resource = query.Filter("resource"),
                      .outcome = query.Filter("outcome"),
                      .method = query.Filter("method"),
                      .service = query.Filter("service"),
                      .from = std::nullopt,
                      .to = std::nullopt};
  if (request.has_from_time()) {
    DUBAN_ASSIGN_OR_RETURN(terms.from, ParseTimestamp(request.from_time(), "from_time"));
  }
  if (request.has_to_time()) {
    DUBAN_ASSIGN_OR_RETURN(terms.to, ParseTimestamp(request.to_time(), "to_time"));
  }
  return terms;
}

// The number that a page token holds; 0 if there is none.
absl::StatusOr<int64_t> NumberOf(const std::string& after) {
  int64_t number = 0;
  if (after.empty() || absl::SimpleAtoi(after, &number)) return number;
  return Error(server::kPageTokenInvalid).Field("page_token").Build();
}

}  // namespace

AuditService::AuditService(const server::Environment& environment, const Peers* peers,
                           StatementKeys* keys)
    : database_(environment.database),
      verification_(environment.database, keys),
      burden_(environment.database, peers) {}

server::RpcService AuditService::Rpc() {
  return server::RpcService("duban.review.v1.AuditService")
      .Add("GetAuditEntry", this, &AuditService::GetAuditEntry)
      .Add("ListAuditEntries", this, &AuditService::ListAuditEntries)
      .Add("ListAuditDigests", this, &AuditService::ListAuditDigests)
      .Add("VerifyAudit", this, &AuditService::VerifyAudit)
      .Add("GetBurden", this, &AuditService::GetBurden);
}

absl::StatusOr<v1::AuditEntry> AuditService::GetAuditEntry(
    server::CallContext& call, const v1::GetAuditEntryRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         ParseResourceName(request.name(), "auditEntries/*", "name"));
  int64_t sequence = 0;
  if (!absl::SimpleAtoi(ids[0], &sequence)) {
    return FieldInvalid("name", "应为 auditEntries/{序号}", "it is auditEntries/{sequence}");
  }
  DUBAN_ASSIGN_OR_RETURN(std::optional<v1::AuditEntry> entry,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return audit_.Get(session, sequence);
                         }));
  if (!entry) return Error(kAuditEntryNotFound).With("sequence", ids[0]).Build();
  return *std::move(entry);
}

absl::StatusOr<v1::ListAuditEntriesResponse> AuditService::ListAuditEntries(
    server::CallContext& call, const v1::ListAuditEntriesRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(
      const server::ListQuery query,
      server::ParseListQuery(request, {"actor", "resource", "outcome", "method", "service"}));
  DUBAN_ASSIGN_OR_RETURN(const AuditQuery terms, QueryOf(request, query));
  DUBAN_ASSIGN_OR_RETURN(const int64_t after, NumberOf(query.after));
  DUBAN_ASSIGN_OR_RETURN(std::vector<v1::AuditEntry> entries,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return audit_.List(session, terms, after, query.page_size + 1);
                         }));
  v1::ListAuditEntriesResponse response;
  if (entries.size() > static_cast<size_t>(query.page_size)) {
    entries.pop_back();
    response.set_next_page_token(
        server::MakePageToken(request, absl::StrCat(entries.back().sequence())));
  }
  for (v1::AuditEntry& entry : entries) *response.add_audit_entries() = std::move(entry);
  DUBAN_ASSIGN_OR_RETURN(
      const int64_t unsealed,
      database_->Read(call.deadline(), [&](db::Session& session) -> absl::StatusOr<int64_t> {
        DUBAN_ASSIGN_OR_RETURN(const ChainEnds ends, chain_.Ends(session));
        return audit_.CountUnsealed(session, ends.horizon);
      }));
  response.set_unsealed(unsealed);
  return response;
}

absl::StatusOr<v1::ListAuditDigestsResponse> AuditService::ListAuditDigests(
    server::CallContext& call, const v1::ListAuditDigestsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery query, server::ParseListQuery(request, {}));
  std::optional<absl::Time> after;
  if (!query.after.empty()) {
    DUBAN_ASSIGN_OR_RETURN(const int64_t micros, NumberOf(query.after));
    after = absl::FromUnixMicros(micros);
  }
  DUBAN_ASSIGN_OR_RETURN(std::vector<v1::AuditDigest> digests,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return chain_.Digests(session, after, query.page_size + 1);
                         }));
  v1::ListAuditDigestsResponse response;
  if (digests.size() > static_cast<size_t>(query.page_size)) {
    digests.pop_back();
    const int64_t micros = absl::ToUnixMicros(FromTimestamp(digests.back().time()));
    response.set_next_page_token(server::MakePageToken(request, absl::StrCat(micros)));
  }
  for (v1::AuditDigest& digest : digests) *response.add_audit_digests() = std::move(digest);
  return response;
}

absl::StatusOr<v1::VerifyAuditResponse> AuditService::VerifyAudit(
    server::CallContext& call, const v1::VerifyAuditRequest& request) {
  return verification_.Verify(request, kVerifiedAtOnce, call.deadline());
}

absl::StatusOr<v1::Burden> AuditService::GetBurden(server::CallContext& call,
                                                   const v1::GetBurdenRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const BurdenInput input, burden_.Collect(call, request));
  return ComputeBurden(input);
}

}  // namespace duban::review
