#ifndef DUBAN_SERVICES_NOTIFICATION_RENDERING_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_RENDERING_RULES_H_

#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/common/v1/event.pb.h"
#include "duban/notification/v1/template.pb.h"
#include "duban/notification/v1/template_service.pb.h"
#include "google/protobuf/message.h"

// What a template makes of an event.
namespace duban::notification {

inline constexpr Reason kVariableMissing{"VARIABLE_MISSING", absl::StatusCode::kInvalidArgument,
                                         "事件没有模板所需的 {variable}",
                                         "The event lacks what the template needs: {variable}."};
inline constexpr Reason kTextTooLong{"TEXT_TOO_LONG", absl::StatusCode::kInvalidArgument,
                                     "短信有 {length} 个字，至多70个",
                                     "The short text has {length} characters, at most 70 fit."};
inline constexpr Reason kBodyTooLong{"BODY_TOO_LONG", absl::StatusCode::kInvalidArgument,
                                     "正文有 {bytes} 字节，至多{most}字节",
                                     "The body has {bytes} bytes, at most {most} fit."};
inline constexpr Reason kEventDataInvalid{"EVENT_DATA_INVALID", absl::StatusCode::kInvalidArgument,
                                          "事件数据与其类型 {event_type} 不符",
                                          "The event's data is not that of its type {event_type}."};

using Texts = v1::PreviewTemplateResponse;

// The event's data as the message that its type declares. INVALID_ARGUMENT EVENT_DATA_INVALID if it
// is another one or does not parse, EVENT_TYPE_UNKNOWN for a type that nobody declares.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> ReadEventData(
    const common::v1::Event& event);

// The resources that the event names and that people know by another name: units, members, plans,
// indicators.
std::set<std::string> NamedResources(const common::v1::Event& event,
                                     const google::protobuf::Message& data);

// What is known around the event.
struct Surroundings {
  std::map<std::string, std::string> display_names;  // by resource; others are shown as they are
  absl::TimeZone zone;
  std::string member;  // 姓名 of who is told
};

// The texts. INVALID_ARGUMENT VARIABLE_MISSING naming the first variable that the event does not
// have, TEXT_TOO_LONG if the short text is over 70 characters, BODY_TOO_LONG if a body has more
// bytes than a notice keeps.
absl::StatusOr<Texts> Render(const v1::Template& source, const common::v1::Event& event,
                             const google::protobuf::Message& data,
                             const Surroundings& surroundings);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_RENDERING_RULES_H_
