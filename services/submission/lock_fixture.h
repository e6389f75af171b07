#ifndef DUBAN_SERVICES_SUBMISSION_LOCK_FIXTURE_H_
#define DUBAN_SERVICES_SUBMISSION_LOCK_FIXTURE_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/db/database.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "common/testing/wait_until.h"
#include "gtest/gtest.h"

namespace duban::submission {

inline constexpr absl::Duration kLockPatience = absl::Seconds(30);

// Rows that a transaction of the test keeps locked until it lets them go: whoever comes to them
// waits, and in the order in which they came.
class HeldRows {
 public:
  HeldRows(db::Database& database, const std::string& select_for_update)
      : holder_([this, &database, select_for_update] { Hold(database, select_for_update); }) {
    held_.WaitForNotification();
  }
  ~HeldRows() { LetGo(); }

  void LetGo() {
    if (!holder_.joinable()) return;
    go_.Notify();
    holder_.join();
  }

 private:
  void Hold(db::Database& database, const std::string& select_for_update) {
    EXPECT_THAT(database.RunInTransaction(MachineNow() + kLockPatience,
                                          [&](db::Transaction& tx) -> absl::Status {
                                            const auto rows = tx.Query(select_for_update);
                                            held_.Notify();
                                            go_.WaitForNotification();
                                            return rows.status();
                                          }),
                ::duban::testing::IsOk());
  }

  absl::Notification held_;
  absl::Notification go_;
  std::thread holder_;
};

// Sees which transactions of the server wait for rows.
class LockWaits {
 public:
  LockWaits() {
    auto admin = db::Database::Open(testing::TestServer::Get().AdminOptions());
    EXPECT_THAT(admin, ::duban::testing::IsOk());
    admin_ = *std::move(admin);
  }

  // Waits until there are so many; false if there are not soon.
  bool Await(int64_t count) {
    return testing::WaitUntil(kLockPatience, [&] {
      const auto rows = admin_->Read(MachineNow() + kLockPatience, [](db::Session& session) {
        return session.Query("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'");
      });
      return rows.ok() && rows->front().GetString(1) == std::to_string(count);
    });
  }

 private:
  std::unique_ptr<db::Database> admin_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_LOCK_FIXTURE_H_
