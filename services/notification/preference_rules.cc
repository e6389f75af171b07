#include "services/notification/preference_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "services/notification/mail_rules.h"
#include "services/notification/template_rules.h"

namespace duban::notification {
namespace {

constexpr int kMostMutes = 100;
constexpr size_t kShortestPhone = 5;
constexpr size_t kLongestPhone = 15;
constexpr int kLongestAccount = 64;
constexpr size_t kLongNumber = 11;
constexpr size_t kShownBefore = 3;
constexpr size_t kShownAfter = 4;

bool IsPhone(std::string_view phone) {
  if (!phone.empty() && phone.front() == '+') phone.remove_prefix(1);
  return phone.size() >= kShortestPhone && phone.size() <= kLongestPhone &&
         std::all_of(phone.begin(), phone.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); });
}

}  // namespace

absl::Status CheckPreferences(const v1::Preferences& preferences) {
  if (preferences.mutes_size() > kMostMutes) {
    return FieldInvalid("preferences.mutes", "至多100项", "there are at most 100");
  }
  for (int i = 0; i < preferences.mutes_size(); ++i) {
    const v1::Preferences::Mute& mute = preferences.mutes(i);
    const std::string field = absl::StrCat("preferences.mutes[", i, "]");
    if (!v1::Channel_IsValid(mute.channel()) || mute.channel() == v1::WEBHOOK) {
      return FieldInvalid(field + ".channel", "应为 EMAIL、SMS、CHAT 或不填",
                          "it is EMAIL, SMS, CHAT or absent");
    }
    if (!mute.event_type().empty()) {
      DUBAN_RETURN_IF_ERROR(CheckEventType(mute.event_type(), field + ".event_type"));
    }
  }
  return absl::OkStatus();
}

bool IsMuted(const v1::Preferences& preferences, std::string_view event_type, v1::Channel channel) {
  return std::any_of(
      preferences.mutes().begin(), preferences.mutes().end(),
      [&](const v1::Preferences::Mute& mute) {
        return (mute.channel() == v1::CHANNEL_UNSPECIFIED || mute.channel() == channel) &&
               (mute.event_type().empty() || mute.event_type() == event_type);
      });
}

absl::Status CheckContactPoints(const v1::SetContactPointsRequest& request) {
  if (!request.phone().empty() && !IsPhone(request.phone())) {
    return FieldInvalid("phone", "应为5至15位数字，前面可带加号",
                        "it is 5 to 15 digits with or without a leading plus");
  }
  if (!request.mail().empty() && !IsMailAddress(request.mail())) {
    return FieldInvalid("mail", "应为邮件地址", "it is a mail address");
  }
  return CheckText(request.chat_id(), "chat_id", kLongestAccount, false);
}

std::string MaskNumber(std::string_view number) {
  if (number.empty()) return "";
  const bool is_long = number.size() >= kLongNumber;
  const size_t before = is_long ? kShownBefore : number.size() / 4;
  const size_t after = is_long ? kShownAfter : number.size() / 4;
  if (std::any_of(number.begin(), number.end(), [](char c) { return (c & 0x80) != 0; })) {
    return "****";
  }
  return absl::StrCat(std::string(number.substr(0, before)), "****",
                      std::string(number.substr(number.size() - after)));
}

std::string MaskMail(std::string_view mail) {
  const size_t at = mail.find('@');
  if (at == std::string_view::npos) return "";
  return absl::StrCat(std::string(mail.substr(0, 1)), "***", std::string(mail.substr(at)));
}

}  // namespace duban::notification
