#include "common/base/json.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"

namespace duban {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Fields = std::vector<const FieldDescriptor*>;

void AppendText(std::string_view text, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out->push_back('"');
  while (!text.empty()) {
    const auto special = std::find_if(text.begin(), text.end(), [](char c) {
      return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
    });
    out->append(text.begin(), special);
    if (special == text.end()) break;
    const char c = *special;
    if (c == '"' || c == '\\') {
      out->append({'\\', c});
    } else if (c == '\n') {
      out->append("\\n");
    } else {
      out->append("\\u00");
      out->append({kHex[static_cast<size_t>(c) / 16], kHex[static_cast<size_t>(c) % 16]});
    }
    text.remove_prefix(static_cast<size_t>(special - text.begin()) + 1);
  }
  out->push_back('"');
}

class Writer {
 public:
  explicit Writer(JsonNames names) : names_(names) {}

  void Append(const Message& message, std::string* out) const {
    if (message.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
      const auto& time = static_cast<const google::protobuf::Timestamp&>(message);
      AppendText(google::protobuf::util::TimeUtil::ToString(time), out);
      return;
    }
    Fields fields;
    message.GetReflection()->ListFields(message, &fields);
    if (IsSpecial(message, fields)) return AppendByLibrary(message, out);
    out->push_back('{');
    for (const FieldDescriptor* field : fields) {
      if (out->back() != '{') out->push_back(',');
      AppendField(message, *field, out);
    }
    out->push_back('}');
  }

  // `"name":value`
  void AppendField(const Message& message, const FieldDescriptor& field, std::string* out) const {
    AppendText(names_ == JsonNames::kAsInProto ? field.name() : field.json_name(), out);
    out->push_back(':');
    if (!field.is_repeated()) return AppendValue(message, field, -1, out);
    out->push_back('[');
    const int size = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      if (i > 0) out->push_back(',');
      AppendValue(message, field, i, out);
    }
    out->push_back(']');
  }

 private:
  // What has rules of its own in the mapping, and is rare: left to protobuf.
  static bool IsSpecial(const Message& message, const Fields& fields) {
    return message.GetDescriptor()->file()->package() == "google.protobuf" ||
           std::any_of(fields.begin(), fields.end(), [](const FieldDescriptor* field) {
             return field->is_map() || field->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT ||
                    field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE;
           });
  }

  void AppendByLibrary(const Message& message, std::string* out) const {
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = names_ == JsonNames::kAsInProto;
    std::string json;
    // It fails for messages only that no parser makes, such as an Any of an unknown type.
    const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
    out->append(status.ok() ? json : "null");
  }

  // The value of a field, or its element `i`.
  void AppendValue(const Message& message, const FieldDescriptor& field, int i,
                   std::string* out) const {
    const Reflection& reflection = *message.GetReflection();
    const auto read = [&](auto single, auto repeated) {
      return i < 0 ? (reflection.*single)(message, &field)
                   : (reflection.*repeated)(message, &field, i);
    };
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        absl::StrAppend(out, read(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        absl::StrAppend(out, read(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        absl::StrAppend(out, "\"", read(&Reflection::GetInt64, &Reflection::GetRepeatedInt64),
                        "\"");
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        absl::StrAppend(out, "\"", read(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64),
                        "\"");
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        out->append(read(&Reflection::GetBool, &Reflection::GetRepeatedBool) ? "true" : "false");
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        AppendEnum(field, read(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue), out);
        break;
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        const std::string& value =
            i < 0 ? reflection.GetStringReference(message, &field, &scratch)
                  : reflection.GetRepeatedStringReference(message, &field, i, &scratch);
        AppendText(field.type() == FieldDescriptor::TYPE_BYTES
                       ? std::string_view(absl::Base64Escape(value))
                       : std::string_view(value),
                   out);
        break;
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Append(i < 0 ? reflection.GetMessage(message, &field)
                     : reflection.GetRepeatedMessage(message, &field, i),
               out);
        break;
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        break;  // IsSpecial
    }
  }

  // A number without a name is of a newer contract.
  static void AppendEnum(const FieldDescriptor& field, int number, std::string* out) {
    const auto* value = field.enum_type()->FindValueByNumber(number);
    if (value == nullptr) {
      absl::StrAppend(out, number);
    } else {
      AppendText(value->name(), out);
    }
  }

  JsonNames names_;
};

}  // namespace

std::string ToJson(const Message& message, JsonNames names) {
  std::string json;
  Writer(names).Append(message, &json);
  return json;
}

JsonDifference DifferenceAsJson(const Message& before, const Message& after, JsonNames names) {
  const Writer writer(names);
  const auto texts = [&](const Message& message) {
    Fields fields;
    message.GetReflection()->ListFields(message, &fields);
    std::vector<std::string> said;
    said.reserve(fields.size());
    for (const FieldDescriptor* field : fields) {
      writer.AppendField(message, *field, &said.emplace_back());
    }
    return said;
  };
  const std::vector<std::string> was = texts(before);
  const std::vector<std::string> is = texts(after);
  const auto without = [](const std::vector<std::string>& said,
                          const std::vector<std::string>& common) {
    std::string json = "{";
    for (const std::string& text : said) {
      if (std::find(common.begin(), common.end(), text) != common.end()) continue;
      if (json.size() > 1) json.push_back(',');
      json.append(text);
    }
    json.push_back('}');
    return json;
  };
  return {.before = without(was, is), .after = without(is, was)};
}

}  // namespace duban
