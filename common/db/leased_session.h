#ifndef DUBAN_COMMON_DB_LEASED_SESSION_H_
#define DUBAN_COMMON_DB_LEASED_SESSION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/connection_pool.h"
#include "common/db/database.h"
#include "common/db/failure.h"
#include "common/db/watchdog.h"

namespace duban::db {

// A connection on loan, as the body of a transaction or of a read sees it. Every statement is
// stopped at the deadline.
class LeasedSession final : public Transaction {
 public:
  // The first failure but a duplicate dooms the session: nothing more is sent, so that a body
  // cannot overlook a failure and have the rest committed.
  LeasedSession(ConnectionPool* pool, Watchdog* watchdog, ConnectionPool::Lease* lease,
                absl::Time deadline, bool in_transaction);

  absl::StatusOr<Rows> Query(std::string_view sql, std::span<const Value> parameters) override;
  absl::StatusOr<int64_t> Execute(std::string_view sql, std::span<const Value> parameters) override;

  // What the session is doomed by.
  const std::optional<FailureKind>& doom() const { return doom_; }

  // Gives the connection back or throws it away, by what happened on it. In a transaction, after
  // its end.
  void Release();

 private:
  // Runs `statement` under the watchdog, unless the deadline has passed.
  template <typename Statement>
  absl::Status Run(std::string_view sql, Statement statement);
  absl::Status Doom(FailureKind kind);
  bool Reconnect();

  ConnectionPool* pool_;
  Watchdog* watchdog_;
  ConnectionPool::Lease* lease_;
  const absl::Time deadline_;
  std::optional<Watchdog::Guard> guard_;
  std::optional<FailureKind> doom_;
  bool told_to_stop_ = false;
  bool answered_ = false;  // the connection has shown that it lives
};

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_LEASED_SESSION_H_
