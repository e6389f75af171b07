#include "services/submission/report_words.h"

#include <array>
#include <utility>

namespace duban::submission {
namespace {

using v1::Report;

constexpr std::array<std::pair<Report::State, std::string_view>, 7> kStates = {
    {{Report::DRAFT, "草稿"},
     {Report::SUBMITTED, "已报"},
     {Report::ENDORSED, "已签"},
     {Report::ACCEPTED, "已审"},
     {Report::RETURNED, "退回"},
     {Report::SUPERSEDED, "已替代"},
     {Report::WITHDRAWN, "已撤回"}}};
constexpr std::array<std::pair<Report::ObservationStatus, std::string_view>, 6> kStatuses = {
    {{Report::NORMAL, "正常"},
     {Report::PROVISIONAL, "初步"},
     {Report::ESTIMATED, "估计"},
     {Report::REVISED, "修订"},
     {Report::NO_CHANGE, "零报告"},
     {Report::MISSING, "缺报"}}};

}  // namespace

std::string StateWord(Report::State state) {
  for (const auto& [value, word] : kStates) {
    if (value == state) return std::string(word);
  }
  return "";
}

std::string StatusWord(Report::ObservationStatus status) {
  for (const auto& [value, word] : kStatuses) {
    if (value == status) return std::string(word);
  }
  return "";
}

std::optional<Report::ObservationStatus> ParseStatusWord(std::string_view word) {
  if (word.empty()) return Report::NORMAL;
  for (const auto& [value, name] : kStatuses) {
    if (name == word) return value;
  }
  return std::nullopt;
}

}  // namespace duban::submission
