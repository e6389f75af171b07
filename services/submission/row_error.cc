#include "services/submission/row_error.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace duban::submission {
namespace {

constexpr std::string_view kReport = "report.";
constexpr char kBadRequest[] = "type.googleapis.com/google.rpc.BadRequest";

// The path within the report of a field that its rules name as CreateReport's.
std::string PathInReport(std::string_view field) {
  if (field.starts_with(kReport)) field.remove_prefix(kReport.size());
  return std::string(field);
}

absl::Status WithPathsInReport(absl::Status refusal) {
  std::optional<google::rpc::BadRequest> fields = GetBadRequest(refusal);
  if (!fields) return refusal;
  for (auto& violation : *fields->mutable_field_violations()) {
    violation.set_field(PathInReport(violation.field()));
  }
  refusal.SetPayload(kBadRequest, absl::Cord(fields->SerializeAsString()));
  return refusal;
}

}  // namespace

v1::RowError RowErrorOf(const absl::Status& refusal) {
  v1::RowError error;
  error.set_code(static_cast<int>(refusal.code()));
  error.set_reason(GetReason(refusal));
  error.set_message(GetLocalizedText(refusal, "zh-CN"));
  error.set_message_en(GetLocalizedText(refusal, "en-US"));
  if (const auto info = GetErrorInfo(refusal)) *error.mutable_metadata() = info->metadata();
  if (const auto fields = GetBadRequest(refusal)) {
    for (const auto& violation : fields->field_violations()) {
      error.add_fields(PathInReport(violation.field()));
    }
  }
  return error;
}

absl::Status RefusalOfAll(const std::vector<absl::Status>& refusals) {
  Violations violations;
  absl::StatusCode code = absl::StatusCode::kOk;
  for (size_t i = 0; i < refusals.size(); ++i) {
    if (refusals[i].ok()) continue;
    violations.Add(absl::StrCat("reports[", i, "]"), WithPathsInReport(refusals[i]));
    const bool same = code == absl::StatusCode::kOk || code == refusals[i].code();
    code = same ? refusals[i].code() : kBatchRefused.code;
  }
  return violations.ToStatus(kBatchRefused, code);
}

}  // namespace duban::submission
