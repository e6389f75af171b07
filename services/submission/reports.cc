#include "services/submission/reports.h"

#include <utility>

#include "common/base/status.h"
#include "services/submission/evidence_rules.h"
#include "services/submission/report_events.h"
#include "services/submission/report_rows.h"
#include "services/submission/report_rules.h"

namespace duban::submission {
namespace {

using v1::Report;

absl::Status NotFound(const server::CallContext& call, const ReportName& name) {
  return call.HideExistence(Error(kReportNotFound).With("report", name.ToString()));
}

}  // namespace

Reports::Reports(const server::Environment& environment, PlanCache* plans)
    : database_(environment.database),
      mutations_(environment.mutations),
      plans_(plans),
      audit_("submission"),
      outbox_("submission") {}

absl::StatusOr<PlanPointer> Reports::PlanOf(const server::CallContext& call,
                                            const ReportName& name) const {
  absl::StatusOr<PlanPointer> plan = plans_->Get(call.info, name.PlanName());
  if (absl::IsNotFound(plan.status())) return NotFound(call, name);
  return plan;
}

absl::StatusOr<Report> Reports::Get(const server::CallContext& call, const ReportName& name) const {
  return Seen(call, name, database_->Read(call.deadline(), [&](db::Session& session) {
    return store_.Get(session, name);
  }));
}

absl::StatusOr<Report> Reports::Seen(const server::CallContext& call, const ReportName& name,
                                     absl::StatusOr<std::optional<Report>> found) const {
  if (!found.ok()) return found.status();
  DUBAN_RETURN_IF_ERROR(CheckSeen(call, name, found->has_value() ? &**found : nullptr));
  return **std::move(found);
}

absl::Status Reports::CheckSeen(const server::CallContext& call, const ReportName& name,
                                const Report* found) const {
  return found == nullptr ? NotFound(call, name) : call.CheckUnit(found->unit());
}

absl::StatusOr<Report> Reports::Lock(db::Transaction& tx, const server::CallContext& call,
                                     const ReportName& name, const std::string& etag) const {
  DUBAN_ASSIGN_OR_RETURN(Report report, Seen(call, name, store_.GetForUpdate(tx, name)));
  DUBAN_RETURN_IF_ERROR(CheckEtag(etag, report.etag()));
  return report;
}

absl::Status Reports::Write(db::Transaction& tx, const std::vector<ReportWrite>& writes) const {
  DUBAN_RETURN_IF_ERROR(WriteRows(tx, writes));
  std::vector<RevisionEntry> revisions;
  std::vector<AuditEntry> entries;
  revisions.reserve(writes.size());
  entries.reserve(writes.size());
  for (const ReportWrite& write : writes) {
    revisions.push_back(
        {write.after, write.call->identity.subject, write.move.action, write.move.reason});
    const Report& before = write.before == nullptr ? Report::default_instance() : *write.before;
    entries.push_back({write.call, write.after->name(), &before, write.after});
  }
  DUBAN_RETURN_IF_ERROR(revisions_.Append(tx, revisions));
  DUBAN_RETURN_IF_ERROR(audit_.AppendAll(tx, entries));
  return Announce(tx, writes);
}

absl::Status Reports::TellLight(db::Transaction& tx, const server::CallContext& call,
                                const Report& accepted, const v1::LineLightChanged& event) const {
  return outbox_.Append(
      tx, "duban.submission.report.light_changed",
      {accepted.name(), accepted.revision(), NameOf(accepted).PlanName(), accepted.unit()}, event,
      call.now());
}

absl::Status Reports::CheckEvidence(db::Session& session, const Report& report) const {
  if (report.evidence().empty()) return absl::OkStatus();
  DUBAN_ASSIGN_OR_RETURN(const auto missing, evidence_.ListMissing(session, {&report}));
  return CheckAttached(report, missing.front());
}

absl::Status Reports::WriteNew(db::Transaction& tx, const ReportWrite& write) const {
  DUBAN_RETURN_IF_ERROR(CheckEvidence(tx, *write.after));
  const absl::Status written = Write(tx, {write});
  if (!written.ok() && !db::IsDuplicate(written)) return written;
  // Now that the report holds the line's place for work, nobody can bring another one to
  // acceptance, so that what is accepted can be seen here.
  DUBAN_ASSIGN_OR_RETURN(const auto other, store_.FindOther(tx, *write.after));
  if (!other || (written.ok() && *other == write.after->corrects())) return written;
  return Error(kReportExists).With("report", *other);
}

absl::Status Reports::WriteRows(db::Transaction& tx, const std::vector<ReportWrite>& writes) const {
  std::vector<const Report*> added;
  std::vector<const Report*> replaced;
  for (const ReportWrite& write : writes) {
    (write.before == nullptr ? added : replaced).push_back(write.after);
  }
  DUBAN_RETURN_IF_ERROR(store_.Insert(tx, added));
  return store_.Update(tx, replaced);
}

absl::Status Reports::Announce(db::Transaction& tx, const std::vector<ReportWrite>& writes) const {
  std::vector<ReportEvent> events;
  std::vector<OutboxEvent> rows;
  std::vector<ReportName> names;
  events.reserve(writes.size());
  rows.reserve(writes.size());
  for (const ReportWrite& write : writes) {
    const Report& report = *write.after;
    std::optional<ReportEvent> event = EventOf(report, write.move);
    if (!event) continue;
    names.push_back(NameOf(report));
    events.push_back(*std::move(event));
    rows.push_back({events.back().type,
                    {report.name(), report.revision(), names.back().PlanName(), report.unit()},
                    events.back().data.get(),
                    write.call->now()});
  }
  DUBAN_RETURN_IF_ERROR(outbox_.AppendAll(tx, rows));
  return boards_.Bump(tx, names);
}

Actor ActorOf(const server::CallContext& call) {
  const Identity& identity = call.identity;
  return {identity.subject, identity.unit, identity.units, identity.roles};
}

Report Shown(const server::CallContext& call, const indicator::v1::PlanHistory& plan,
             Report report) {
  SetPermittedActions(plan.plan(), ActorOf(call), &report);
  return report;
}

LineName LineOf(const Report& report) {
  return {PlanIdOf(report.indicator()), LastId(report.indicator()), LastId(report.unit())};
}

}  // namespace duban::submission
