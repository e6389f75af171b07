#include "services/submission/obligation_fulfilment.h"

#include <list>
#include <utility>

#include "common/base/status.h"
#include "services/submission/obligation_rules.h"

namespace duban::submission {

using v1::Obligation;
using v1::Report;

ObligationFulfilment::ObligationFulfilment() : audit_("submission") {}

absl::StatusOr<LockedObligations> ObligationFulfilment::Lock(
    db::Transaction& tx, const std::vector<Report>& reports) const {
  std::vector<ObligationKey> keys;
  for (const Report& report : reports) keys.push_back(KeyOf(report));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Obligation> found,
                         obligations_.ListForUpdate(tx, std::move(keys)));
  LockedObligations locked;
  for (const Obligation& obligation : found) locked.emplace(KeyOf(obligation), obligation);
  return locked;
}

absl::Status ObligationFulfilment::Meet(db::Transaction& tx,
                                        const std::vector<ReportWrite>& submitted,
                                        LockedObligations* obligations) const {
  // An opening that ran meanwhile saw no report where there was not even a draft, and this
  // transaction no obligation; now that the report is written one of the two sees the other.
  std::vector<Report> unheld;
  for (const ReportWrite& write : submitted) {
    if (write.before.revision() == 0 && !obligations->contains(KeyOf(write.after))) {
      unheld.push_back(write.after);
    }
  }
  DUBAN_ASSIGN_OR_RETURN(LockedObligations opened, Lock(tx, unheld));
  obligations->merge(opened);
  std::vector<Obligation> met;
  std::list<Obligation> before;
  std::list<Obligation> after;
  std::vector<AuditEntry> entries;
  for (const ReportWrite& write : submitted) {
    const auto found = obligations->find(KeyOf(write.after));
    if (found == obligations->end()) continue;
    const absl::Time now = write.call->now();
    const auto next = submission::Meet(found->second, write.after.name(), now, now);
    if (!next) continue;
    entries.push_back({write.call, next->name(), &before.emplace_back(found->second),
                       &after.emplace_back(*next)});
    found->second = *next;
    met.push_back(*next);
  }
  DUBAN_RETURN_IF_ERROR(audit_.AppendAll(tx, entries));
  return obligations_.Write(tx, met);
}

absl::Status ObligationFulfilment::Release(db::Transaction& tx, const server::CallContext& call,
                                           const Report& withdrawn) const {
  DUBAN_ASSIGN_OR_RETURN(const LockedObligations locked, Lock(tx, {withdrawn}));
  if (locked.empty()) return absl::OkStatus();
  const Obligation& before = locked.begin()->second;
  const auto after = submission::Release(before, withdrawn.name(), call.now());
  if (!after) return absl::OkStatus();
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after->name(), before, *after));
  return obligations_.Write(tx, {*after});
}

}  // namespace duban::submission
