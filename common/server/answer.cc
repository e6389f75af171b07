#include "common/server/answer.h"

namespace duban::server {
namespace {

// Transport failures of the calls that a handler makes have a code, but no reason.
const Reason* ReasonOfTransport(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return &kServiceUnavailable;
    case absl::StatusCode::kDeadlineExceeded:
      return &kDeadlineExpired;
    case absl::StatusCode::kCancelled:
      return &kCallCancelled;
    default:
      return nullptr;
  }
}

}  // namespace

bool IsOurFault(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return false;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return true;
    default:
      return GetReason(status).empty() && ReasonOfTransport(status.code()) == nullptr;
  }
}

absl::Status ForCaller(const absl::Status& status, const std::string& request_id) {
  if (status.ok()) return status;
  if (IsOurFault(status)) return Error(kInternal).With("request_id", request_id);
  if (GetReason(status).empty()) return Error(*ReasonOfTransport(status.code()));
  return status;
}

}  // namespace duban::server
