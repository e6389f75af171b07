#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_WORDS_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_WORDS_H_

#include <optional>
#include <string>
#include <string_view>

#include "duban/submission/v1/report.pb.h"

// How a report's states are called on paper.
namespace duban::submission {

// 草稿, 已报 …; empty for a state that is none.
std::string StateWord(v1::Report::State state);

// 正常, 初步 …; empty for UNSPECIFIED.
std::string StatusWord(v1::Report::ObservationStatus status);

// The status that a word stands for; NORMAL for no word at all, nothing for any other.
std::optional<v1::Report::ObservationStatus> ParseStatusWord(std::string_view word);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_WORDS_H_
