#include "services/review/action_item_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/db/message_columns.h"

namespace duban::review {
namespace {

using google::protobuf::RepeatedPtrField;
using indicator::v1::EscalationStep;
using v1::ActionItem;
using v1::ActionItemCounts;

constexpr char kSelect[] =
    "SELECT plan, item, title, description, unit, co_handlers, session, resolution, indicator,"
    " due_workdays, short_notice_reason, due_time, calendar_version, state, slip, creator,"
    " acknowledge_time, closure_actor, closure_time, closure_text, closure_evidence,"
    " decision_actor, decision_unit, decision_time, decision_reason, close_time, create_time,"
    " update_time, version FROM action_items WHERE plan = ?";
constexpr char kInsert[] =
    "INSERT INTO action_items (due_workdays, due_time, calendar_version, state, slip,"
    " acknowledge_time, closure_actor, closure_time, closure_text, closure_evidence,"
    " decision_actor, decision_unit, decision_time, decision_reason, close_time, update_time,"
    " version, plan, item, title, description, unit, co_handlers, session, resolution, indicator,"
    " short_notice_reason, creator, create_time)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?)";
constexpr char kUpdate[] =
    "UPDATE action_items SET due_workdays = ?, due_time = ?, calendar_version = ?, state = ?,"
    " slip = ?, acknowledge_time = ?, closure_actor = ?, closure_time = ?, closure_text = ?,"
    " closure_evidence = ?, decision_actor = ?, decision_unit = ?, decision_time = ?,"
    " decision_reason = ?, close_time = ?, update_time = ?, version = ?"
    " WHERE plan = ? AND item = ? AND version = ?";
constexpr char kInsertNote[] =
    "INSERT INTO action_item_progress (plan, item, number, actor, unit, time, text)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr char kCountNotes[] =
    "SELECT COUNT(*) FROM action_item_progress WHERE plan = ? AND item = ?";
constexpr char kNotes[] =
    "SELECT actor, unit, time, text FROM action_item_progress WHERE plan = ? AND item = ?"
    " ORDER BY number LIMIT 1000";
// The time that decides is the closing, or now for what is open: IsOverdue of action_item_rules.
constexpr char kOverdue[] =
    "(CASE WHEN close_time IS NULL THEN due_time <= ? ELSE close_time >= due_time END)";
constexpr char kCount[] =
    "SELECT state, slip,"
    " (CASE WHEN close_time IS NULL THEN due_time <= ? ELSE close_time >= due_time END) AS overdue,"
    " COUNT(*) FROM action_items WHERE plan = ?";
constexpr char kOverdueIn[] =
    "SELECT item, unit FROM action_items WHERE plan = ? AND due_time < ?"
    " AND (close_time IS NULL OR (close_time >= due_time AND close_time > ?))"
    " ORDER BY item LIMIT 100000";

ActionItemName NameOf(const ActionItem& item) { return *ParseActionItemName(item.name(), "name"); }

std::string Joined(const RepeatedPtrField<std::string>& names) {
  return names.empty() ? "" : absl::StrCat("|", absl::StrJoin(names, "|"), "|");
}

void Split(const std::string& text, RepeatedPtrField<std::string>* names) {
  for (const auto& name : absl::StrSplit(text, '|', absl::SkipEmpty())) {
    names->Add(std::string(name));
  }
}

void Append(std::vector<db::Value> more, std::vector<db::Value>* values) {
  for (db::Value& value : more) values->push_back(std::move(value));
}

// The columns that an update may change, in the order of kInsert and kUpdate.
std::vector<db::Value> MutableColumns(const ActionItem& item) {
  const ActionItem::Closure& closure = item.closure();
  const ActionItem::Decision& decision = item.decision();
  return {item.due_workdays(),
          FromTimestamp(item.due_time()),
          item.calendar_version(),
          static_cast<int>(item.state()),
          static_cast<int>(item.slip()),
          db::TimeOrNull(item.has_acknowledge_time(), item.acknowledge_time()),
          closure.actor(),
          db::TimeOrNull(closure.has_time(), closure.time()),
          closure.text(),
          Joined(closure.evidence()),
          decision.actor(),
          decision.unit(),
          db::TimeOrNull(decision.has_time(), decision.time()),
          decision.reason(),
          db::TimeOrNull(item.has_close_time(), item.close_time()),
          FromTimestamp(item.update_time()),
          item.revision()};
}

void ReadClosure(const db::Row& row, ActionItem* item) {
  if (row.IsNull(18)) return;
  ActionItem::Closure* closure = item->mutable_closure();
  closure->set_actor(row.GetString(17));
  *closure->mutable_time() = ToTimestamp(row.GetTime(18));
  closure->set_text(row.GetString(19));
  Split(row.GetString(20), closure->mutable_evidence());
}

void ReadDecision(const db::Row& row, ActionItem* item) {
  if (row.IsNull(23)) return;
  ActionItem::Decision* decision = item->mutable_decision();
  decision->set_actor(row.GetString(21));
  decision->set_unit(row.GetString(22));
  *decision->mutable_time() = ToTimestamp(row.GetTime(23));
  decision->set_reason(row.GetString(24));
}

ActionItem ReadItem(const db::Row& row) {
  ActionItem item;
  item.set_name(ActionItemName{row.GetString(0), row.GetString(1)}.ToString());
  item.set_title(row.GetString(2));
  item.set_description(row.GetString(3));
  item.set_unit(row.GetString(4));
  Split(row.GetString(5), item.mutable_co_handlers());
  item.set_session(row.GetString(6));
  item.set_resolution(static_cast<int>(row.GetInt(7)));
  item.set_indicator(row.GetString(8));
  item.set_due_workdays(static_cast<int>(row.GetInt(9)));
  item.set_short_notice_reason(row.GetString(10));
  *item.mutable_due_time() = ToTimestamp(row.GetTime(11));
  item.set_calendar_version(row.GetString(12));
  item.set_state(static_cast<ActionItem::State>(row.GetInt(13)));
  item.set_slip(static_cast<EscalationStep::Kind>(row.GetInt(14)));
  item.set_creator(row.GetString(15));
  if (!row.IsNull(16)) *item.mutable_acknowledge_time() = ToTimestamp(row.GetTime(16));
  ReadClosure(row, &item);
  ReadDecision(row, &item);
  if (!row.IsNull(25)) *item.mutable_close_time() = ToTimestamp(row.GetTime(25));
  *item.mutable_create_time() = ToTimestamp(row.GetTime(26));
  *item.mutable_update_time() = ToTimestamp(row.GetTime(27));
  item.set_revision(row.GetInt(28));
  item.set_etag(MakeEtag(item.revision()));
  return item;
}

absl::StatusOr<std::optional<ActionItem>> ReadOne(const absl::StatusOr<db::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<ActionItem>();
  return std::optional<ActionItem>(ReadItem(rows->front()));
}

// Adds the filter's conditions but the plan's, which stands already. The one place that knows them,
// so that lists and counts agree.
void Restrict(const ActionItemFilter& filter, std::string* sql, std::vector<db::Value>* values) {
  const auto restrict = [&](const std::string& condition, db::Value value) {
    absl::StrAppend(sql, " AND ", condition);
    values->push_back(std::move(value));
  };
  if (!filter.unit.empty()) restrict("unit = ?", filter.unit);
  if (!filter.session.empty()) restrict("session = ?", filter.session);
  if (filter.state != ActionItem::STATE_UNSPECIFIED) {
    restrict("state = ?", static_cast<int>(filter.state));
  }
  if (filter.slip != 0) restrict("slip = ?", filter.slip);
  if (filter.open) {
    restrict(*filter.open ? "state <> ?" : "state = ?", static_cast<int>(ActionItem::CLOSED));
  }
  if (filter.overdue) {
    restrict(absl::StrCat(*filter.overdue ? "" : "NOT ", kOverdue), filter.now);
  }
  if (filter.seen_by.empty()) return;
  std::vector<std::string> sees;
  for (const std::string& unit : filter.seen_by) {
    sees.push_back("unit = ? OR LOCATE(?, co_handlers) > 0");
    values->emplace_back(unit);
    values->emplace_back(absl::StrCat("|", unit, "|"));
  }
  absl::StrAppend(sql, " AND (", absl::StrJoin(sees, " OR "), ")");
}

void CountState(ActionItem::State state, int count, ActionItemCounts* counts) {
  const auto add = [&](int (ActionItemCounts::*get)() const, void (ActionItemCounts::*set)(int)) {
    (counts->*set)((counts->*get)() + count);
  };
  switch (state) {
    case ActionItem::ASSIGNED:
      return add(&ActionItemCounts::assigned, &ActionItemCounts::set_assigned);
    case ActionItem::ACKNOWLEDGED:
      return add(&ActionItemCounts::acknowledged, &ActionItemCounts::set_acknowledged);
    case ActionItem::IN_PROGRESS:
      return add(&ActionItemCounts::in_progress, &ActionItemCounts::set_in_progress);
    case ActionItem::CLOSE_REQUESTED:
      return add(&ActionItemCounts::close_requested, &ActionItemCounts::set_close_requested);
    case ActionItem::CLOSED:
      return add(&ActionItemCounts::closed, &ActionItemCounts::set_closed);
    case ActionItem::REOPENED:
      return add(&ActionItemCounts::reopened, &ActionItemCounts::set_reopened);
    default:
      return;
  }
}

void CountSlip(int slip, int count, ActionItemCounts* counts) {
  if (slip == EscalationStep::YELLOW_SLIP) {
    counts->set_yellow_slips(counts->yellow_slips() + count);
  }
  if (slip == EscalationStep::RED_SLIP) counts->set_red_slips(counts->red_slips() + count);
  if (slip == EscalationStep::TALK) counts->set_talks(counts->talks() + count);
}

}  // namespace

absl::Status ActionItemStore::Insert(db::Transaction& tx, const ActionItem& item) const {
  const ActionItemName name = NameOf(item);
  std::vector<db::Value> values = MutableColumns(item);
  Append({name.plan, name.item, item.title(), item.description(), item.unit(),
          Joined(item.co_handlers()), item.session(), item.resolution(), item.indicator(),
          item.short_notice_reason(), item.creator(), FromTimestamp(item.create_time())},
         &values);
  return tx.Execute(kInsert, values).status();
}

absl::StatusOr<std::optional<ActionItem>> ActionItemStore::Get(db::Session& session,
                                                               const ActionItemName& name) const {
  static const std::string kGet = absl::StrCat(kSelect, " AND item = ?");
  return ReadOne(session.Query(kGet, {name.plan, name.item}));
}

absl::StatusOr<std::optional<ActionItem>> ActionItemStore::GetForUpdate(
    db::Transaction& tx, const ActionItemName& name) const {
  static const std::string kGet = absl::StrCat(kSelect, " AND item = ? FOR UPDATE");
  return ReadOne(tx.Query(kGet, {name.plan, name.item}));
}

absl::Status ActionItemStore::Update(db::Transaction& tx, const ActionItem& item) const {
  const ActionItemName name = NameOf(item);
  std::vector<db::Value> values = MutableColumns(item);
  Append({name.plan, name.item, item.revision() - 1}, &values);
  DUBAN_ASSIGN_OR_RETURN(const int64_t changed, tx.Execute(kUpdate, values));
  if (changed == 1) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(item.name(), " was written without its lock"));
}

absl::Status ActionItemStore::AddNote(db::Transaction& tx, const ActionItemName& name, int notes,
                                      const ActionItem::Progress& note) const {
  return tx
      .Execute(kInsertNote, {name.plan, name.item, notes + 1, note.actor(), note.unit(),
                             FromTimestamp(note.time()), note.text()})
      .status();
}

absl::StatusOr<int> ActionItemStore::CountNotes(db::Session& session,
                                                const ActionItemName& name) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kCountNotes, {name.plan, name.item}));
  return static_cast<int>(rows.front().GetInt(0));
}

absl::Status ActionItemStore::ReadNotes(db::Session& session, const ActionItemName& name,
                                        ActionItem* item) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kNotes, {name.plan, name.item}));
  for (const db::Row& row : rows) {
    ActionItem::Progress* note = item->add_progress();
    note->set_actor(row.GetString(0));
    note->set_unit(row.GetString(1));
    *note->mutable_time() = ToTimestamp(row.GetTime(2));
    note->set_text(row.GetString(3));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ActionItem>> ActionItemStore::List(db::Session& session,
                                                              const ActionItemFilter& filter,
                                                              std::string_view after,
                                                              int limit) const {
  std::string sql = absl::StrCat(kSelect, " AND item > ?");
  std::vector<db::Value> values = {filter.plan, after};
  Restrict(filter, &sql, &values);
  absl::StrAppend(&sql, " ORDER BY item LIMIT ?");
  values.emplace_back(limit);
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(sql, values));
  std::vector<ActionItem> items;
  for (const db::Row& row : rows) items.push_back(ReadItem(row));
  return items;
}

absl::StatusOr<ActionItemCounts> ActionItemStore::Count(db::Session& session,
                                                        const ActionItemFilter& filter) const {
  std::string sql = kCount;
  std::vector<db::Value> values = {filter.now, filter.plan};
  Restrict(filter, &sql, &values);
  absl::StrAppend(&sql, " GROUP BY state, slip, overdue LIMIT 1000");
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(sql, values));
  ActionItemCounts counts;
  for (const db::Row& row : rows) {
    const int count = static_cast<int>(row.GetInt(3));
    counts.set_total(counts.total() + count);
    CountState(static_cast<ActionItem::State>(row.GetInt(0)), count, &counts);
    CountSlip(static_cast<int>(row.GetInt(1)), count, &counts);
    if (row.GetBool(2)) counts.set_overdue(counts.overdue() + count);
  }
  return counts;
}

absl::StatusOr<std::vector<OverdueItem>> ActionItemStore::OverdueIn(db::Session& session,
                                                                    const std::string& plan,
                                                                    absl::Time begin,
                                                                    absl::Time end) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kOverdueIn, {plan, end, begin}));
  std::vector<OverdueItem> items;
  for (const db::Row& row : rows) {
    items.push_back({ActionItemName{plan, row.GetString(0)}.ToString(), row.GetString(1)});
  }
  return items;
}

}  // namespace duban::review
