#include "services/submission/evidence_uploads.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/sha256.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/submission/evidence_rules.h"
#include "services/submission/file_type_rules.h"
#include "services/submission/report_name.h"

namespace duban::submission {
namespace {

using v1::Evidence;
using v1::EvidenceHeader;
using v1::UploadEvidenceRequest;

constexpr absl::Duration kStep = absl::Seconds(5);
// So many bytes are made durable together: fewer commits, and little to send again.
constexpr size_t kAppended = 256 << 10;
constexpr int kExpiredAtOnce = 16;
constexpr int64_t kHead = 16;

EvidenceName NameOf(const EvidenceHeader& header) {
  return {LastId(header.parent()), header.sha256()};
}

absl::Status GoOnFrom(int64_t offset) {
  return Error(kUploadOffsetMismatch).With("offset", std::to_string(offset));
}

absl::Status BytesMissing(const UploadRow& upload) {
  return absl::DataLossError(absl::StrCat("bytes of blob ", upload.blob_id, " are missing"));
}

}  // namespace

absl::Time StepDeadline(const server::CallContext& call) {
  return std::min(call.deadline(), MachineNow() + kStep);
}

EvidenceUploads::EvidenceUploads(const server::Environment& environment, BlobStore* blobs)
    : database_(environment.database), blobs_(blobs), audit_("submission") {}

absl::StatusOr<Evidence> EvidenceUploads::Receive(const server::CallContext& call,
                                                  const EvidenceHeader& header,
                                                  server::Reader<UploadEvidenceRequest>& parts) {
  DUBAN_ASSIGN_OR_RETURN(const UploadRow upload, Begin(call, header));
  DUBAN_ASSIGN_OR_RETURN(const int64_t stored, Append(call, upload, header.offset(), parts));
  if (stored < upload.size) {
    return Error(kUploadIncomplete)
        .With("size", std::to_string(upload.size))
        .With("offset", std::to_string(stored))
        .Build();
  }
  DUBAN_RETURN_IF_ERROR(Check(call, header, upload));
  return File(call, header, upload);
}

absl::StatusOr<UploadRow> EvidenceUploads::Begin(const server::CallContext& call,
                                                 const EvidenceHeader& header) {
  DUBAN_ASSIGN_OR_RETURN(const UploadRow upload, FindOrInsert(call, header));
  DUBAN_ASSIGN_OR_RETURN(const int64_t stored, blobs_->Size(StepDeadline(call), upload.blob_id));
  if (stored != header.offset()) return GoOnFrom(stored);
  DUBAN_ASSIGN_OR_RETURN(const bool kept,
                         database_->RunInTransaction(StepDeadline(call), [&](db::Transaction& tx) {
                           return evidence_.SetExpireTime(tx, upload, call.now() + kUploadLife);
                         }));
  if (!kept) return GoOnFrom(0);
  return upload;
}

absl::StatusOr<UploadRow> EvidenceUploads::FindOrInsert(const server::CallContext& call,
                                                        const EvidenceHeader& header) {
  const EvidenceName name = NameOf(header);
  const std::string unit = LastId(header.unit());
  const auto find = [&] {
    return database_->Read(StepDeadline(call), [&](db::Session& session) {
      return evidence_.GetUpload(session, name, unit);
    });
  };
  DUBAN_ASSIGN_OR_RETURN(std::optional<UploadRow> upload, find());
  if (upload && upload->size == header.size() && !upload->given_up) return *upload;
  // Of two sizes of one digest at least one is wrong, and the bytes begin anew.
  if (upload) DUBAN_RETURN_IF_ERROR(GiveUp(call, *upload));
  const UploadRow fresh = {name, unit, NewUuid7(call.now()), header.size(),
                           call.now() + kUploadLife};
  const absl::Status inserted = database_->RunInTransaction(
      StepDeadline(call), [&](db::Transaction& tx) { return evidence_.InsertUpload(tx, fresh); });
  if (!inserted.ok() && !db::IsDuplicate(inserted)) return inserted;
  DUBAN_ASSIGN_OR_RETURN(upload, find());  // its own, or that of a stream that began just now
  if (upload && upload->size == header.size()) return *upload;
  return GoOnFrom(0);
}

absl::StatusOr<int64_t> EvidenceUploads::Append(const server::CallContext& call,
                                                const UploadRow& upload, int64_t offset,
                                                server::Reader<UploadEvidenceRequest>& parts) {
  std::string pending;
  const auto flush = [&]() -> absl::Status {
    if (pending.empty()) return absl::OkStatus();
    DUBAN_ASSIGN_OR_RETURN(const bool appended,
                           blobs_->Append(StepDeadline(call), upload.blob_id, offset, pending));
    if (!appended) {
      DUBAN_ASSIGN_OR_RETURN(const int64_t stored,
                             blobs_->Size(StepDeadline(call), upload.blob_id));
      return GoOnFrom(stored);
    }
    offset += static_cast<int64_t>(pending.size());
    pending.clear();
    return absl::OkStatus();
  };
  UploadEvidenceRequest part;
  while (parts.Read(&part)) {
    if (!part.has_chunk()) {
      return FieldInvalid("header", "只能出现一次,位于最前", "it stands once, and first");
    }
    const int64_t received = offset + static_cast<int64_t>(pending.size());
    DUBAN_RETURN_IF_ERROR(CheckChunk(part.chunk(), received, upload.size));
    pending += part.chunk();
    if (pending.size() >= kAppended) DUBAN_RETURN_IF_ERROR(flush());
  }
  DUBAN_RETURN_IF_ERROR(flush());  // also what came before the stream broke
  DUBAN_RETURN_IF_ERROR(parts.status());
  return offset;
}

absl::Status EvidenceUploads::Check(const server::CallContext& call, const EvidenceHeader& header,
                                    const UploadRow& upload) {
  DUBAN_ASSIGN_OR_RETURN(const std::string digest, DigestOf(call, upload));
  DUBAN_ASSIGN_OR_RETURN(const std::string media_type, TypeOf(call, upload));
  const absl::Status checked = CheckContent(header, digest, media_type);
  if (!checked.ok()) DUBAN_RETURN_IF_ERROR(GiveUp(call, upload));
  return checked;
}

absl::StatusOr<std::string> EvidenceUploads::DigestOf(const server::CallContext& call,
                                                      const UploadRow& upload) {
  Sha256Hash hash;
  for (int64_t offset = 0; offset < upload.size;) {
    DUBAN_ASSIGN_OR_RETURN(const std::string bytes,
                           blobs_->Read(StepDeadline(call), upload.blob_id, offset));
    if (bytes.empty()) return BytesMissing(upload);
    hash.Add(bytes);
    offset += static_cast<int64_t>(bytes.size());
  }
  return std::string(absl::BytesToHexString(hash.Finish()));
}

absl::StatusOr<std::string> EvidenceUploads::TypeOf(const server::CallContext& call,
                                                    const UploadRow& upload) {
  DUBAN_ASSIGN_OR_RETURN(const std::string head,
                         ReadRange(call, upload, 0, std::min(kHead, upload.size)));
  const std::string_view type = TypeOfHead(head);
  if (type != kZipType) return std::string(type);
  const int64_t tail_size = std::min(kZipTail, upload.size);
  DUBAN_ASSIGN_OR_RETURN(const std::string tail,
                         ReadRange(call, upload, upload.size - tail_size, tail_size));
  const std::optional<ZipDirectory> place = FindZipDirectory(tail, upload.size);
  if (!place) return std::string();
  DUBAN_ASSIGN_OR_RETURN(const std::string directory,
                         ReadRange(call, upload, place->offset, place->size));
  return std::string(TypeOfZip(directory));
}

absl::StatusOr<std::string> EvidenceUploads::ReadRange(const server::CallContext& call,
                                                       const UploadRow& upload, int64_t offset,
                                                       int64_t size) {
  std::string range;
  const auto wanted = static_cast<size_t>(size);
  while (range.size() < wanted) {
    DUBAN_ASSIGN_OR_RETURN(const std::string bytes,
                           blobs_->Read(StepDeadline(call), upload.blob_id,
                                        offset + static_cast<int64_t>(range.size())));
    if (bytes.empty()) return BytesMissing(upload);
    range.append(bytes, 0, wanted - range.size());
  }
  return range;
}

absl::StatusOr<Evidence> EvidenceUploads::File(const server::CallContext& call,
                                               const EvidenceHeader& header,
                                               const UploadRow& upload) {
  return database_->RunInTransaction(
      StepDeadline(call), [&](db::Transaction& tx) -> absl::StatusOr<Evidence> {
        DUBAN_ASSIGN_OR_RETURN(const std::optional<UploadRow> current,
                               evidence_.GetUploadForUpdate(tx, upload.name, upload.unit));
        // Another stream of the same upload may have been faster.
        if (!current || current->blob_id != upload.blob_id || current->given_up) return GoOnFrom(0);
        const absl::Status inserted = evidence_.InsertFile(
            tx, {upload.name.sha256, upload.blob_id, upload.size, header.media_type()}, call.now());
        if (db::IsDuplicate(inserted)) {
          DUBAN_RETURN_IF_ERROR(evidence_.SetExpireTime(tx, upload, call.now()).status());
        } else {
          DUBAN_RETURN_IF_ERROR(inserted);
          DUBAN_RETURN_IF_ERROR(evidence_.DeleteUpload(tx, upload));
        }
        Evidence::Source source;
        source.set_unit(header.unit());
        source.set_filename(header.filename());
        source.set_uploader(call.identity.subject);
        *source.mutable_upload_time() = ToTimestamp(call.now());
        const absl::Status added = evidence_.InsertSource(tx, upload.name, source);
        if (!added.ok() && !db::IsDuplicate(added)) return added;
        DUBAN_ASSIGN_OR_RETURN(std::optional<Evidence> filed, evidence_.Get(tx, upload.name));
        if (!added.ok()) return *std::move(filed);  // an upload before this one
        Evidence entry = *filed;
        entry.clear_sources();
        *entry.add_sources() = source;
        DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, entry.name(), Evidence(), entry));
        return *std::move(filed);
      });
}

absl::Status EvidenceUploads::GiveUp(const server::CallContext& call, const UploadRow& upload,
                                     bool only_expired) {
  DUBAN_ASSIGN_OR_RETURN(const bool marked,
                         database_->RunInTransaction(
                             StepDeadline(call), [&](db::Transaction& tx) -> absl::StatusOr<bool> {
                               DUBAN_ASSIGN_OR_RETURN(
                                   const std::optional<UploadRow> current,
                                   evidence_.GetUploadForUpdate(tx, upload.name, upload.unit));
                               if (!current || current->blob_id != upload.blob_id) return false;
                               if (only_expired && current->expire_time > call.now()) return false;
                               DUBAN_RETURN_IF_ERROR(evidence_.SetGivenUp(tx, upload));
                               return true;
                             }));
  if (!marked) return absl::OkStatus();
  DUBAN_RETURN_IF_ERROR(blobs_->Remove(StepDeadline(call), upload.blob_id));
  return database_->RunInTransaction(
      StepDeadline(call), [&](db::Transaction& tx) { return evidence_.DeleteUpload(tx, upload); });
}

absl::Status EvidenceUploads::Sweep(const server::CallContext& call) {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<UploadRow> expired,
                         database_->Read(StepDeadline(call), [&](db::Session& session) {
                           return evidence_.ListExpired(session, call.now(), kExpiredAtOnce);
                         }));
  for (const UploadRow& upload : expired) {
    DUBAN_RETURN_IF_ERROR(GiveUp(call, upload, /*only_expired=*/true));
  }
  return blobs_->Sweep(StepDeadline(call));
}

}  // namespace duban::submission
