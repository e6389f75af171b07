#include "services/submission/evidence_rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/resource_name.h"
#include "common/base/sha256.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "services/submission/file_type_rules.h"
#include "services/submission/measurement_rules.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using v1::EvidenceHeader;
using v1::Report;

constexpr int kLongestFilename = 200;

// Marks that turn the direction of writing, and so hide the true ending of a name: U+202A to U+202E
// and U+2066 to U+2069.
bool TurnsDirection(char32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

absl::Status CheckFilename(const std::string& name) {
  constexpr std::string_view kField = "header.filename";
  DUBAN_RETURN_IF_ERROR(CheckText(name, kField, kLongestFilename, true));
  std::string_view rest = name;
  bool plain = name.front() != '.';
  while (const auto next = FirstCharacter(rest)) {
    plain = plain && next->code != '/' && next->code != '\\' && next->code != ':' &&
            next->code >= ' ' && !TurnsDirection(next->code);
    rest.remove_prefix(next->size);
  }
  if (plain) return absl::OkStatus();
  return FieldInvalid(kField, "应为不含路径的文件名", "it must be a file name without a path");
}

absl::Status CheckDeclaredType(const EvidenceHeader& header) {
  std::vector<std::string> allowed;
  for (const FileType& type : FileTypes()) {
    allowed.emplace_back(type.media_type);
    if (type.media_type != header.media_type()) continue;
    for (const std::string_view ending : type.endings) {
      if (absl::EndsWithIgnoreCase(header.filename(),
                                   absl::string_view(ending.data(), ending.size()))) {
        return absl::OkStatus();
      }
    }
    return Error(kEvidenceTypeMismatch)
        .With("declared", header.media_type())
        .With("zh", "文件名的后缀与之不符")
        .With("en", "the ending of its name says otherwise")
        .Field("header.filename");
  }
  return Error(kEvidenceTypeNotAllowed)
      .With("media_type", header.media_type())
      .With("allowed", absl::StrJoin(allowed, ", "))
      .Field("header.media_type");
}

// True unless the figures are known not to have risen.
bool Rises(const Indicator& indicator, const Report& report,
           const std::optional<v1::Standing>& before) {
  const std::optional<Rational> now = ComputeResult(indicator, report.canonical());
  if (!now) return true;
  if (!before || indicator.accumulation() == Indicator::INCREMENT) return *now > 0;
  const std::optional<Rational> then = ComputeResult(indicator, before->figures());
  return !then || *now > *then;
}

absl::Status Required(std::string_view zh, std::string_view en) {
  return Error(kEvidenceRequired).With("zh", zh).With("en", en).Field("evidence");
}

}  // namespace

absl::Status CheckHeader(const EvidenceHeader& header) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(header.parent(), "plans/*", "header.parent").status());
  DUBAN_RETURN_IF_ERROR(ParseResourceName(header.unit(), "units/*", "header.unit").status());
  DUBAN_RETURN_IF_ERROR(CheckFilename(header.filename()));
  DUBAN_RETURN_IF_ERROR(CheckDeclaredType(header));
  if (!IsSha256Hex(header.sha256())) {
    return FieldInvalid("header.sha256", "应为64位小写十六进制数",
                        "it must be 64 lower-case hexadecimal digits");
  }
  if (header.size() > kLargestEvidence) {
    return Error(kEvidenceTooLarge)
        .With("bytes", std::to_string(header.size()))
        .With("limit", std::to_string(kLargestEvidence))
        .Field("header.size");
  }
  if (header.size() < 1) return FieldInvalid("header.size", "应大于零", "it must be above zero");
  if (header.offset() < 0 || header.offset() > header.size()) {
    return FieldInvalid("header.offset", "应在0至文件大小之间",
                        "it must be between 0 and the size");
  }
  return absl::OkStatus();
}

absl::Status CheckChunk(std::string_view chunk, int64_t offset, int64_t size) {
  const auto bytes = static_cast<int64_t>(chunk.size());
  if (bytes == 0) return FieldInvalid("chunk", "不能为空", "it must not be empty");
  if (bytes > kLargestChunk) {
    return Error(kChunkTooLarge)
        .With("bytes", std::to_string(bytes))
        .With("limit", std::to_string(kLargestChunk))
        .Field("chunk");
  }
  if (bytes > size - offset) {
    return Error(kEvidenceSizeMismatch).With("size", std::to_string(size)).Field("chunk");
  }
  return absl::OkStatus();
}

absl::Status CheckContent(const EvidenceHeader& header, std::string_view digest,
                          std::string_view media_type) {
  if (digest != header.sha256()) {
    return Error(kEvidenceDigestMismatch).With("actual", digest).Field("header.sha256");
  }
  if (media_type == header.media_type()) return absl::OkStatus();
  const std::string found(media_type.empty() ? "other" : media_type);
  return Error(kEvidenceTypeMismatch)
      .With("declared", header.media_type())
      .With("found", found)
      .With("zh", absl::StrCat("内容是 ", found))
      .With("en", absl::StrCat("its bytes are ", found))
      .Field("header.media_type");
}

absl::Status CheckAttached(const Report& report, const std::vector<std::string>& missing) {
  for (const std::string& name : report.evidence()) {
    if (std::find(missing.begin(), missing.end(), name) == missing.end()) continue;
    return Error(kEvidenceNotFound).With("evidence", name).Field("report.evidence");
  }
  return absl::OkStatus();
}

absl::Status CheckEvidencePolicy(const Indicator& indicator, const Report& report,
                                 const std::optional<v1::Standing>& before) {
  if (report.evidence_size() > 0 || report.observation_status() == Report::NO_CHANGE ||
      report.observation_status() == Report::MISSING) {
    return absl::OkStatus();
  }
  switch (indicator.evidence_policy()) {
    case Indicator::REQUIRED:
      return Required("本指标每次填报都须附", "this indicator asks for it with every report");
    case Indicator::REQUIRED_FOR_INCREASE:
      if (!Rises(indicator, report, before)) return absl::OkStatus();
      return Required("本指标数值增加时须附", "this indicator asks for it where the figure rises");
    default:
      return absl::OkStatus();
  }
}

}  // namespace duban::submission
