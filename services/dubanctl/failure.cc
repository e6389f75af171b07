#include "services/dubanctl/failure.h"

#include "common/base/error.h"

namespace duban::ctl {

std::string DescribeFailure(const absl::Status& status) {
  const std::string zh = GetLocalizedText(status, "zh-CN");
  const std::string en(status.message());
  std::string text = "错误 Error: " + (zh.empty() ? en : zh) + "\n";
  if (!zh.empty()) text += "  " + en + "\n";
  text += "  " + absl::StatusCodeToString(status.code());
  if (const std::string reason = GetReason(status); !reason.empty()) text += " " + reason;
  text += "\n";
  if (const auto bad_request = GetBadRequest(status)) {
    for (const auto& violation : bad_request->field_violations()) {
      text += "  - " + violation.field() + ": " + violation.description() + "\n";
    }
  }
  return text;
}

}  // namespace duban::ctl
