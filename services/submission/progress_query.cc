#include "services/submission/progress_query.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/server/list_query.h"

namespace duban::submission {
namespace {

using indicator::v1::Responsibility;
using Line = v1::ScoreboardLine;

std::optional<std::string> Term(const std::map<std::string, std::string>& terms,
                                const std::string& field) {
  const auto found = terms.find(field);
  if (found == terms.end()) return std::nullopt;
  return found->second;
}

absl::Status NoSuchValue(const std::string& field, const std::string& value) {
  return Error(server::kFilterInvalid)
      .With("zh", absl::StrCat(field, " 没有取值“", value, "”"))
      .With("en", absl::StrCat("there is no ", field, " \"", value, "\""))
      .Field("filter");
}

template <typename T>
bool Passes(const std::optional<T>& wanted, const T& value) {
  return !wanted || *wanted == value;
}

bool Matches(const LineFilter& filter, const Line& line) {
  return Passes(filter.indicator, line.indicator()) && Passes(filter.unit, line.unit()) &&
         Passes(filter.task, line.task()) && Passes(filter.light, line.light()) &&
         Passes(filter.mode, line.responsibility_mode());
}

}  // namespace

absl::StatusOr<LineFilter> ParseLineFilter(const v1::GetScoreboardRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery query,
                         server::ParseListQuery(request, {"indicator", "unit", "task", "light",
                                                          "responsibility_mode"}));
  LineFilter filter;
  filter.indicator = Term(query.filter, "indicator");
  filter.unit = Term(query.filter, "unit");
  filter.task = Term(query.filter, "task");
  if (const auto light = Term(query.filter, "light")) {
    Line::Light value;
    if (!Line::Light_Parse(*light, &value)) return NoSuchValue("light", *light);
    filter.light = value;
  }
  if (const auto mode = Term(query.filter, "responsibility_mode")) {
    Responsibility::Mode value;
    if (!Responsibility::Mode_Parse(*mode, &value)) {
      return NoSuchValue("responsibility_mode", *mode);
    }
    filter.mode = value;
  }
  return filter;
}

void Keep(const LineFilter& filter, v1::Scoreboard* board) {
  auto* lines = board->mutable_lines();
  lines->erase(std::remove_if(lines->begin(), lines->end(),
                              [&](const Line& line) { return !Matches(filter, line); }),
               lines->end());
}

absl::StatusOr<std::optional<absl::Time>> ParseReadTime(
    bool given, const google::protobuf::Timestamp& read_time, absl::Time now) {
  if (!given) return std::optional<absl::Time>();
  DUBAN_ASSIGN_OR_RETURN(const absl::Time instant, ParseTimestamp(read_time, "read_time"));
  if (instant > now) return FieldInvalid("read_time", "尚未到来", "it is yet to come");
  return std::optional<absl::Time>(instant);
}

}  // namespace duban::submission
