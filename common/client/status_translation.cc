#include "common/base/error.h"
#include "common/base/rpc_status.h"
#include "common/client/caller.h"

namespace duban::client {
namespace {

// In base64 and beside the message this stays under the 8 KiB of metadata that gRPC clients accept;
// beyond it they would see RESOURCE_EXHAUSTED in place of the error.
constexpr size_t kMaxDetailBytes = 4096;

}  // namespace

absl::Status FromGrpc(const grpc::Status& status) {
  google::rpc::Status wire;
  if (!wire.ParseFromString(status.error_details())) wire.Clear();
  // What gRPC itself carries decides: the details are only an annex.
  wire.set_code(status.error_code());
  wire.set_message(status.error_message());
  return FromRpcStatus(wire);
}

grpc::Status ToGrpc(const absl::Status& status, std::string_view locale) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  const std::string message(status.message());
  if (!GetErrorInfo(status)) return grpc::Status(code, message);
  return grpc::Status(code, message,
                      ToRpcStatus(status, locale, kMaxDetailBytes).SerializeAsString());
}

}  // namespace duban::client
