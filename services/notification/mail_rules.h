#ifndef DUBAN_SERVICES_NOTIFICATION_MAIL_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_MAIL_RULES_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace duban::notification {

// What a mail says, and from whom to whom.
struct Mail {
  std::string id;    // of the delivery: the mail has the same Message-ID however often it is sent
  std::string from;  // address
  std::string from_name;  // may be empty
  std::string to;         // address
  absl::Time time;
  std::string title;
  std::string body;
  std::string title_en;  // may be empty
  std::string body_en;   // may be empty
};

// The mail as it is sent (RFC 5322): a plain and an HTML part, both with the English text below
// where there is one; nothing but ASCII in it.
std::string FormatMail(const Mail& mail);

// Whether it is `name@host` that can stand in an SMTP command and a header: ASCII, no blank, no
// bracket, no line end.
bool IsMailAddress(std::string_view text);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_MAIL_RULES_H_
