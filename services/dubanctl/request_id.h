#ifndef DUBAN_SERVICES_DUBANCTL_REQUEST_ID_H_
#define DUBAN_SERVICES_DUBANCTL_REQUEST_ID_H_

#include <string>
#include <string_view>

namespace duban::ctl {

// A UUID (version 8 of RFC 9562) made from the text alone: the same text gives the same id on every
// machine, so that a script played twice asks for each thing once. Not for secrets.
std::string RequestIdOf(std::string_view text);

}  // namespace duban::ctl

#endif  // DUBAN_SERVICES_DUBANCTL_REQUEST_ID_H_
