#ifndef DUBAN_SERVICES_SUBMISSION_EVIDENCE_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_EVIDENCE_RULES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/indicator/v1/indicator.pb.h"
#include "duban/submission/v1/evidence.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"

namespace duban::submission {

inline constexpr Reason kEvidenceNotFound{"EVIDENCE_NOT_FOUND", absl::StatusCode::kNotFound,
                                          "没有佐证材料 {evidence}",
                                          "There is no evidence {evidence}."};
inline constexpr Reason kUploadNotFound{"UPLOAD_NOT_FOUND", absl::StatusCode::kNotFound,
                                        "{evidence} 没有未完成的上传",
                                        "There is no unfinished upload of {evidence}."};
inline constexpr Reason kEvidenceTypeNotAllowed{
    "EVIDENCE_TYPE_NOT_ALLOWED", absl::StatusCode::kInvalidArgument,
    "不接受“{media_type}”类型的材料,可用:{allowed}",
    "Evidence of type \"{media_type}\" is not taken; allowed are {allowed}."};
inline constexpr Reason kEvidenceTypeMismatch{
    "EVIDENCE_TYPE_MISMATCH", absl::StatusCode::kInvalidArgument,
    "材料类型不符:声明为 {declared},{zh}", "The file is declared as {declared}, but {en}."};
inline constexpr Reason kEvidenceTooLarge{"EVIDENCE_TOO_LARGE", absl::StatusCode::kInvalidArgument,
                                          "材料有 {bytes} 字节,超过上限 {limit} 字节",
                                          "The file has {bytes} bytes; at most {limit} are taken."};
inline constexpr Reason kChunkTooLarge{"CHUNK_TOO_LARGE", absl::StatusCode::kInvalidArgument,
                                       "分块有 {bytes} 字节,超过上限 {limit} 字节",
                                       "The chunk has {bytes} bytes; at most {limit} are taken."};
inline constexpr Reason kEvidenceSizeMismatch{
    "EVIDENCE_SIZE_MISMATCH", absl::StatusCode::kInvalidArgument, "内容超过了声明的 {size} 字节",
    "There are more bytes than the {size} announced."};
inline constexpr Reason kEvidenceDigestMismatch{
    "EVIDENCE_DIGEST_MISMATCH", absl::StatusCode::kInvalidArgument,
    "内容的 SHA-256 为 {actual},与声明的不符,请重新上传",
    "The SHA-256 of the bytes is {actual}, not what was announced; upload them again."};
inline constexpr Reason kUploadOffsetMismatch{
    "UPLOAD_OFFSET_MISMATCH", absl::StatusCode::kFailedPrecondition,
    "已存 {offset} 字节,请从此处继续上传", "{offset} bytes are stored; go on from there."};
inline constexpr Reason kUploadIncomplete{
    "UPLOAD_INCOMPLETE", absl::StatusCode::kFailedPrecondition,
    "上传未完成:共 {size} 字节,已存 {offset} 字节",
    "The upload is incomplete: {offset} of {size} bytes are stored."};
inline constexpr Reason kEvidenceRequired{"EVIDENCE_REQUIRED",
                                          absl::StatusCode::kFailedPrecondition,
                                          "须附佐证材料:{zh}", "Evidence must be attached: {en}."};

inline constexpr int64_t kLargestEvidence = 20 << 20;
inline constexpr int64_t kLargestChunk = 64 << 10;
// How long an unfinished upload is kept.
inline constexpr absl::Duration kUploadLife = absl::Hours(24);

// Everything about a header that can be judged without the plan. INVALID_ARGUMENT FIELD_INVALID
// (fields below `header`), EVIDENCE_TOO_LARGE, EVIDENCE_TYPE_NOT_ALLOWED, EVIDENCE_TYPE_MISMATCH
// (the file name's ending).
absl::Status CheckHeader(const v1::EvidenceHeader& header);

// The chunk that shall follow `offset` bytes of a file of `size`. INVALID_ARGUMENT FIELD_INVALID
// (empty), CHUNK_TOO_LARGE, EVIDENCE_SIZE_MISMATCH.
absl::Status CheckChunk(std::string_view chunk, int64_t offset, int64_t size);

// The bytes of a complete upload: their digest in hexadecimal and their media type ("" if it is
// none that is allowed). INVALID_ARGUMENT EVIDENCE_DIGEST_MISMATCH, EVIDENCE_TYPE_MISMATCH.
absl::Status CheckContent(const v1::EvidenceHeader& header, std::string_view digest,
                          std::string_view media_type);

// NOT_FOUND EVIDENCE_NOT_FOUND (field report.evidence) naming the first of the report's evidence
// that is among `missing`.
absl::Status CheckAttached(const v1::Report& report, const std::vector<std::string>& missing);

// FAILED_PRECONDITION EVIDENCE_REQUIRED (field evidence) where the indicator's policy asks for
// evidence and the report has none. A figure rises when its result is above that of the standing
// before its period, or above zero where there is none or periods are summed; where the two do not
// compare, it counts as risen. Who reports no change or no figure need not prove it.
absl::Status CheckEvidencePolicy(const indicator::v1::Indicator& indicator,
                                 const v1::Report& report,
                                 const std::optional<v1::Standing>& before);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_EVIDENCE_RULES_H_
