#include "services/notification/step_up_store.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace duban::notification {
namespace {

constexpr char kDue[] =
    "SELECT m.member, m.sequence, m.message, m.notice, m.type, m.subject, m.plan, m.unit, m.title,"
    " m.short_text, m.body, m.title_en, m.body_en, m.events, m.acknowledge_time, m.version,"
    " n.audience, n.channels FROM messages m JOIN notices n ON n.notice = m.notice"
    " WHERE m.step_up_time <= ? ORDER BY m.step_up_time, m.message LIMIT ?";
constexpr char kClear[] =
    "UPDATE messages SET step_up_time = NULL, version = version + 1"
    " WHERE member = ? AND sequence = ? AND version = ?";

Unacknowledged ReadMessage(const db::Row& row) {
  Unacknowledged read;
  v1::Message& message = read.message;
  message.set_name(absl::StrCat("members/", row.GetString(0), "/messages/", row.GetString(2)));
  message.set_sequence(row.GetInt(1));
  message.set_type(row.GetString(4));
  message.set_subject(row.GetString(5));
  message.set_plan(row.GetString(6));
  for (absl::string_view event : absl::StrSplit(row.GetString(13), ' ', absl::SkipEmpty())) {
    message.add_events(std::string(event));
  }
  if (const auto time = row.GetOptionalTime(14)) {
    *message.mutable_acknowledge_time() = ToTimestamp(*time);
  }
  read.version = row.GetInt(15);
  NoticeRecord& told = read.told;
  told.notice.set_name(absl::StrCat("notices/", row.GetString(3)));
  told.notice.set_member(absl::StrCat("members/", row.GetString(0)));
  told.notice.set_audience(row.GetString(16));
  told.unit = row.GetString(7);
  told.texts.set_title(row.GetString(8));
  told.texts.set_short_text(row.GetString(9));
  told.texts.set_body(row.GetString(10));
  told.texts.set_title_en(row.GetString(11));
  told.texts.set_body_en(row.GetString(12));
  for (absl::string_view part : absl::StrSplit(row.GetString(17), ' ', absl::SkipEmpty())) {
    int channel = 0;
    if (absl::SimpleAtoi(part, &channel))
      told.channels.push_back(static_cast<v1::Channel>(channel));
  }
  return read;
}

}  // namespace

absl::StatusOr<std::vector<Unacknowledged>> StepUpStore::Due(db::Session& session, absl::Time now,
                                                             int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kDue, {now, limit}));
  std::vector<Unacknowledged> due;
  for (const db::Row& row : rows) due.push_back(ReadMessage(row));
  return due;
}

absl::StatusOr<bool> StepUpStore::Clear(db::Transaction& tx, const Unacknowledged& message) const {
  const std::string& member = message.told.notice.member();
  DUBAN_ASSIGN_OR_RETURN(const int64_t cleared,
                         tx.Execute(kClear, {member.substr(member.rfind('/') + 1),
                                             message.message.sequence(), message.version}));
  return cleared == 1;
}

}  // namespace duban::notification
