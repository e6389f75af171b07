#include "services/review/calendar_store.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"

namespace duban::review {
namespace {

using Dates = google::protobuf::RepeatedPtrField<std::string>;
using v1::Calendar;

constexpr char kLock[] =
    "INSERT INTO calendar_regions (region, version) VALUES (?, 1)"
    " ON DUPLICATE KEY UPDATE version = version + 1";
constexpr char kSelect[] =
    "SELECT calendar, region, year, notice_number, days_off, make_up_workdays, create_time,"
    " update_time, version FROM calendars";
constexpr char kInsert[] =
    "INSERT INTO calendars (notice_number, days_off, make_up_workdays, update_time, version,"
    " calendar, region, year, create_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kUpdate[] =
    "UPDATE calendars SET notice_number = ?, days_off = ?, make_up_workdays = ?, update_time = ?,"
    " version = ? WHERE calendar = ? AND version = ?";

std::string IdOf(const Calendar& calendar) {
  return calendar.name().substr(calendar.name().rfind('/') + 1);
}

void ReadDates(const std::string& text, Dates* dates) {
  for (const auto& date : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    dates->Add(std::string(date));
  }
}

Calendar ReadCalendar(const db::Row& row) {
  Calendar calendar;
  calendar.set_name(absl::StrCat("calendars/", row.GetString(0)));
  calendar.set_region(row.GetString(1));
  calendar.set_year(static_cast<int>(row.GetInt(2)));
  calendar.set_notice_number(row.GetString(3));
  ReadDates(row.GetString(4), calendar.mutable_days_off());
  ReadDates(row.GetString(5), calendar.mutable_make_up_workdays());
  *calendar.mutable_create_time() = ToTimestamp(row.GetTime(6));
  *calendar.mutable_update_time() = ToTimestamp(row.GetTime(7));
  calendar.set_revision(row.GetInt(8));
  calendar.set_etag(MakeEtag(calendar.revision()));
  return calendar;
}

absl::StatusOr<std::vector<Calendar>> ReadAll(const absl::StatusOr<db::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  std::vector<Calendar> calendars;
  for (const db::Row& row : *rows) calendars.push_back(ReadCalendar(row));
  return calendars;
}

}  // namespace

absl::Status CalendarStore::LockRegion(db::Transaction& tx, const std::string& region) const {
  return tx.Execute(kLock, {region}).status();
}

absl::StatusOr<std::vector<Calendar>> CalendarStore::Region(db::Session& session,
                                                            const std::string& region) const {
  static const std::string kRegion =
      absl::StrCat(kSelect, " WHERE region = ? ORDER BY year LIMIT 200");
  return ReadAll(session.Query(kRegion, {region}));
}

absl::StatusOr<std::optional<Calendar>> CalendarStore::Get(db::Session& session,
                                                           const std::string& id) const {
  static const std::string kGet = absl::StrCat(kSelect, " WHERE calendar = ?");
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Calendar> found, ReadAll(session.Query(kGet, {id})));
  return found.empty() ? std::nullopt : std::optional<Calendar>(found.front());
}

absl::StatusOr<std::vector<Calendar>> CalendarStore::List(db::Session& session,
                                                          const std::string& region,
                                                          std::string_view after, int limit) const {
  static const std::string kAll =
      absl::StrCat(kSelect, " WHERE calendar > ? ORDER BY calendar LIMIT ?");
  static const std::string kOfRegion =
      absl::StrCat(kSelect, " WHERE calendar > ? AND region = ? ORDER BY calendar LIMIT ?");
  if (region.empty()) return ReadAll(session.Query(kAll, {after, limit}));
  return ReadAll(session.Query(kOfRegion, {after, region, limit}));
}

absl::Status CalendarStore::Write(db::Transaction& tx, const Calendar& calendar) const {
  std::vector<db::Value> values = {calendar.notice_number(),
                                   absl::StrJoin(calendar.days_off(), " "),
                                   absl::StrJoin(calendar.make_up_workdays(), " "),
                                   FromTimestamp(calendar.update_time()),
                                   calendar.revision(),
                                   IdOf(calendar)};
  if (calendar.revision() == 1) {
    values.emplace_back(calendar.region());
    values.emplace_back(calendar.year());
    values.emplace_back(FromTimestamp(calendar.create_time()));
    return tx.Execute(kInsert, values).status();
  }
  values.emplace_back(calendar.revision() - 1);
  DUBAN_ASSIGN_OR_RETURN(const int64_t changed, tx.Execute(kUpdate, values));
  if (changed == 1) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(calendar.name(), " was written without its lock"));
}

}  // namespace duban::review
