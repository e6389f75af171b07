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
    db::Transaction& tx, std::vector<ObligationKey> keys) const {
  DUBAN_ASSIGN_OR_RETURN(std::vector<Obligation> found,
                         obligations_.ListForUpdate(tx, std::move(keys)));
  LockedObligations locked;
  for (Obligation& obligation : found) {
    ObligationKey key = KeyOf(obligation);
    locked.emplace(std::move(key), std::move(obligation));
  }
  return locked;
}

absl::Status ObligationFulfilment::Meet(db::Transaction& tx,
                                        const std::vector<ReportWrite>& submitted,
                                        LockedObligations* obligations) const {
  // An opening that ran meanwhile saw no report where there was not even a draft, and this
  // transaction no obligation; now that the report is written one of the two sees the other.
  std::vector<ObligationKey> unheld;
  for (const ReportWrite& write : submitted) {
    if (write.before != nullptr) continue;
    ObligationKey key = KeyOf(*write.after);
    if (!obligations->contains(key)) unheld.push_back(std::move(key));
  }
  DUBAN_ASSIGN_OR_RETURN(LockedObligations opened, Lock(tx, std::move(unheld)));
  obligations->merge(opened);
  std::vector<Obligation> met;
  std::list<Obligation> before;
  std::list<Obligation> after;
  std::vector<AuditEntry> entries;
  for (const ReportWrite& write : submitted) {
    const auto found = obligations->find(KeyOf(*write.after));
    if (found == obligations->end()) continue;
    const absl::Time now = write.call->now();
    const auto next = submission::Meet(found->second, write.after->name(), now, now);
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
  DUBAN_ASSIGN_OR_RETURN(const LockedObligations locked, Lock(tx, {KeyOf(withdrawn)}));
  if (locked.empty()) return absl::OkStatus();
  const Obligation& before = locked.begin()->second;
  const auto after = submission::Release(before, withdrawn.name(), call.now());
  if (!after) return absl::OkStatus();
  DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after->name(), before, *after));
  return obligations_.Write(tx, {*after});
}

}  // namespace duban::submission
