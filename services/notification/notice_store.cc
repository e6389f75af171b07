#include "services/notification/notice_store.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/id.h"
#include "common/base/shared_time.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"

namespace duban::notification {
namespace {

using v1::Notice;

constexpr db::Repeated kInsert = {
    "INSERT INTO notices (notice, event, event_type, member, audience, route, channels, plan, unit,"
    " subject, obligations, urgency, template, template_revision, title, short_text, body,"
    " title_en, body_en, acknowledgement_required, step_up_seconds, state, reason, due_time,"
    " digest_date, expire_time, message, create_time, version) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, '', ?, ?, ?, '', ?, 1)",
    ", ", " ON DUPLICATE KEY UPDATE notice = notice"};
constexpr char kSelect[] =
    "SELECT notice, event, event_type, member, audience, route, urgency, state, reason, due_time,"
    " message, create_time FROM notices WHERE ";
constexpr char kSelectRecord[] =
    "SELECT notice, event, event_type, member, audience, route, urgency, state, reason, due_time,"
    " message, create_time, channels, plan, unit, subject, obligations, template,"
    " template_revision, title, short_text, body, title_en, body_en, acknowledgement_required,"
    " step_up_seconds, digest_date, expire_time FROM notices WHERE ";
constexpr char kDue[] =
    "state = 1 AND due_time <= ? AND digest_date = '' ORDER BY due_time, notice LIMIT ?";
constexpr char kDueForDigest[] =
    "state = 1 AND digest_date > '' AND due_time <= ? ORDER BY digest_date, member, notice"
    " LIMIT ?";
constexpr char kDueForDigestOf[] =
    "SELECT notice, event, event_type, member, audience, route, urgency, state, reason, due_time,"
    " message, create_time, channels, plan, unit, subject, obligations, template,"
    " template_revision, title, short_text, '', title_en, '', acknowledgement_required,"
    " step_up_seconds, digest_date, expire_time FROM notices FORCE INDEX (by_digest)"
    " WHERE state = 1 AND digest_date = ? AND member = ? AND due_time <= ? ORDER BY notice LIMIT ?";
constexpr db::Repeated kTell = {
    "UPDATE notices n JOIN messages m ON m.member = n.member AND m.notice = n.notice"
    " SET n.state = 2, n.message = m.message, n.version = n.version + 1"
    " WHERE n.state = 1 AND n.notice IN (",
    "?", ", ", ")"};
constexpr char kTellBy[] =
    "UPDATE notices SET state = 2, message = ?, version = version + 1"
    " WHERE notice = ? AND state = 1";
constexpr char kDrop[] =
    "UPDATE notices SET state = ?, reason = ?, version = version + 1 WHERE notice = ? AND state = "
    "1";
constexpr char kPostpone[] =
    "UPDATE notices SET digest_date = ?, due_time = ?, version = version + 1"
    " WHERE notice = ? AND state = 1";
constexpr char kDigestSize[] = "SELECT notices FROM digests WHERE member = ? AND digest_date = ?";
constexpr char kGrowDigest[] =
    "UPDATE digests SET notices = notices + ? WHERE member = ? AND digest_date = ?";
constexpr char kAddDigest[] =
    "INSERT INTO digests (member, digest_date, digest, message, notices, create_time)"
    " VALUES (?, ?, ?, ?, ?, ?)";

std::string LastId(const std::string& name) { return name.substr(name.rfind('/') + 1); }

Notice ReadNotice(const db::Row& row) {
  Notice notice;
  notice.set_name(absl::StrCat("notices/", row.GetString(0)));
  notice.set_event(absl::StrCat("events/", row.GetString(1)));
  notice.set_event_type(row.GetString(2));
  notice.set_member(absl::StrCat("members/", row.GetString(3)));
  notice.set_audience(row.GetString(4));
  notice.set_route(absl::StrCat("routes/", row.GetString(5)));
  notice.set_urgency(static_cast<v1::Urgency>(row.GetInt(6)));
  notice.set_state(static_cast<Notice::State>(row.GetInt(7)));
  notice.set_reason(row.GetString(8));
  *notice.mutable_due_time() = ToTimestamp(row.GetTime(9));
  if (!row.GetString(10).empty()) {
    notice.set_message(absl::StrCat(notice.member(), "/messages/", row.GetString(10)));
  }
  *notice.mutable_create_time() = ToTimestamp(row.GetTime(11));
  return notice;
}

NoticeRecord ReadRecord(const db::Row& row) {
  NoticeRecord record;
  record.notice = ReadNotice(row);
  for (absl::string_view part : absl::StrSplit(row.GetString(12), ' ', absl::SkipEmpty())) {
    int channel = 0;
    if (absl::SimpleAtoi(part, &channel)) {
      record.channels.push_back(static_cast<v1::Channel>(channel));
    }
  }
  record.plan = row.GetString(13);
  record.unit = row.GetString(14);
  record.subject = row.GetString(15);
  record.obligations = absl::StrSplit(row.GetString(16), ' ', absl::SkipEmpty());
  record.template_id = row.GetString(17);
  record.template_revision = static_cast<int>(row.GetInt(18));
  record.texts.set_title(row.GetString(19));
  record.texts.set_short_text(row.GetString(20));
  record.texts.set_body(row.GetString(21));
  record.texts.set_title_en(row.GetString(22));
  record.texts.set_body_en(row.GetString(23));
  record.acknowledgement_required = row.GetBool(24);
  record.step_up_after = absl::Seconds(row.GetInt(25));
  record.digest_date = row.GetString(26);
  record.expire_time = row.GetOptionalTime(27);
  return record;
}

std::vector<db::Value> RowOf(const NoticeRecord& record, absl::Time now) {
  const Notice& notice = record.notice;
  std::vector<int> channels(record.channels.begin(), record.channels.end());
  return {NewUuid7(SharedNow()),
          LastId(notice.event()),
          notice.event_type(),
          LastId(notice.member()),
          notice.audience(),
          LastId(notice.route()),
          absl::StrJoin(channels, " "),
          record.plan,
          record.unit,
          record.subject,
          absl::StrJoin(record.obligations, " "),
          static_cast<int>(notice.urgency()),
          record.template_id,
          record.template_revision,
          record.texts.title(),
          record.texts.short_text(),
          record.texts.body(),
          record.texts.title_en(),
          record.texts.body_en(),
          record.acknowledgement_required,
          absl::ToInt64Seconds(record.step_up_after),
          FromTimestamp(notice.due_time()),
          record.digest_date,
          record.expire_time,
          now};
}

absl::StatusOr<std::vector<NoticeRecord>> ReadRecords(absl::StatusOr<db::Rows> rows) {
  DUBAN_RETURN_IF_ERROR(rows.status());
  std::vector<NoticeRecord> records;
  for (const db::Row& row : *rows) records.push_back(ReadRecord(row));
  return records;
}

// Each of the statement's rows was WAITING.
absl::Status ExpectChanged(absl::StatusOr<int64_t> changed, size_t expected) {
  DUBAN_RETURN_IF_ERROR(changed.status());
  if (static_cast<size_t>(*changed) == expected) return absl::OkStatus();
  return absl::AbortedError("a notice is not WAITING any more");
}

}  // namespace

absl::Status NoticeStore::Add(db::Transaction& tx, const std::vector<NoticeRecord>& notices,
                              absl::Time now) const {
  std::vector<std::vector<db::Value>> rows;
  rows.reserve(notices.size());
  for (const NoticeRecord& record : notices) rows.push_back(RowOf(record, now));
  return db::ExecuteRepeated(tx, kInsert, std::move(rows)).status();
}

absl::StatusOr<std::optional<Notice>> NoticeStore::Get(db::Session& session,
                                                       const std::string& id) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(absl::StrCat(kSelect, "notice = ?"), {id}));
  if (rows.empty()) return std::nullopt;
  return ReadNotice(rows.front());
}

absl::StatusOr<std::vector<Notice>> NoticeStore::List(db::Session& session,
                                                      const NoticeQuery& query,
                                                      const std::string& before, int limit) const {
  // Ids are lower case, so all sort before a tilde.
  std::string where = "notice < ?";
  std::vector<db::Value> values = {before.empty() ? "~" : before};
  const auto add = [&](const char* term, db::Value value) {
    absl::StrAppend(&where, " AND ", term);
    values.push_back(std::move(value));
  };
  if (!query.event.empty()) add("event = ?", query.event);
  if (!query.member.empty()) add("member = ?", query.member);
  if (query.state != Notice::STATE_UNSPECIFIED) add("state = ?", int{query.state});
  values.emplace_back(limit);
  DUBAN_ASSIGN_OR_RETURN(
      const db::Rows rows,
      session.Query(absl::StrCat(kSelect, where, " ORDER BY notice DESC LIMIT ?"), values));
  std::vector<Notice> notices;
  for (const db::Row& row : rows) notices.push_back(ReadNotice(row));
  return notices;
}

absl::StatusOr<std::vector<NoticeRecord>> NoticeStore::Due(db::Session& session, absl::Time now,
                                                           int limit) const {
  return ReadRecords(session.Query(absl::StrCat(kSelectRecord, kDue), {now, limit}));
}

absl::StatusOr<std::vector<NoticeRecord>> NoticeStore::DueForDigest(db::Session& session,
                                                                    absl::Time now,
                                                                    int limit) const {
  return ReadRecords(session.Query(absl::StrCat(kSelectRecord, kDueForDigest), {now, limit}));
}

absl::StatusOr<std::vector<NoticeRecord>> NoticeStore::DueForDigestOf(db::Session& session,
                                                                      const std::string& day,
                                                                      const std::string& member,
                                                                      absl::Time now,
                                                                      int limit) const {
  return ReadRecords(session.Query(kDueForDigestOf, {day, member, now, limit}));
}

absl::Status NoticeStore::Tell(db::Transaction& tx, const std::vector<std::string>& ids) const {
  std::vector<std::vector<db::Value>> keys;
  for (const std::string& id : ids) keys.push_back({id});
  return ExpectChanged(db::ExecuteRepeated(tx, kTell, std::move(keys)), ids.size());
}

absl::Status NoticeStore::TellBy(db::Transaction& tx, const std::string& id,
                                 const std::string& message) const {
  return ExpectChanged(tx.Execute(kTellBy, {message, id}), 1);
}

absl::Status NoticeStore::Drop(db::Transaction& tx, const std::string& id, Notice::State state,
                               const std::string& reason) const {
  return ExpectChanged(tx.Execute(kDrop, {int{state}, reason, id}), 1);
}

absl::Status NoticeStore::Postpone(db::Transaction& tx, const std::string& id,
                                   const std::string& digest_date, absl::Time due_time) const {
  return ExpectChanged(tx.Execute(kPostpone, {digest_date, due_time, id}), 1);
}

absl::StatusOr<std::optional<int>> NoticeStore::DigestSize(db::Session& session,
                                                           const std::string& member,
                                                           const std::string& day) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kDigestSize, {member, day}));
  if (rows.empty()) return std::nullopt;
  return static_cast<int>(rows.front().GetInt(0));
}

absl::Status NoticeStore::GrowDigest(db::Transaction& tx, const std::string& member,
                                     const std::string& day, int notices) const {
  return tx.Execute(kGrowDigest, {notices, member, day}).status();
}

absl::Status NoticeStore::AddDigest(db::Transaction& tx, const std::string& member,
                                    const std::string& day, const std::string& digest,
                                    const std::string& message, int notices, absl::Time now) const {
  return tx.Execute(kAddDigest, {member, day, digest, message, notices, now}).status();
}

}  // namespace duban::notification
