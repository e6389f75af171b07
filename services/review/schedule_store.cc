#include "services/review/schedule_store.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/repeated.h"

namespace duban::review {
namespace {

using v1::Schedule;

constexpr char kPlanned[] =
    "INSERT INTO schedules (plan, plan_revision, region, paused, actor, reason, update_time,"
    " version) VALUES (?, ?, ?, 0, '', '', ?, 1) ON DUPLICATE KEY UPDATE"
    " plan_revision = VALUES(plan_revision), region = VALUES(region), version = version + 1";
constexpr db::Repeated kForget = {
    "UPDATE schedules SET plan_revision = 0, version = version + 1 WHERE plan IN (", "?", ", ",
    ")"};
constexpr int kPlansAtOnce = 1000;
constexpr char kOfRegion[] =
    "SELECT plan FROM schedules WHERE region = ? AND plan > ? ORDER BY plan LIMIT ?";
constexpr char kRevisions[] = "SELECT plan, plan_revision FROM schedules ORDER BY plan LIMIT 10000";
constexpr char kGet[] =
    "SELECT paused, actor, update_time, reason, version FROM schedules WHERE plan = ?";
constexpr char kVersion[] = "SELECT version FROM schedules WHERE plan = ?";
constexpr char kUpdate[] =
    "UPDATE schedules SET paused = ?, actor = ?, update_time = ?, reason = ?, version = version + 1"
    " WHERE plan = ?";

absl::StatusOr<std::optional<Schedule>> ReadOne(const absl::StatusOr<db::Rows>& rows,
                                                const std::string& plan) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::nullopt;
  const db::Row& row = rows->front();
  Schedule schedule;
  schedule.set_plan(absl::StrCat("plans/", plan));
  schedule.set_paused(row.GetBool(0));
  schedule.set_actor(row.GetString(1));
  if (!schedule.actor().empty()) *schedule.mutable_time() = ToTimestamp(row.GetTime(2));
  schedule.set_reason(row.GetString(3));
  schedule.set_etag(MakeEtag(row.GetInt(4)));
  return schedule;
}

}  // namespace

absl::Status ScheduleStore::Planned(db::Transaction& tx, const std::string& plan,
                                    int64_t plan_revision, const std::string& region,
                                    absl::Time now) const {
  return tx.Execute(kPlanned, {plan, plan_revision, region, now}).status();
}

absl::Status ScheduleStore::Forget(db::Transaction& tx,
                                   const std::vector<std::string>& plans) const {
  std::vector<std::vector<db::Value>> rows;
  for (const std::string& plan : plans) rows.push_back({plan});
  return db::ExecuteRepeated(tx, kForget, rows).status();
}

absl::StatusOr<std::vector<std::string>> ScheduleStore::OfRegion(db::Session& session,
                                                                 const std::string& region) const {
  std::vector<std::string> plans;
  for (bool more = true; more;) {
    const std::string after = plans.empty() ? "" : plans.back();
    DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                           session.Query(kOfRegion, {region, after, kPlansAtOnce}));
    for (const db::Row& row : rows) plans.push_back(row.GetString(0));
    more = rows.size() == static_cast<size_t>(kPlansAtOnce);
  }
  return plans;
}

absl::StatusOr<std::map<std::string, int64_t>> ScheduleStore::PlanRevisions(
    db::Session& session) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kRevisions));
  std::map<std::string, int64_t> revisions;
  for (const db::Row& row : rows) revisions[row.GetString(0)] = row.GetInt(1);
  return revisions;
}

absl::StatusOr<std::optional<Schedule>> ScheduleStore::Get(db::Session& session,
                                                           const std::string& plan) const {
  return ReadOne(session.Query(kGet, {plan}), plan);
}

absl::StatusOr<std::optional<Schedule>> ScheduleStore::GetForUpdate(db::Transaction& tx,
                                                                    const std::string& plan) const {
  static const std::string kText = absl::StrCat(kGet, " FOR UPDATE");
  return ReadOne(tx.Query(kText, {plan}), plan);
}

absl::StatusOr<int64_t> ScheduleStore::Write(db::Transaction& tx, Schedule* schedule) const {
  const std::string plan(absl::StripPrefix(schedule->plan(), "plans/"));
  DUBAN_RETURN_IF_ERROR(
      tx.Execute(kUpdate, {schedule->paused(), schedule->actor(), FromTimestamp(schedule->time()),
                           schedule->reason(), plan})
          .status());
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kVersion, {plan}));
  schedule->set_etag(MakeEtag(rows.front().GetInt(0)));
  return rows.front().GetInt(0);
}

}  // namespace duban::review
