#include "services/indicator/plan_store.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "services/indicator/rows.h"
#include "services/indicator/vocabulary.h"

namespace duban::indicator {
namespace {

constexpr std::string_view kSelect =
    "SELECT b.body, p.revision, p.version, p.deleted, p.state, p.amendments, p.create_time,"
    " p.update_time, p.publish_time FROM plans p"
    " JOIN plan_revisions b ON b.plan = p.plan AND b.revision = p.version ";
constexpr std::string_view kById = "WHERE p.plan = ?";
constexpr std::string_view kByIdLocked = "WHERE p.plan = ? FOR UPDATE";
constexpr std::string_view kPage =
    "WHERE p.plan > ? AND p.deleted = 0 AND (? = 0 OR p.year = ?) AND (? = '' OR p.state = ?)"
    " AND (? = '' OR p.jurisdiction = ?) ORDER BY p.plan LIMIT ?";
constexpr std::string_view kSelectAsKnown =
    "SELECT b.body, p.revision, b.revision, b.deleted, p.state, p.amendments, p.create_time,"
    " p.update_time, p.publish_time FROM plans p JOIN plan_revisions b ON b.plan = p.plan"
    " WHERE p.plan = ? AND b.write_time <= ? ORDER BY b.revision DESC LIMIT 1";
constexpr std::string_view kSelectRevision =
    "SELECT revision FROM plans WHERE plan = ? AND deleted = 0";
constexpr std::string_view kInsert =
    "INSERT INTO plans (plan, revision, version, deleted, state, year, jurisdiction, amendments,"
    " create_time, update_time, publish_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view kUpdate =
    "UPDATE plans SET revision = ?, version = ?, deleted = ?, state = ?, year = ?,"
    " jurisdiction = ?, amendments = ?, create_time = ?, update_time = ?, publish_time = ?"
    " WHERE plan = ? AND revision = ?";
constexpr std::string_view kInsertRevision =
    "INSERT INTO plan_revisions (plan, revision, deleted, write_time, body) VALUES (?, ?, ?, ?, ?)";
constexpr std::string_view kTouch =
    "UPDATE plans SET revision = ?, amendments = ? WHERE plan = ? AND revision = ?";

absl::StatusOr<StoredPlan> FromRow(const db::Row& row) {
  StoredPlan stored;
  DUBAN_RETURN_IF_ERROR(FromBody(row.GetString(0), &stored.document));
  v1::Plan& plan = stored.mutable_plan();
  v1::Plan::State state = v1::Plan::STATE_UNSPECIFIED;
  v1::Plan::State_Parse(row.GetString(4), &state);
  plan.set_state(state);
  plan.set_revision(row.GetInt(1));
  stored.version = row.GetInt(2);
  plan.set_etag(MakeEtag(stored.version));
  stored.deleted = row.GetBool(3);
  stored.amendments = static_cast<int>(row.GetInt(5));
  *plan.mutable_create_time() = ToTimestamp(row.GetTime(6));
  *plan.mutable_update_time() = ToTimestamp(row.GetTime(7));
  if (!row.IsNull(8)) *plan.mutable_publish_time() = ToTimestamp(row.GetTime(8));
  return stored;
}

absl::Status NotFound(const std::string& plan) {
  return Error(kPlanNotFound).With("plan", absl::StrCat("plans/", plan));
}

// The one plan that a SELECT by key found; an empty one if it found none.
absl::StatusOr<StoredPlan> FindOne(db::Session& session, const std::string& sql,
                                   std::initializer_list<db::Value> parameters) {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(sql, parameters));
  if (rows.empty()) return StoredPlan();
  return FromRow(rows.front());
}

absl::StatusOr<StoredPlan> Existing(absl::StatusOr<StoredPlan> found, const std::string& plan) {
  if (found.ok() && !found->exists()) return NotFound(plan);
  return found;
}

// What a plan's authors wrote of it.
absl::StatusOr<std::string> AuthoredBody(const StoredPlan& stored) {
  v1::PlanDocument document = stored.document;
  v1::Plan& plan = *document.mutable_plan();
  plan.clear_state();
  plan.clear_revision();
  plan.clear_etag();
  plan.clear_create_time();
  plan.clear_update_time();
  plan.clear_publish_time();
  return ToBody(document);
}

std::string IdIn(const StoredPlan& stored) {
  return stored.plan().name().substr(std::string_view("plans/").size());
}

std::optional<absl::Time> PublishTime(const v1::Plan& plan) {
  if (!plan.has_publish_time()) return std::nullopt;
  return FromTimestamp(plan.publish_time());
}

absl::Status WriteHead(db::Transaction& tx, int64_t before, const StoredPlan& stored) {
  const v1::Plan& plan = stored.plan();
  const std::string state = v1::Plan::State_Name(plan.state());
  const absl::Time create_time = FromTimestamp(plan.create_time());
  const absl::Time update_time = FromTimestamp(plan.update_time());
  if (before == 0) {
    const absl::Status status =
        tx.Execute(kInsert, {IdIn(stored), plan.revision(), stored.version, stored.deleted, state,
                             plan.year(), plan.jurisdiction(), stored.amendments, create_time,
                             update_time, PublishTime(plan)})
            .status();
    if (!db::IsDuplicate(status)) return status;
    return Error(kPlanExists).With("plan", plan.name());
  }
  DUBAN_ASSIGN_OR_RETURN(
      const int64_t changed,
      tx.Execute(kUpdate, {plan.revision(), stored.version, stored.deleted, state, plan.year(),
                           plan.jurisdiction(), stored.amendments, create_time, update_time,
                           PublishTime(plan), IdIn(stored), before}));
  if (changed == 1) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(plan.name(), " was written without its lock"));
}

}  // namespace

StoredPlan NewDraft(const StoredPlan& found, const v1::PlanDocument& document) {
  StoredPlan draft;
  v1::Plan& plan = draft.mutable_plan();
  plan = document.plan();
  plan.set_state(v1::Plan::DRAFT);
  plan.set_revision(found.plan().revision());
  if (found.exists()) *plan.mutable_create_time() = found.plan().create_time();
  for (const v1::Unit& unit : document.units()) draft.document.add_units()->set_name(unit.name());
  for (const v1::Member& member : document.members()) {
    draft.document.add_members()->set_name(member.name());
  }
  return draft;
}

absl::StatusOr<StoredPlan> PlanStore::Get(db::Session& session, const std::string& plan) const {
  return Existing(FindOne(session, absl::StrCat(std::string(kSelect), std::string(kById)), {plan}),
                  plan);
}

absl::StatusOr<StoredPlan> PlanStore::Lock(db::Transaction& tx, const std::string& plan) const {
  return Existing(LockId(tx, plan), plan);
}

absl::StatusOr<StoredPlan> PlanStore::LockId(db::Transaction& tx, const std::string& plan) const {
  return FindOne(tx, absl::StrCat(std::string(kSelect), std::string(kByIdLocked)), {plan});
}

absl::StatusOr<int64_t> PlanStore::GetRevision(db::Session& session,
                                               const std::string& plan) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kSelectRevision, {plan}));
  if (rows.empty()) return NotFound(plan);
  return rows.front().GetInt(0);
}

absl::StatusOr<StoredPlan> PlanStore::GetAsKnown(db::Session& session, const std::string& plan,
                                                 absl::Time read_time) const {
  return Existing(FindOne(session, std::string(kSelectAsKnown), {plan, read_time}), plan);
}

absl::StatusOr<std::vector<v1::Plan>> PlanStore::List(db::Session& session, const Filter& filter,
                                                      const std::string& after, int limit) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows,
                         session.Query(absl::StrCat(std::string(kSelect), std::string(kPage)),
                                       {after, filter.year, filter.year, filter.state, filter.state,
                                        filter.jurisdiction, filter.jurisdiction, limit}));
  std::vector<v1::Plan> plans;
  for (const db::Row& row : rows) {
    DUBAN_ASSIGN_OR_RETURN(const StoredPlan stored, FromRow(row));
    plans.push_back(stored.plan());
  }
  return plans;
}

absl::Status PlanStore::Save(db::Transaction& tx, absl::Time now, StoredPlan& stored) const {
  v1::Plan& plan = stored.mutable_plan();
  const int64_t before = plan.revision();
  plan.set_revision(before + 1);
  stored.version = before + 1;
  plan.set_etag(MakeEtag(stored.version));
  *plan.mutable_update_time() = ToTimestamp(now);
  if (!plan.has_create_time()) *plan.mutable_create_time() = plan.update_time();
  DUBAN_RETURN_IF_ERROR(WriteHead(tx, before, stored));
  DUBAN_ASSIGN_OR_RETURN(std::string body, AuthoredBody(stored));
  return tx
      .Execute(kInsertRevision,
               {IdIn(stored), stored.version, stored.deleted, now, std::move(body)})
      .status();
}

absl::Status PlanStore::Touch(db::Transaction& tx, StoredPlan& stored) const {
  v1::Plan& plan = stored.mutable_plan();
  const int64_t before = plan.revision();
  plan.set_revision(before + 1);
  DUBAN_ASSIGN_OR_RETURN(
      const int64_t changed,
      tx.Execute(kTouch, {plan.revision(), stored.amendments, IdIn(stored), before}));
  if (changed == 1) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(plan.name(), " was written without its lock"));
}

}  // namespace duban::indicator
