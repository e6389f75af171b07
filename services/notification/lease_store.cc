#include "services/notification/lease_store.h"

#include "common/base/status.h"

namespace duban::notification {
namespace {

constexpr char kRenew[] =
    "UPDATE notification_leases SET lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND,"
    " version = version + 1 WHERE work = ? AND fence = ? AND lease_owner = ?";
constexpr char kTake[] =
    "UPDATE notification_leases SET lease_until = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND,"
    " fence = fence + 1, lease_owner = ?, version = version + 1"
    " WHERE work = ? AND (lease_until IS NULL OR lease_until <= UTC_TIMESTAMP(6))";
constexpr char kEnroll[] =
    "INSERT INTO notification_leases (work, fence, lease_until, lease_owner, version)"
    " VALUES (?, 0, NULL, '', 1) ON DUPLICATE KEY UPDATE work = work";
constexpr char kFence[] = "SELECT fence FROM notification_leases WHERE work = ?";
constexpr char kStillHeld[] =
    "UPDATE notification_leases SET version = version + 1 WHERE work = ? AND fence = ?";
constexpr char kRelease[] =
    "UPDATE notification_leases SET lease_until = NULL, version = version + 1"
    " WHERE work = ? AND fence = ?";

}  // namespace

absl::StatusOr<std::optional<int64_t>> LeaseStore::Hold(db::Transaction& tx,
                                                        const std::string& owner, int64_t fence,
                                                        absl::Duration lease) const {
  const int64_t micros = absl::ToInt64Microseconds(lease);
  DUBAN_ASSIGN_OR_RETURN(int64_t held, tx.Execute(kRenew, {micros, work_, fence, owner}));
  if (held == 0) {
    DUBAN_RETURN_IF_ERROR(tx.Execute(kEnroll, {work_}).status());
    DUBAN_ASSIGN_OR_RETURN(held, tx.Execute(kTake, {micros, owner, work_}));
  }
  if (held == 0) return std::nullopt;
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, tx.Query(kFence, {work_}));
  return rows.at(0).GetInt(0);
}

absl::StatusOr<bool> LeaseStore::StillHeld(db::Transaction& tx, int64_t fence) const {
  DUBAN_ASSIGN_OR_RETURN(const int64_t held, tx.Execute(kStillHeld, {work_, fence}));
  return held == 1;
}

absl::Status LeaseStore::Release(db::Session& session, int64_t fence) const {
  return session.Execute(kRelease, {work_, fence}).status();
}

}  // namespace duban::notification
