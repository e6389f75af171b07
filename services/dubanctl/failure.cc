#include "services/dubanctl/failure.h"

#include <string>

#include "common/base/error.h"

namespace duban::ctl {
namespace {

// What did not fit into the answer: gRPC's metadata holds some twenty violations.
std::string DescribeMissing(const absl::Status& status, int shown) {
  const auto info = GetErrorInfo(status);
  if (!info || !info->metadata().contains("violations")) return "";
  const std::string& number = info->metadata().at("violations");
  if (number == std::to_string(shown)) return "";
  return "  共" + number + "处,以上为前" + std::to_string(shown) + "处;全部见 plan validate  (" +
         std::to_string(shown) + " of " + number + " shown; `plan validate` shows all)\n";
}

}  // namespace

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
    text += DescribeMissing(status, bad_request->field_violations_size());
  }
  return text;
}

}  // namespace duban::ctl
