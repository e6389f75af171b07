#include "common/base/rpc_status.h"

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace duban {
namespace {

std::string PayloadUrl(const std::string& type, std::string_view locale) {
  const std::string url = absl::StrCat("type.googleapis.com/", type);
  return locale.empty() ? url : absl::StrCat(url, "/", std::string(locale));
}

// With map entries in order, so that equal details make equal statuses.
std::string SerializeInOrder(const google::protobuf::Message& detail) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  detail.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

template <typename Detail>
void Move(const google::protobuf::Any& any, absl::Status* status) {
  Detail detail;
  if (any.UnpackTo(&detail)) AttachDetail(detail, status);
}

void AddViolations(google::rpc::BadRequest bad_request, size_t max_bytes,
                   google::rpc::Status* wire) {
  google::protobuf::RepeatedPtrField<google::rpc::BadRequest::FieldViolation>& violations =
      *bad_request.mutable_field_violations();
  const int number = violations.size();
  // Tag and length of a detail, its type URL and its value take fewer bytes than this.
  constexpr size_t kFrame = 80;
  const size_t used = wire->ByteSizeLong() + kFrame;
  // The description says in both languages what the localized message says in one.
  if (used + bad_request.ByteSizeLong() > max_bytes) {
    for (auto& violation : violations) violation.clear_localized_message();
  }
  while (!violations.empty() && used + bad_request.ByteSizeLong() > max_bytes) {
    violations.RemoveLast();
  }
  if (violations.size() < number) {
    google::rpc::ErrorInfo info;
    if (wire->details_size() > 0 && wire->details(0).UnpackTo(&info)) {
      (*info.mutable_metadata())["violations"] = absl::StrCat(number);
      wire->mutable_details(0)->PackFrom(info);
    }
  }
  if (!violations.empty()) wire->add_details()->PackFrom(bad_request);
}

}  // namespace

void AttachDetail(const google::protobuf::Message& detail, absl::Status* status) {
  std::string locale;
  if (const auto* message = dynamic_cast<const google::rpc::LocalizedMessage*>(&detail)) {
    locale = message->locale();
  }
  status->SetPayload(PayloadUrl(detail.GetDescriptor()->full_name(), locale),
                     absl::Cord(SerializeInOrder(detail)));
}

std::optional<absl::Cord> FindPayload(const absl::Status& status, const std::string& type,
                                      std::string_view locale) {
  const auto payload = status.GetPayload(PayloadUrl(type, locale));
  if (!payload.has_value()) return std::nullopt;
  return *payload;
}

google::rpc::Status ToRpcStatus(const absl::Status& status, std::string_view locale,
                                size_t max_bytes) {
  google::rpc::Status wire;
  wire.set_code(static_cast<int>(status.code()));
  wire.set_message(std::string(status.message()));
  if (const auto info = GetErrorInfo(status)) wire.add_details()->PackFrom(*info);
  const bool english_first = locale == kEnglish;
  for (const std::string_view wanted :
       {english_first ? kEnglish : kChinese, english_first ? kChinese : kEnglish}) {
    const auto message = FindDetail<google::rpc::LocalizedMessage>(status, wanted);
    if (message) wire.add_details()->PackFrom(*message);
  }
  if (const auto retry = GetRetryInfo(status)) wire.add_details()->PackFrom(*retry);
  if (const auto bad_request = GetBadRequest(status)) AddViolations(*bad_request, max_bytes, &wire);
  return wire;
}

absl::Status FromRpcStatus(const google::rpc::Status& wire) {
  const bool known = wire.code() >= 0 && wire.code() <= 16;
  absl::Status status(
      known ? static_cast<absl::StatusCode>(wire.code()) : absl::StatusCode::kUnknown,
      wire.message());
  for (const google::protobuf::Any& any : wire.details()) {
    Move<google::rpc::ErrorInfo>(any, &status);
    Move<google::rpc::LocalizedMessage>(any, &status);
    Move<google::rpc::RetryInfo>(any, &status);
    Move<google::rpc::BadRequest>(any, &status);
  }
  return status;
}

}  // namespace duban
