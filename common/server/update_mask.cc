#include "common/server/update_mask.h"

#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "google/api/field_behavior.pb.h"
#include "google/protobuf/descriptor.h"

namespace duban::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsOutputOnly(const FieldDescriptor& field) {
  const auto& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    if (options.GetExtension(google::api::field_behavior, i) == google::api::OUTPUT_ONLY) {
      return true;
    }
  }
  return false;
}

bool IsWritable(const FieldDescriptor& field) {
  return field.name() != "name" && field.name() != "etag" && !IsOutputOnly(field);
}

}  // namespace

absl::Status ApplyUpdateMask(const google::protobuf::FieldMask& mask, const Message& source,
                             Message* target) {
  const google::protobuf::Descriptor* descriptor = source.GetDescriptor();
  std::set<const FieldDescriptor*> chosen;
  for (const std::string& path : mask.paths()) {
    const FieldDescriptor* field = descriptor->FindFieldByName(path);
    if (field == nullptr || !IsWritable(*field)) {
      return FieldInvalid("update_mask", absl::StrCat("“", path, "”不是可修改的字段"),
                          absl::StrCat("\"", path, "\" is not a field that can be changed"));
    }
    chosen.insert(field);
  }
  const std::unique_ptr<Message> part(source.New());
  part->CopyFrom(source);
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const bool copied = mask.paths().empty() ? IsWritable(*field) : chosen.contains(field);
    Message* cleared = copied ? target : part.get();
    cleared->GetReflection()->ClearField(cleared, field);
  }
  target->MergeFrom(*part);
  return absl::OkStatus();
}

void ClearOutputOnly(Message* message) {
  const google::protobuf::Descriptor* descriptor = message->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->name() == "etag" || IsOutputOnly(*field)) {
      message->GetReflection()->ClearField(message, field);
    }
  }
}

}  // namespace duban::server
