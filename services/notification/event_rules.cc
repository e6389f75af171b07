#include "services/notification/event_rules.h"

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/id.h"
#include "common/base/json.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "google/protobuf/message.h"
#include "services/notification/event_type_rules.h"

namespace duban::notification {
namespace {

constexpr size_t kLongestType = 128;
constexpr size_t kLongestDataType = 255;
constexpr int kLongestSubject = 255;
constexpr std::string_view kTypeUrlPrefix = "type.googleapis.com/";

bool IsLowerCase(const std::string& id) {
  return std::none_of(id.begin(), id.end(), [](unsigned char c) { return absl::ascii_isupper(c); });
}

bool IsType(const std::string& type) {
  return !type.empty() && type.size() <= kLongestType &&
         std::all_of(type.begin(), type.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '.';
         });
}

absl::Status CheckData(const google::protobuf::Any& data) {
  const std::string& url = data.type_url();
  if (url.size() > kTypeUrlPrefix.size() &&
      url.compare(0, kTypeUrlPrefix.size(), kTypeUrlPrefix) == 0 &&
      url.size() - kTypeUrlPrefix.size() <= kLongestDataType) {
    return absl::OkStatus();
  }
  return FieldInvalid("data", "须写明类型 type.googleapis.com/…",
                      "it has no type type.googleapis.com/…");
}

}  // namespace

absl::Status CheckEvent(const common::v1::Event& event, std::string_view caller) {
  if (!IsUuid(event.id()) || !IsLowerCase(event.id())) {
    return FieldInvalid("id", "应为小写的 UUID", "it is a UUID in lower case");
  }
  if (!IsType(event.type())) {
    return FieldInvalid("type", "应为小写字母、数字、下划线和点，至多128个字符",
                        "it is at most 128 lower-case letters, digits, underscores and dots");
  }
  if (absl::StrCat("services/", event.source()) != caller) {
    return FieldInvalid("source", "应为调用方自己", "it is the caller itself");
  }
  DUBAN_RETURN_IF_ERROR(CheckText(event.subject(), "subject", kLongestSubject, /*required=*/true));
  if (!event.plan().empty()) {
    DUBAN_RETURN_IF_ERROR(ParseResourceName(event.plan(), "plans/*", "plan").status());
  }
  if (!event.unit().empty()) {
    DUBAN_RETURN_IF_ERROR(ParseResourceName(event.unit(), "units/*", "unit").status());
  }
  if (!event.has_time()) return FieldInvalid("time", "不能为空", "it is missing");
  DUBAN_RETURN_IF_ERROR(ParseTimestamp(event.time(), "time").status());
  if (event.sequence() < 0) return FieldInvalid("sequence", "不能为负", "it is negative");
  return CheckData(event.data());
}

void DescribeData(v1::EventRecord* record) {
  const common::v1::Event& event = record->event();
  const google::protobuf::Descriptor* const declared = DataOfType(event.type());
  const std::string type = event.data().type_url().substr(kTypeUrlPrefix.size());
  record->set_type_declared(declared != nullptr && declared->full_name() == type);
  const google::protobuf::Descriptor* const known =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  if (known == nullptr) return;
  const std::unique_ptr<google::protobuf::Message> data(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(known)->New());
  if (data->ParseFromString(event.data().value())) {
    record->set_data_json(ToJson(*data, JsonNames::kAsInProto));
  }
}

}  // namespace duban::notification
