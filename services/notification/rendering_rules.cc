#include "services/notification/rendering_rules.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "google/protobuf/timestamp.pb.h"
#include "kainjow/mustache.hpp"
#include "services/notification/event_type_rules.h"
#include "services/notification/tag_rules.h"
#include "services/notification/template_rules.h"
#include "services/notification/word_rules.h"

namespace duban::notification {
namespace {

namespace mustache = kainjow::mustache;
using common::v1::Event;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kLongestShown = 70;      // characters of a short text
constexpr int kTitleCharacters = 200;  // of a title as kept
constexpr size_t kBodyBytes = 65535;   // of a body as kept: a column of the type TEXT
// Marks variables, so that their lookup is told from that of sections.
constexpr char kVariableMark = '$';

// Shows a message in one language. Its strings that are empty, its enums that say nothing and its
// messages that are not set are not there.
class Display {
 public:
  Display(const Surroundings& surroundings, Language language)
      : surroundings_(surroundings), language_(language) {}

  mustache::data Of(const Message& message) const {
    mustache::data shown(mustache::object{});
    const google::protobuf::Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) Add(message, *type.field(i), &shown);
    return shown;
  }

  std::string Name(const std::string& resource) const {
    const auto found = surroundings_.display_names.find(resource);
    return found == surroundings_.display_names.end() ? resource : found->second;
  }

  std::string Time(const google::protobuf::Timestamp& time) const {
    return TimeWords(FromTimestamp(time), surroundings_.zone, language_);
  }

 private:
  void Add(const Message& message, const FieldDescriptor& field, mustache::data* shown) const {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    if (field.is_repeated()) {
      const int size = reflection.FieldSize(message, &field);
      mustache::data list(mustache::list{});
      for (int i = 0; i < size; ++i) list.push_back(Element(message, field, i));
      shown->set(field.name(), list);
      shown->set(field.name() + "_count", absl::StrCat(size));
    } else if (field.type() == FieldDescriptor::TYPE_BOOL) {
      shown->set(field.name(), mustache::data(reflection.GetBool(message, &field)));
    } else if (field.message_type() != nullptr) {
      if (reflection.HasField(message, &field)) {
        shown->set(field.name(), Nested(reflection.GetMessage(message, &field)));
      }
    } else if (const std::string text = Text(message, field); !text.empty()) {
      shown->set(field.name(), text);
    }
  }

  mustache::data Nested(const Message& message) const {
    const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&message);
    return time != nullptr ? mustache::data(Time(*time)) : Of(message);
  }

  mustache::data Element(const Message& message, const FieldDescriptor& field, int i) const {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Nested(reflection.GetRepeatedMessage(message, &field, i));
      case FieldDescriptor::CPPTYPE_STRING:
        return Name(reflection.GetRepeatedString(message, &field, i));
      case FieldDescriptor::CPPTYPE_ENUM:
        return ValueWords(*reflection.GetRepeatedEnum(message, &field, i), language_);
      case FieldDescriptor::CPPTYPE_INT32:
        return absl::StrCat(reflection.GetRepeatedInt32(message, &field, i));
      default:
        return absl::StrCat(reflection.GetRepeatedInt64(message, &field, i));
    }
  }

  std::string Text(const Message& message, const FieldDescriptor& field) const {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string value = reflection.GetString(message, &field);
        if (field.name() == "period") return PeriodWords(value, language_);
        if (absl::EndsWith(field.name(), "_date")) return DateWords(value, language_);
        return Name(value);
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto* value = reflection.GetEnum(message, &field);
        return value->number() == 0 ? "" : ValueWords(*value, language_);
      }
      case FieldDescriptor::CPPTYPE_INT32:
        return absl::StrCat(reflection.GetInt32(message, &field));
      default:
        return absl::StrCat(reflection.GetInt64(message, &field));
    }
  }

  const Surroundings& surroundings_;
  const Language language_;
};

// Tells which variable was not there first.
class StrictContext : public mustache::context<std::string> {
 public:
  explicit StrictContext(const mustache::data* data) : mustache::context<std::string>(data) {}

  const mustache::data* get(const std::string& name) const override {
    if (name.front() != kVariableMark) return mustache::context<std::string>::get(name);
    const std::string variable = name.substr(1);
    const mustache::data* found = mustache::context<std::string>::get(variable);
    if (found == nullptr && missing_.empty()) missing_ = variable;
    return found;
  }

  const std::string& missing() const { return missing_; }

 private:
  mutable std::string missing_;
};

std::string WithMarks(const std::string& text) {
  std::string marked;
  size_t copied = 0;
  for (const Tag& tag : ReadTags(text).value_or(std::vector<Tag>())) {
    if (tag.kind != Tag::kVariable) continue;
    marked.append(text, copied, tag.name_begin - copied);
    marked.push_back(kVariableMark);
    copied = tag.name_begin;
  }
  return marked.append(text, copied);
}

absl::StatusOr<std::string> RenderText(const std::string& text, const mustache::data& data) {
  mustache::mustache engine(WithMarks(text));
  engine.set_custom_escape([](const std::string& plain) { return plain; });
  StrictContext context(&data);
  std::string rendered = engine.render(context);
  if (!context.missing().empty()) {
    return Error(kVariableMissing).With("variable", context.missing()).Build();
  }
  return rendered;
}

mustache::data DataFor(const Event& event, const Message& data, const Surroundings& surroundings,
                       Language language) {
  const Display display(surroundings, language);
  mustache::data all = display.Of(data);
  mustache::data around(mustache::object{});
  around.set("subject", event.subject());
  if (!event.plan().empty()) around.set("plan", display.Name(event.plan()));
  if (!event.unit().empty()) around.set("unit", display.Name(event.unit()));
  around.set("time", display.Time(event.time()));
  all.set("event", around);
  mustache::data member(mustache::object{});
  if (!surroundings.member.empty()) member.set("display_name", surroundings.member);
  all.set("member", member);
  return all;
}

int CharactersOf(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

absl::StatusOr<std::string> RenderBody(const std::string& text, const mustache::data& data) {
  DUBAN_ASSIGN_OR_RETURN(std::string body, RenderText(text, data));
  if (body.size() <= kBodyBytes) return body;
  return Error(kBodyTooLong)
      .With("bytes", absl::StrCat(body.size()))
      .With("most", absl::StrCat(kBodyBytes))
      .Build();
}

bool IsNamed(const std::string& text) {
  return absl::StartsWith(text, "units/") || absl::StartsWith(text, "members/") ||
         absl::StartsWith(text, "plans/");
}

void AddNamed(const Message& message, std::set<std::string>* names) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      const std::string value = field->is_repeated()
                                    ? reflection.GetRepeatedString(message, field, i)
                                    : reflection.GetString(message, field);
      if (IsNamed(value)) names->insert(value);
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Message>> ReadEventData(const Event& event) {
  DUBAN_RETURN_IF_ERROR(CheckEventType(event.type(), "event.type"));
  const google::protobuf::Descriptor* type = DataOfType(event.type());
  std::unique_ptr<Message> data(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (event.data().type_url() == "type.googleapis.com/" + type->full_name() &&
      data->ParseFromString(event.data().value())) {
    return data;
  }
  return Error(kEventDataInvalid).With("event_type", event.type()).Build();
}

std::set<std::string> NamedResources(const Event& event, const Message& data) {
  std::set<std::string> names;
  if (!event.plan().empty()) names.insert(event.plan());
  if (!event.unit().empty()) names.insert(event.unit());
  AddNamed(data, &names);
  return names;
}

absl::StatusOr<Texts> Render(const v1::Template& source, const Event& event, const Message& data,
                             const Surroundings& surroundings) {
  const mustache::data chinese = DataFor(event, data, surroundings, Language::kChinese);
  const mustache::data english = DataFor(event, data, surroundings, Language::kEnglish);
  Texts texts;
  DUBAN_ASSIGN_OR_RETURN(const std::string title, RenderText(source.title(), chinese));
  DUBAN_ASSIGN_OR_RETURN(*texts.mutable_short_text(), RenderText(source.short_text(), chinese));
  DUBAN_ASSIGN_OR_RETURN(*texts.mutable_body(), RenderBody(source.body(), chinese));
  DUBAN_ASSIGN_OR_RETURN(const std::string title_en, RenderText(source.title_en(), english));
  DUBAN_ASSIGN_OR_RETURN(*texts.mutable_body_en(), RenderBody(source.body_en(), english));
  texts.set_title(PrintableExcerpt(title, kTitleCharacters));
  texts.set_title_en(PrintableExcerpt(title_en, kTitleCharacters));
  const int length = CharactersOf(texts.short_text());
  if (length > kLongestShown) {
    return Error(kTextTooLong).With("length", absl::StrCat(length)).Build();
  }
  return texts;
}

}  // namespace duban::notification
