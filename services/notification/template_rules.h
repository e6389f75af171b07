#ifndef DUBAN_SERVICES_NOTIFICATION_TEMPLATE_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_TEMPLATE_RULES_H_

#include "absl/status/status.h"
#include "common/base/error.h"
#include "duban/notification/v1/template.pb.h"

// What a template may say.
namespace duban::notification {

inline constexpr Reason kEventTypeUnknown{"EVENT_TYPE_UNKNOWN", absl::StatusCode::kInvalidArgument,
                                          "没有声明过事件类型 {event_type}",
                                          "Nobody declares the event type {event_type}."};
inline constexpr Reason kTemplateMalformed{"TEMPLATE_MALFORMED", absl::StatusCode::kInvalidArgument,
                                           "模板 {field} 有误：{zh}",
                                           "The template's {field} is malformed: {en}."};
inline constexpr Reason kVariableUnknown{
    "VARIABLE_UNKNOWN", absl::StatusCode::kInvalidArgument,
    "{event_type} 没有变量 {variable}，可用：{known}",
    "{event_type} has no variable {variable}; there are: {known}."};

// INVALID_ARGUMENT EVENT_TYPE_UNKNOWN if no service declares the type.
absl::Status CheckEventType(std::string_view type, std::string_view field);

// OK, or INVALID_ARGUMENT for the first text that is wrong: FIELD_INVALID (missing, or too long),
// EVENT_TYPE_UNKNOWN, TEMPLATE_MALFORMED (tags that do not match, that are none of mustache's
// variables, sections and comments, or a section's name where a text belongs), VARIABLE_UNKNOWN.
absl::Status CheckTemplate(const v1::Template& checked);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_TEMPLATE_RULES_H_
