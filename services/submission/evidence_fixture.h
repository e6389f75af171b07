#ifndef DUBAN_SERVICES_SUBMISSION_EVIDENCE_FIXTURE_H_
#define DUBAN_SERVICES_SUBMISSION_EVIDENCE_FIXTURE_H_

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/sha256.h"
#include "common/testing/status_matchers.h"
#include "duban/submission/v1/evidence_service.grpc.pb.h"
#include "services/submission/submission_fixture.h"
#include "services/submission/test_files.h"

namespace duban::submission {

inline constexpr size_t kChunk = 64 << 10;

inline v1::UploadEvidenceRequest Chunk(const std::string& bytes) {
  v1::UploadEvidenceRequest part;
  part.set_chunk(bytes);
  return part;
}

// Where a refused upload is to go on.
inline int64_t OffsetIn(const absl::Status& refusal) {
  int64_t offset = -1;
  const auto info = GetErrorInfo(refusal);
  if (!info || info->metadata().count("offset") == 0) return -1;
  return absl::SimpleAtoi(info->metadata().at("offset"), &offset) ? offset : -1;
}

class EvidenceTest : public SubmissionTest {
 protected:
  // One stream of an upload.
  class Upload {
   public:
    Upload(v1::EvidenceService::Stub& stub, const Who& who) {
      Services::Get().submission->Authorize(&context_, who.role, who.unit);
      stream_ = stub.UploadEvidence(&context_, &answer_);
    }
    bool Send(const v1::UploadEvidenceRequest& part) { return stream_->Write(part); }
    bool Send(const v1::EvidenceHeader& header) {
      v1::UploadEvidenceRequest part;
      *part.mutable_header() = header;
      return Send(part);
    }
    // Bytes from `begin` to `end`, or until the server wants no more.
    void Send(const std::string& bytes, size_t begin, size_t end, size_t chunk = kChunk) {
      while (begin < end) {
        const size_t size = std::min(chunk, end - begin);
        if (!Send(Chunk(bytes.substr(begin, size)))) return;
        begin += size;
      }
    }
    void Break() { context_.TryCancel(); }
    absl::StatusOr<v1::Evidence> Finish() {
      stream_->WritesDone();
      const absl::Status status = client::FromGrpc(stream_->Finish());
      if (!status.ok()) return status;
      return answer_;
    }

   private:
    grpc::ClientContext context_;
    v1::Evidence answer_;
    std::unique_ptr<grpc::ClientWriter<v1::UploadEvidenceRequest>> stream_;
  };

  EvidenceTest() : stub_(v1::EvidenceService::NewStub(Services::Get().submission->channel())) {}

  v1::EvidenceHeader Header(const std::string& bytes, const std::string& filename = "合同.pdf",
                            const std::string& type = kPdfType,
                            const std::string& unit = "units/north") const {
    v1::EvidenceHeader header;
    header.set_parent(plan_);
    header.set_unit(unit);
    header.set_filename(filename);
    header.set_media_type(type);
    header.set_size(static_cast<int64_t>(bytes.size()));
    header.set_sha256(Sha256Hex(bytes));
    return header;
  }
  std::string NameOf(const std::string& bytes) const {
    return absl::StrCat(plan_, "/evidence/", Sha256Hex(bytes));
  }

  // All of the bytes from the header's offset on, in one stream.
  absl::StatusOr<v1::Evidence> Send(const Who& who, const v1::EvidenceHeader& header,
                                    const std::string& bytes) const {
    Upload upload(*stub_, who);
    upload.Send(header);
    upload.Send(bytes, static_cast<size_t>(header.offset()), bytes.size());
    return upload.Finish();
  }

  absl::StatusOr<v1::Upload> GetUpload(const Who& who, const std::string& name) const {
    v1::GetUploadRequest request;
    request.set_name(name);
    request.set_unit(who.unit);
    return Call(who, *stub_, &v1::EvidenceService::Stub::GetUpload, request);
  }
  absl::StatusOr<v1::Evidence> GetEvidence(const Who& who, const std::string& name) const {
    v1::GetEvidenceRequest request;
    request.set_name(name);
    return Call(who, *stub_, &v1::EvidenceService::Stub::GetEvidence, request);
  }
  absl::StatusOr<v1::ListEvidenceResponse> ListEvidence(const Who& who, const std::string& filter,
                                                        int page_size = 0,
                                                        const std::string& token = "") const {
    v1::ListEvidenceRequest request;
    request.set_parent(plan_);
    request.set_filter(filter);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return Call(who, *stub_, &v1::EvidenceService::Stub::ListEvidence, request);
  }

  // What comes from `offset` on; at most so many chunks, then the stream is broken.
  absl::StatusOr<std::string> Download(const Who& who, const std::string& name, int64_t offset = 0,
                                       int chunks = 1000) const {
    grpc::ClientContext context;
    Services::Get().submission->Authorize(&context, who.role, who.unit);
    v1::DownloadEvidenceRequest request;
    request.set_name(name);
    request.set_offset(offset);
    const auto stream = stub_->DownloadEvidence(&context, request);
    std::string bytes;
    v1::DownloadEvidenceResponse chunk;
    while (chunks-- > 0 && stream->Read(&chunk)) {
      EXPECT_EQ(chunk.offset(), offset + static_cast<int64_t>(bytes.size()));
      EXPECT_LE(chunk.chunk().size(), kChunk);
      bytes += chunk.chunk();
    }
    const bool broken = chunks < 0;
    if (broken) context.TryCancel();
    const absl::Status status = client::FromGrpc(stream->Finish());
    if (!status.ok() && !broken) return status;
    return bytes;
  }

  std::string Count(const std::string& table_and_condition) const {
    return Ask(absl::StrCat("SELECT CAST(COUNT(*) AS CHAR) FROM ", table_and_condition));
  }

  std::unique_ptr<v1::EvidenceService::Stub> stub_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_EVIDENCE_FIXTURE_H_
