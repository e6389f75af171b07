#ifndef DUBAN_SERVICES_INDICATOR_FIELDS_H_
#define DUBAN_SERVICES_INDICATOR_FIELDS_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "common/base/decimal.h"
#include "common/base/error.h"
#include "google/protobuf/message.h"

// Checks of single fields. Each adds what is wrong to `out` under the field's path, which is
// written from the root of the request, so that one pass answers everything at once.
namespace duban::indicator {

inline constexpr Reason kDuplicateId{"DUPLICATE_ID", absl::StatusCode::kInvalidArgument,
                                     "“{id}”重复出现", "\"{id}\" stands there more than once."};

// What several different violations of one request are answered as.
inline constexpr Reason kRequestInvalid{"REQUEST_INVALID", absl::StatusCode::kInvalidArgument,
                                        "请求有 {violations} 处不符合要求",
                                        "The request has {violations} violations."};

// The longest names and continuous texts of a plan and its directory, in characters, and the
// longest time that a rule may set.
inline constexpr int kMaxNameCharacters = 100;
inline constexpr int kMaxProseCharacters = 4000;
inline constexpr int kMaxWorkdays = 60;

// An INVALID_ARGUMENT of a reason whose texts are `…{zh}` and `…{en}`.
void AddViolation(const Reason& reason, const std::string& path, std::string_view zh,
                  std::string_view en, Violations& out);

// FIELD_INVALID unless it is a text as CheckText of common/base/text.h takes it.
void CheckTextField(const std::string& value, const std::string& path, int max_characters,
                    bool required, Violations& out);

// FIELD_INVALID unless it is a resource name of the pattern, such as `units/*`.
bool CheckNameField(const std::string& value, std::string_view pattern, const std::string& path,
                    Violations& out);

// FIELD_INVALID unless it is a slug.
void CheckSlugField(const std::string& value, const std::string& path, Violations& out);

// FIELD_INVALID if a list is longer than it may be.
void CheckLength(int size, int max, const std::string& path, Violations& out);

// FIELD_INVALID for every enum field of the message and of those within it whose number the
// contract does not know.
void CheckEnums(const google::protobuf::Message& message, const std::string& path, Violations& out);

// FIELD_INVALID for `etag` and every field that is output only, if it is set.
void CheckNoOutput(const google::protobuf::Message& message, const std::string& path,
                   Violations& out);

// The decimal; nothing for an empty field, and with DECIMAL_INVALID for what is none.
std::optional<Decimal> ReadDecimal(const std::string& text, const std::string& path,
                                   Violations& out);

// A decimal whose form was checked before; nothing for what is empty or none.
std::optional<Decimal> ReadChecked(const std::string& text);

// The date; nothing for an empty field, and with DATE_INVALID for what is none.
std::optional<absl::CivilDay> ReadDate(const std::string& text, const std::string& path,
                                       Violations& out);

// `path[i]`.
std::string At(const std::string& path, int i);

// The id of a resource: what stands behind the last slash of its name.
std::string IdOf(std::string_view name);

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_FIELDS_H_
