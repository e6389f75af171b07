#include "common/db/leased_session.h"

#include "common/base/clock.h"
#include "common/base/status.h"

namespace duban::db {

LeasedSession::LeasedSession(ConnectionPool* pool, Watchdog* watchdog, ConnectionPool::Lease* lease,
                             absl::Time deadline, bool in_transaction)
    : pool_(pool),
      watchdog_(watchdog),
      lease_(lease),
      deadline_(deadline),
      answered_(in_transaction || !lease->used_before()) {
  guard_.emplace(watchdog_, lease_->connection().watch(), deadline_);
}

absl::StatusOr<Rows> LeasedSession::Query(std::string_view sql, std::span<const Value> parameters) {
  Rows rows;
  const auto query = [&] { return lease_->connection().Query(sql, parameters, &rows); };
  absl::Status status = Run(sql, query);
  // An idle connection may have died unseen, for example with the server's last restart. Nothing
  // has happened on it yet, so the question can be put to another one.
  if (doom_ == FailureKind::kConnectionLost && !answered_ && Reconnect()) status = Run(sql, query);
  DUBAN_RETURN_IF_ERROR(status);
  return rows;
}

absl::StatusOr<int64_t> LeasedSession::Execute(std::string_view sql,
                                               std::span<const Value> parameters) {
  int64_t changed_rows = 0;
  DUBAN_RETURN_IF_ERROR(
      Run(sql, [&] { return lease_->connection().Execute(sql, parameters, &changed_rows); }));
  return changed_rows;
}

template <typename Statement>
absl::Status LeasedSession::Run(std::string_view sql, Statement statement) {
  if (doom_) return ToStatus(*doom_);
  if (MachineNow() >= deadline_) return Doom(FailureKind::kStopped);
  StatementWatch& watch = *lease_->connection().watch();
  watch.Begin(deadline_);
  const std::optional<Failure> failure = statement();
  told_to_stop_ = watch.End();
  if (failure) LogFailure(*failure, sql);
  // A statement that was told to stop has passed the deadline, even if it came through.
  if (told_to_stop_ && (!failure || failure->kind != FailureKind::kConnectionLost)) {
    return Doom(FailureKind::kStopped);
  }
  if (!failure) {
    answered_ = true;
    return absl::OkStatus();
  }
  // A duplicate undoes its own statement and nothing else: the transaction is open with all that it
  // wrote and locked before, so the body may look at what is there and go on. (Other databases
  // abort the whole transaction here; InnoDB does not.)
  if (failure->kind == FailureKind::kDuplicate) return ToStatus(failure->kind);
  return Doom(failure->kind);
}

absl::Status LeasedSession::Doom(FailureKind kind) {
  doom_ = kind;
  return ToStatus(kind);
}

bool LeasedSession::Reconnect() {
  if (MachineNow() >= deadline_) return false;
  guard_.reset();
  lease_->DiscardAll();
  if (!pool_->Acquire(deadline_, lease_).ok()) return false;
  guard_.emplace(watchdog_, lease_->connection().watch(), deadline_);
  answered_ = true;
  doom_.reset();
  return true;
}

void LeasedSession::Release() {
  guard_.reset();
  if (doom_ == FailureKind::kConnectionLost || doom_ == FailureKind::kNotWritable) {
    lease_->DiscardAll();
  } else if (told_to_stop_) {
    lease_->Discard();
  } else {
    lease_->Return();
  }
}

}  // namespace duban::db
