#include "services/submission/revision_rules.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/api/field_behavior.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"

namespace duban::submission {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsCompared(const FieldDescriptor& field) {
  if (field.name() == "state") return true;
  if (field.name() == "name" || field.name() == "etag") return false;
  const auto& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    const auto behavior = options.GetExtension(google::api::field_behavior, i);
    if (behavior == google::api::OUTPUT_ONLY || behavior == google::api::IDENTIFIER) return false;
  }
  return true;
}

// A single value as text: texts as they are, enum values by name. `index` counts within a repeated
// field and is -1 for others.
std::string TextOf(const Message& message, const FieldDescriptor& field, int index) {
  const auto* reflection = message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return field.is_repeated() ? reflection->GetRepeatedString(message, &field, index)
                               : reflection->GetString(message, &field);
  }
  std::string text;
  google::protobuf::TextFormat::PrintFieldValueToString(message, &field, index, &text);
  return text;
}

void Compare(const Message& earlier, const Message& later, const std::string& prefix,
             std::vector<v1::FieldChange>* changes);

void AddIfDifferent(const std::string& path, const std::string& was, const std::string& is,
                    std::vector<v1::FieldChange>* changes) {
  if (was == is) return;
  v1::FieldChange& change = changes->emplace_back();
  change.set_path(path);
  change.set_old_value(was);
  change.set_new_value(is);
}

void CompareRepeated(const Message& earlier, const Message& later, const FieldDescriptor& field,
                     const std::string& path, std::vector<v1::FieldChange>* changes) {
  const int were = earlier.GetReflection()->FieldSize(earlier, &field);
  const int are = later.GetReflection()->FieldSize(later, &field);
  for (int i = 0; i < std::max(were, are); ++i) {
    AddIfDifferent(absl::StrCat(path, "[", i, "]"),
                   i < were ? TextOf(earlier, field, i) : std::string(),
                   i < are ? TextOf(later, field, i) : std::string(), changes);
  }
}

void CompareSingle(const Message& earlier, const Message& later, const FieldDescriptor& field,
                   const std::string& path, std::vector<v1::FieldChange>* changes) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    Compare(earlier.GetReflection()->GetMessage(earlier, &field),
            later.GetReflection()->GetMessage(later, &field), path + ".", changes);
    return;
  }
  AddIfDifferent(path, TextOf(earlier, field, -1), TextOf(later, field, -1), changes);
}

void Compare(const Message& earlier, const Message& later, const std::string& prefix,
             std::vector<v1::FieldChange>* changes) {
  const google::protobuf::Descriptor* descriptor = earlier.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor& field = *descriptor->field(i);
    if (!IsCompared(field)) continue;
    const std::string path = prefix + field.name();
    if (field.is_repeated()) {
      CompareRepeated(earlier, later, field, path, changes);
    } else {
      CompareSingle(earlier, later, field, path, changes);
    }
  }
}

}  // namespace

std::vector<v1::FieldChange> DiffRevisions(const v1::Report& earlier, const v1::Report& later) {
  std::vector<v1::FieldChange> changes;
  Compare(earlier, later, "", &changes);
  return changes;
}

}  // namespace duban::submission
