#include "services/review/peers.h"

#include "common/base/log.h"

namespace duban::review {

absl::Status Peers::Translate(const absl::Status& status, const Reason& unavailable,
                              std::string_view request) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kDeadlineExceeded:
      return status;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return Error(unavailable);
    default:
      LogError("a peer refused a call",
               {{"request", std::string(request)}, {"error", status.ToString()}});
      return absl::InternalError("a peer refused a call");
  }
}

}  // namespace duban::review
