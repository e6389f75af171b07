#include "services/review/schedule_store.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "services/review/review_fixture.h"

namespace duban::review {
namespace {

using testing::IsOk;

class ScheduleStoreTest : public ReviewTest {};

// More than one query answers.
TEST_F(ScheduleStoreTest, AllPlansOfARegionAreAnswered) {
  constexpr int kPlans = 2001;
  const ScheduleStore store;
  for (int i = 0; i < kPlans;) {
    ASSERT_THAT(database().RunInTransaction(
                    MachineNow() + absl::Seconds(30),
                    [&](db::Transaction& tx) -> absl::Status {
                      for (int last = std::min(i + 500, kPlans), n = i; n < last; ++n) {
                        DUBAN_RETURN_IF_ERROR(store.Planned(tx, absl::StrFormat("crowd-%04d", n), 1,
                                                            "CROWD", Services::Begin()));
                      }
                      return absl::OkStatus();
                    }),
                IsOk());
    i = std::min(i + 500, kPlans);
  }
  const auto plans =
      database().RunInTransaction(MachineNow() + absl::Seconds(30),
                                  [&](db::Transaction& tx) { return store.OfRegion(tx, "CROWD"); });
  ASSERT_THAT(plans, IsOk());
  ASSERT_EQ(plans->size(), kPlans);
  EXPECT_EQ(plans->front(), "crowd-0000");
  EXPECT_EQ(plans->at(1000), "crowd-1000");
  EXPECT_EQ(plans->back(), "crowd-2000");
  EXPECT_THAT(database().RunInTransaction(MachineNow() + absl::Seconds(30),
                                          [&](db::Transaction& tx) {
                                            return tx.Execute(
                                                "DELETE FROM schedules WHERE region = 'CROWD'");
                                          }),
              IsOk());
}

}  // namespace
}  // namespace duban::review
