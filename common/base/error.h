#ifndef DUBAN_COMMON_BASE_ERROR_H_
#define DUBAN_COMMON_BASE_ERROR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "google/rpc/error_details.pb.h"

namespace duban {

// One way a call can fail: declared once as a constant beside the rules that it belongs to.
// The texts may name metadata keys in braces, such as {report}; Error fills them in.
struct Reason {
  std::string_view name;  // UPPER_SNAKE
  absl::StatusCode code;
  std::string_view zh;
  std::string_view en;
};

// Builds the status of one failure:
//   return Error(kReportNotFound).With("report", name).Field("name");
// The status carries one google.rpc.ErrorInfo (reason, domain "duban", metadata), a BadRequest if
// fields were named, and LocalizedMessage in zh-CN and en-US. Its message is the English text.
class Error {
 public:
  explicit Error(const Reason& reason) : reason_(reason) {}

  // Adds metadata; the reason's texts may refer to it. A value is cut to 200 characters and its
  // invalid UTF-8 replaced, since it often repeats what a caller sent.
  Error& With(std::string_view key, std::string_view value);

  // Names the offending field, such as `report.measurement.value`, with the reason's own texts.
  Error& Field(std::string_view path);

  // Asks the caller to try again after so many milliseconds (google.rpc.RetryInfo).
  Error& RetryAfterMilliseconds(int64_t milliseconds);

  absl::Status Build() const;
  operator absl::Status() const { return Build(); }  // NOLINT(google-explicit-constructor)

 private:
  Reason reason_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::vector<std::string> fields_;
  int64_t retry_after_ms_ = 0;
};

// Several violations answered at once. Each is added as the status that it would be alone.
//   Violations violations;
//   violations.Add("document.indicators[3]", CheckIndicator(…));
//   return violations.ToStatus(kPlanInvalid);
class Violations {
 public:
  // Adds the status's field violations with `prefix` and a dot before their paths (a violation
  // without fields gets the prefix as its path; an empty prefix changes nothing). An OK status adds
  // nothing; the status of another Violations adds every one of its entries.
  void Add(std::string_view prefix, const absl::Status& status);

  struct Entry {
    std::string path;
    std::string reason;
    std::string zh;
    std::string en;
    std::vector<std::pair<std::string, std::string>> metadata;
  };
  const std::vector<Entry>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }

  // OK if empty. Otherwise one status with code `code` and every violation in its BadRequest
  // ("REASON: 中文 / English"); its reason is the violations' if they all have the same one, else
  // `several`'s, with metadata `violations` = their number. A single violation keeps its metadata;
  // texts and metadata of one refer to fields as their own check named them, without the prefix.
  // An answer over gRPC holds as many of them as its metadata has room for, some twenty; a `hint`
  // is metadata that says how to get the rest.
  absl::Status ToStatus(const Reason& several, absl::StatusCode code,
                        std::string_view hint = "") const;

 private:
  std::vector<Entry> entries_;
};

// Reads what Error attached.
std::optional<google::rpc::ErrorInfo> GetErrorInfo(const absl::Status& status);
std::optional<google::rpc::BadRequest> GetBadRequest(const absl::Status& status);
std::optional<google::rpc::RetryInfo> GetRetryInfo(const absl::Status& status);
// The text in "zh-CN" or "en-US"; empty if there is none.
std::string GetLocalizedText(const absl::Status& status, std::string_view locale);
// The reason, or "" for a status without one.
std::string GetReason(const absl::Status& status);

// Failures that any room may have.
inline constexpr Reason kFieldInvalid{"FIELD_INVALID", absl::StatusCode::kInvalidArgument,
                                      "字段 {field} 无效:{zh}", "Field {field} is invalid: {en}."};
inline constexpr Reason kDecimalInvalid{
    "DECIMAL_INVALID", absl::StatusCode::kInvalidArgument,
    "“{value}”不是有效的十进制数(整数部分最多22位,小数最多6位,不用指数)",
    "\"{value}\" is not a decimal of at most 22 integer and 6 fraction digits without exponent."};
inline constexpr Reason kDecimalOutOfRange{
    "DECIMAL_OUT_OF_RANGE", absl::StatusCode::kOutOfRange,
    "计算结果超出范围(整数部分最多22位,小数最多6位)",
    "The result is not a decimal of at most 22 integer and 6 fraction digits."};
inline constexpr Reason kStaleEtag{"STALE_ETAG", absl::StatusCode::kAborted,
                                   "内容已被他人修改,当前版本为 {current}",
                                   "The resource has changed; its current etag is {current}."};
inline constexpr Reason kInternal{"INTERNAL", absl::StatusCode::kInternal,
                                  "系统内部错误,请凭请求号 {request_id} 联系运维",
                                  "Internal error; quote request {request_id} to operations."};

// INVALID_ARGUMENT FIELD_INVALID for `field`, with what is wrong in both languages.
absl::Status FieldInvalid(std::string_view field, std::string_view zh, std::string_view en);

// ABORTED STALE_ETAG with the current etag, if `given` is neither empty nor `current`.
absl::Status CheckEtag(std::string_view given, std::string_view current);

// The etag of a resource at a version.
std::string MakeEtag(int64_t version);

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_ERROR_H_
