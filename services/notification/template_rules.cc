#include "services/notification/template_rules.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "duban/common/v1/event.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/notification/event_type_rules.h"
#include "services/notification/tag_rules.h"

namespace duban::notification {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr int kLongestTitle = 100;
constexpr int kLongestShortText = 200;
constexpr int kLongestBody = 4000;
constexpr std::string_view kCountSuffix = "_count";
// Beside the fields of the data.
constexpr const char* kSurroundings[] = {"event.subject", "event.plan", "event.unit", "event.time",
                                         "member.display_name"};

// What a name stands for.
struct Meaning {
  enum Kind { kText, kFlag, kTexts, kMessages, kMessage };
  Kind kind;
  const Descriptor* message = nullptr;  // of kMessages and kMessage
};

bool IsText(const FieldDescriptor& field) {
  return field.message_type() == nullptr ||
         field.message_type() == google::protobuf::Timestamp::descriptor();
}

Meaning MeaningOf(const FieldDescriptor& field) {
  if (field.is_repeated()) {
    return IsText(field) ? Meaning{Meaning::kTexts}
                         : Meaning{Meaning::kMessages, field.message_type()};
  }
  if (field.type() == FieldDescriptor::TYPE_BOOL) return {Meaning::kFlag};
  return IsText(field) ? Meaning{Meaning::kText} : Meaning{Meaning::kMessage, field.message_type()};
}

std::optional<Meaning> MeaningIn(const Descriptor& message, const std::string& name) {
  const Descriptor* current = &message;
  const std::vector<std::string> path = absl::StrSplit(name, '.');
  for (size_t i = 0; i < path.size(); ++i) {
    const FieldDescriptor* field = current->FindFieldByName(path[i]);
    const bool last = i + 1 == path.size();
    if (field == nullptr && last && absl::EndsWith(path[i], "_count")) {
      field = current->FindFieldByName(path[i].substr(0, path[i].size() - kCountSuffix.size()));
      if (field != nullptr && field->is_repeated()) return Meaning{Meaning::kText};
      return std::nullopt;
    }
    if (field == nullptr) return std::nullopt;
    const Meaning meaning = MeaningOf(*field);
    if (last) return meaning;
    if (meaning.kind != Meaning::kMessage) return std::nullopt;
    current = meaning.message;
  }
  return std::nullopt;
}

void AddVariables(const Descriptor& message, const std::string& prefix,
                  std::vector<std::string>* names) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const Meaning meaning = MeaningOf(field);
    names->push_back(prefix + field.name());
    if (field.is_repeated()) names->push_back(absl::StrCat(prefix, field.name(), "_count"));
    if (meaning.kind == Meaning::kMessage) {
      names->pop_back();
      AddVariables(*meaning.message, absl::StrCat(prefix, field.name(), "."), names);
    }
  }
}

// Checks the tags of one text against the data of its type.
class TagCheck {
 public:
  TagCheck(const std::string& type, const Descriptor* data, const std::string& field)
      : type_(type), field_(field), scopes_{{Meaning::kMessage, data}} {}

  absl::Status Run(const std::string& text) {
    const auto tags = ReadTags(text);
    if (!tags) {
      return Malformed("标签不完整，或不是变量、区段、注释之一",
                       "a tag is not closed, or none of variable, section and comment");
    }
    for (const Tag& tag : *tags) DUBAN_RETURN_IF_ERROR(Check(tag));
    if (!sections_.empty()) return Malformed("区段没有结束", "a section does not end");
    return absl::OkStatus();
  }

 private:
  absl::Status Malformed(std::string_view zh, std::string_view en) const {
    return Error(kTemplateMalformed)
        .With("field", field_)
        .With("zh", zh)
        .With("en", en)
        .Field(field_)
        .Build();
  }

  absl::Status Check(const Tag& tag) {
    if (tag.kind == Tag::kEnd) return End(tag);
    const std::optional<Meaning> meaning = Find(tag.name);
    if (!meaning) return Unknown(tag);
    if (tag.kind == Tag::kVariable) {
      if (meaning->kind == Meaning::kText) return absl::OkStatus();
      return Malformed("列表、是否项和分组只能作区段",
                       "lists, flags and groups only make sections");
    }
    sections_.push_back(tag.name);
    scopes_.push_back(tag.kind == Tag::kSection ? *meaning : scopes_.back());
    return absl::OkStatus();
  }

  absl::Status End(const Tag& tag) {
    if (sections_.empty() || sections_.back() != tag.name) {
      return Malformed("区段的开始与结束不对应", "the sections' beginnings and ends do not match");
    }
    sections_.pop_back();
    scopes_.pop_back();
    return absl::OkStatus();
  }

  std::optional<Meaning> Find(const std::string& name) const {
    if (name == ".") {
      if (scopes_.back().kind == Meaning::kTexts) return Meaning{Meaning::kText};
      return std::nullopt;
    }
    for (const char* surrounding : kSurroundings) {
      if (name == surrounding) return Meaning{Meaning::kText};
    }
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (scope->message == nullptr) continue;
      if (const auto meaning = MeaningIn(*scope->message, name)) return meaning;
    }
    return std::nullopt;
  }

  absl::Status Unknown(const Tag& tag) const {
    std::vector<std::string> known;
    AddVariables(*scopes_.front().message, "", &known);
    known.insert(known.end(), std::begin(kSurroundings), std::end(kSurroundings));
    return Error(kVariableUnknown)
        .With("event_type", type_)
        .With("variable", tag.name)
        .With("known", absl::StrJoin(known, " "))
        .Field(field_)
        .Build();
  }

  const std::string& type_;
  const std::string& field_;
  std::vector<std::string> sections_;
  std::vector<Meaning> scopes_;  // one more than sections
};

}  // namespace

absl::Status CheckEventType(std::string_view type, std::string_view field) {
  if (DataOfType(type) != nullptr) return absl::OkStatus();
  return Error(kEventTypeUnknown).With("event_type", type).Field(field).Build();
}

absl::Status CheckTemplate(const v1::Template& checked) {
  DUBAN_RETURN_IF_ERROR(CheckEventType(checked.event_type(), "template.event_type"));
  struct Text {
    std::string field;
    const std::string& value;
    int longest;
    bool required;
  };
  const Text texts[] = {{"template.title", checked.title(), kLongestTitle, true},
                        {"template.short_text", checked.short_text(), kLongestShortText, true},
                        {"template.body", checked.body(), kLongestBody, true},
                        {"template.title_en", checked.title_en(), kLongestTitle, false},
                        {"template.body_en", checked.body_en(), kLongestBody, false}};
  for (const Text& text : texts) {
    DUBAN_RETURN_IF_ERROR(CheckText(text.value, text.field, text.longest, text.required));
    TagCheck check(checked.event_type(), DataOfType(checked.event_type()), text.field);
    DUBAN_RETURN_IF_ERROR(check.Run(text.value));
  }
  return absl::OkStatus();
}

}  // namespace duban::notification
