#include "services/notification/replay_rules.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"

namespace duban::notification {
namespace {

constexpr int kLongestReplayReason = 200;

// `{from}|{to}|{event}|{subscription}`, times in microseconds.
absl::StatusOr<ReplayRange> ReadCursor(const v1::ReplayDeliveriesRequest& request) {
  std::string text;
  int64_t from = 0;
  int64_t to = 0;
  const bool readable = absl::WebSafeBase64Unescape(request.cursor(), &text);
  const std::vector<std::string> parts = absl::StrSplit(text, '|');
  if (!readable || parts.size() != 4 || !absl::SimpleAtoi(parts[0], &from) ||
      !absl::SimpleAtoi(parts[1], &to) || !IsUuid(parts[2]) || parts[3] != request.parent()) {
    return Error(kReplayCursorInvalid).Field("cursor").Build();
  }
  return ReplayRange{parts[3], absl::FromUnixMicros(from), parts[2], absl::FromUnixMicros(to)};
}

// The range, if all of its events are there still.
absl::StatusOr<ReplayRange> IfKept(const ReplayRange& range, absl::Time since,
                                   std::string_view field) {
  if (range.from >= since) return range;
  return Error(kReplayTooOld)
      .With("since", absl::FormatTime(absl::RFC3339_sec, since, absl::UTCTimeZone()))
      .Field(field)
      .Build();
}

}  // namespace

absl::StatusOr<ReplayRange> ReadReplay(const v1::ReplayDeliveriesRequest& request, absl::Time now,
                                       absl::Duration kept) {
  DUBAN_RETURN_IF_ERROR(
      CheckText(request.reason(), "reason", kLongestReplayReason, /*required=*/true));
  absl::Time to = now;
  if (request.has_to_time()) {
    DUBAN_ASSIGN_OR_RETURN(to, ParseTimestamp(request.to_time(), "to_time"));
  }
  if (!request.cursor().empty()) {
    DUBAN_ASSIGN_OR_RETURN(const ReplayRange range, ReadCursor(request));
    if (request.has_to_time() && to != range.to) {
      return Error(kReplayCursorInvalid).Field("cursor").Build();
    }
    return IfKept(range, now - kept, "cursor");
  }
  if (!request.has_from_time()) {
    return FieldInvalid("from_time", "须写明起始时间或游标", "it or a cursor is required");
  }
  DUBAN_ASSIGN_OR_RETURN(const absl::Time from, ParseTimestamp(request.from_time(), "from_time"));
  if (from >= to) return FieldInvalid("from_time", "应早于截止时间", "it lies before the end");
  return IfKept({request.parent(), from, "", to}, now - kept, "from_time");
}

std::string MakeCursor(const ReplayRange& range) {
  return absl::WebSafeBase64Escape(absl::StrCat(absl::ToUnixMicros(range.from), "|",
                                                absl::ToUnixMicros(range.to), "|", range.after, "|",
                                                range.subscription));
}

}  // namespace duban::notification
