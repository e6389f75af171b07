#ifndef DUBAN_SERVICES_NOTIFICATION_WORD_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_WORD_RULES_H_

#include <string>

#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"

// How messages say what events carry.
namespace duban::notification {

enum class Language { kChinese, kEnglish };

// A period: 2024年3月上旬, and as written in English. What is no period stays as it is.
std::string PeriodWords(const std::string& period, Language language);

// A date `YYYY-MM-DD`: 2024年3月29日, and as written in English. What is no date stays as it is.
std::string DateWords(const std::string& date, Language language);

// An instant to the minute: 2024年3月29日17:30, 2024-03-29 17:30.
std::string TimeWords(absl::Time time, absl::TimeZone zone, Language language);

// A value of an enum that events carry: 调度, dispatch session. One that has no words is shown by
// its name.
std::string ValueWords(const google::protobuf::EnumValueDescriptor& value, Language language);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_WORD_RULES_H_
