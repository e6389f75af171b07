#include "services/indicator/fields.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/resource_name.h"
#include "common/base/text.h"
#include "common/calendar/period.h"
#include "google/api/field_behavior.pb.h"

namespace duban::indicator {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool IsOutput(const FieldDescriptor& field) {
  if (field.name() == "etag") return true;
  const auto& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    if (options.GetExtension(google::api::field_behavior, i) == google::api::OUTPUT_ONLY) {
      return true;
    }
  }
  return false;
}

void CheckEnum(const FieldDescriptor& field, int number, const std::string& path, Violations& out) {
  if (field.enum_type()->FindValueByNumber(number) != nullptr) return;
  out.Add("", FieldInvalid(path, absl::StrCat("没有编号为 ", number, " 的取值"),
                           absl::StrCat("there is no value of number ", number)));
}

}  // namespace

void AddViolation(const Reason& reason, const std::string& path, std::string_view zh,
                  std::string_view en, Violations& out) {
  out.Add("", Error(reason).With("zh", zh).With("en", en).Field(path));
}

void CheckTextField(const std::string& value, const std::string& path, int max_characters,
                    bool required, Violations& out) {
  out.Add("", CheckText(value, path, max_characters, required));
}

bool CheckNameField(const std::string& value, std::string_view pattern, const std::string& path,
                    Violations& out) {
  const absl::Status status = ParseResourceName(value, pattern, path).status();
  out.Add("", status);
  return status.ok();
}

void CheckSlugField(const std::string& value, const std::string& path, Violations& out) {
  if (IsSlug(value)) return;
  out.Add("", FieldInvalid(path, "应为1至63个小写字母、数字或连字符，以字母开头，不以连字符结尾",
                           "an id is 1 to 63 lower-case letters, digits and hyphens, begins with a "
                           "letter and does not end with a hyphen"));
}

void CheckLength(int size, int max, const std::string& path, Violations& out) {
  if (size <= max) return;
  out.Add("", FieldInvalid(path, absl::StrCat("有 ", size, " 项，最多 ", max, " 项"),
                           absl::StrCat("it has ", size, " entries, at most ", max, " are taken")));
}

void CheckEnums(const Message& message, const std::string& path, Violations& out) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string here = absl::StrCat(path, ".", field->name());
    const bool is_enum = field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
    if (!is_enum && field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (is_enum) {
        CheckEnum(*field, reflection.GetEnumValue(message, field), here, out);
      } else {
        CheckEnums(reflection.GetMessage(message, field), here, out);
      }
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      if (is_enum) {
        CheckEnum(*field, reflection.GetRepeatedEnumValue(message, field, i), At(here, i), out);
      } else {
        CheckEnums(reflection.GetRepeatedMessage(message, field, i), At(here, i), out);
      }
    }
  }
}

void CheckNoOutput(const Message& message, const std::string& path, Violations& out) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!IsOutput(*field)) continue;
    out.Add("", FieldInvalid(absl::StrCat(path, ".", field->name()), "由系统填写，文档中不得出现",
                             "the server sets it; a document does not hold it"));
  }
}

std::optional<Decimal> ReadDecimal(const std::string& text, const std::string& path,
                                   Violations& out) {
  if (text.empty()) return std::nullopt;
  absl::StatusOr<Decimal> decimal = Decimal::Parse(text);
  if (decimal.ok()) return *std::move(decimal);
  out.Add(path, decimal.status());
  return std::nullopt;
}

std::optional<Decimal> ReadChecked(const std::string& text) {
  const absl::StatusOr<Decimal> decimal = Decimal::Parse(text);
  if (!decimal.ok()) return std::nullopt;
  return *decimal;
}

std::optional<absl::CivilDay> ReadDate(const std::string& text, const std::string& path,
                                       Violations& out) {
  if (text.empty()) return std::nullopt;
  const absl::StatusOr<absl::CivilDay> day = ParseDate(text, path);
  if (day.ok()) return *day;
  out.Add("", day.status());
  return std::nullopt;
}

std::string At(const std::string& path, int i) { return absl::StrCat(path, "[", i, "]"); }

std::string IdOf(std::string_view name) {
  const size_t slash = name.rfind('/');
  return std::string(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

}  // namespace duban::indicator
