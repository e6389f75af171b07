#include "services/submission/evidence_service.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/submission/evidence_query.h"
#include "services/submission/evidence_rules.h"
#include "services/submission/plan_rules.h"
#include "services/submission/report_name.h"

namespace duban::submission {
namespace {

using v1::Evidence;

// As the caller sees it: a unit does not learn who else has the file.
Evidence Shown(const server::CallContext& call, Evidence evidence) {
  auto* sources = evidence.mutable_sources();
  sources->erase(std::remove_if(sources->begin(), sources->end(),
                                [&](const Evidence::Source& source) {
                                  return !call.CheckUnit(source.unit()).ok();
                                }),
                 sources->end());
  return evidence;
}

bool IsSource(const std::optional<Evidence>& evidence, const std::string& unit) {
  return evidence &&
         std::any_of(evidence->sources().begin(), evidence->sources().end(),
                     [&](const Evidence::Source& source) { return source.unit() == unit; });
}

}  // namespace

EvidenceService::EvidenceService(const server::Environment& environment, PlanCache* plans)
    : database_(environment.database),
      plans_(plans),
      blobs_(environment.database),
      uploads_(environment, &blobs_) {}

server::RpcService EvidenceService::Rpc() {
  return server::RpcService("duban.submission.v1.EvidenceService")
      .Add("UploadEvidence", this, &EvidenceService::UploadEvidence)
      .Add("GetUpload", this, &EvidenceService::GetUpload)
      .Add("DownloadEvidence", this, &EvidenceService::DownloadEvidence)
      .Add("GetEvidence", this, &EvidenceService::GetEvidence)
      .Add("ListEvidence", this, &EvidenceService::ListEvidence);
}

absl::StatusOr<Evidence> EvidenceService::UploadEvidence(
    server::CallContext& call, server::Reader<v1::UploadEvidenceRequest>& parts) {
  v1::UploadEvidenceRequest first;
  if (!parts.Read(&first)) return FieldInvalid("header", "必须提供", "it is required");
  const v1::EvidenceHeader& header = first.header();
  DUBAN_RETURN_IF_ERROR(call.CheckUnit(header.unit()));
  DUBAN_RETURN_IF_ERROR(CheckHeader(header));
  client::CallInfo step = call.info;
  step.deadline = StepDeadline(call);
  DUBAN_ASSIGN_OR_RETURN(const PlanPointer plan, plans_->Get(step, header.parent()));
  DUBAN_RETURN_IF_ERROR(CheckInForce(plan->plan()));
  const absl::Status swept = uploads_.Sweep(call);
  if (!swept.ok()) LogWarning("uploads not swept", {{"cause", swept.ToString()}});
  const EvidenceName name = {LastId(header.parent()), header.sha256()};
  DUBAN_ASSIGN_OR_RETURN(std::optional<Evidence> held,
                         database_->Read(StepDeadline(call), [&](db::Session& session) {
                           return evidence_.Get(session, name);
                         }));
  if (IsSource(held, header.unit())) return Shown(call, *std::move(held));
  DUBAN_ASSIGN_OR_RETURN(Evidence evidence, uploads_.Receive(call, header, parts));
  return Shown(call, std::move(evidence));
}

absl::StatusOr<v1::Upload> EvidenceService::GetUpload(server::CallContext& call,
                                                      const v1::GetUploadRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const EvidenceName name, ParseEvidenceName(request.name(), "name"));
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.unit(), "units/*", "unit").status());
  DUBAN_ASSIGN_OR_RETURN(const std::optional<UploadRow> row,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return evidence_.GetUpload(session, name, LastId(request.unit()));
                         }));
  if (!row || row->given_up || row->expire_time <= call.now()) {
    return Error(kUploadNotFound).With("evidence", request.name()).Build();
  }
  v1::Upload upload;
  upload.set_name(request.name());
  upload.set_unit(request.unit());
  upload.set_size(row->size);
  DUBAN_ASSIGN_OR_RETURN(const int64_t stored, blobs_.Size(call.deadline(), row->blob_id));
  upload.set_offset(stored);
  *upload.mutable_expire_time() = ToTimestamp(row->expire_time);
  return upload;
}

absl::Status EvidenceService::DownloadEvidence(
    server::CallContext& call, const v1::DownloadEvidenceRequest& request,
    server::Writer<v1::DownloadEvidenceResponse>& chunks) {
  DUBAN_ASSIGN_OR_RETURN(const EvidenceName name, ParseEvidenceName(request.name(), "name"));
  DUBAN_ASSIGN_OR_RETURN(const Evidence evidence, Seen(call, name));
  if (request.offset() < 0 || request.offset() > evidence.size()) {
    return FieldInvalid("offset", "应在0至文件大小之间", "it must be between 0 and the size");
  }
  DUBAN_ASSIGN_OR_RETURN(const std::optional<EvidenceFile> file,
                         database_->Read(StepDeadline(call), [&](db::Session& session) {
                           return evidence_.FindFile(session, name.sha256);
                         }));
  v1::DownloadEvidenceResponse chunk;
  for (int64_t offset = request.offset(); offset < evidence.size();) {
    DUBAN_ASSIGN_OR_RETURN(*chunk.mutable_chunk(),
                           blobs_.Read(StepDeadline(call), file->blob_id, offset));
    if (chunk.chunk().empty()) {
      return absl::DataLossError(absl::StrCat("bytes of blob ", file->blob_id, " are missing"));
    }
    chunk.set_offset(offset);
    if (!chunks.Write(chunk)) return chunks.status();
    offset += static_cast<int64_t>(chunk.chunk().size());
  }
  return absl::OkStatus();
}

absl::StatusOr<Evidence> EvidenceService::GetEvidence(server::CallContext& call,
                                                      const v1::GetEvidenceRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const EvidenceName name, ParseEvidenceName(request.name(), "name"));
  return Seen(call, name);
}

absl::StatusOr<v1::ListEvidenceResponse> EvidenceService::ListEvidence(
    server::CallContext& call, const v1::ListEvidenceRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const EvidenceQuery query, ParseEvidenceQuery(call, request));
  DUBAN_RETURN_IF_ERROR(plans_->Get(call.info, request.parent()).status());
  DUBAN_ASSIGN_OR_RETURN(
      std::vector<Evidence> evidence, database_->Read(call.deadline(), [&](db::Session& session) {
        return evidence_.List(session, query.filter, query.after, query.page_size + 1);
      }));
  return MakePage(request, query, std::move(evidence));
}

absl::StatusOr<Evidence> EvidenceService::Seen(const server::CallContext& call,
                                               const EvidenceName& name) {
  DUBAN_ASSIGN_OR_RETURN(std::optional<Evidence> found,
                         database_->Read(StepDeadline(call), [&](db::Session& session) {
                           return evidence_.Get(session, name);
                         }));
  if (found) *found = Shown(call, *std::move(found));
  if (!found || found->sources().empty()) {
    return call.HideExistence(Error(kEvidenceNotFound).With("evidence", name.ToString()));
  }
  return *std::move(found);
}

}  // namespace duban::submission
