#include "services/notification/dispatch_backlog.h"

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "duban/submission/v1/events.pb.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "services/notification/routing_fixture.h"

namespace duban::notification {
namespace {

class DispatchBacklogTest : public RoutingTest {
 protected:
  // The value of one of the gauges after a look at the database; nothing if there is no such gauge.
  std::optional<double> Measured(const std::string& name) {
    backlog_.Measure();
    for (const auto& family : registry_.Collect()) {
      if (family.name == name) return family.metric.at(0).gauge.value;
    }
    return std::nullopt;
  }
  std::optional<double> Waiting() { return Measured("duban_notification_dispatch_backlog"); }
  std::optional<double> OldestAge() {
    return Measured("duban_notification_dispatch_oldest_age_seconds");
  }

 private:
  prometheus::Registry registry_;
  DispatchBacklog backlog_{server::Environment{.database = &database(),
                                               .clock = &clock(),
                                               .mutations = nullptr,
                                               .signer = nullptr,
                                               .metrics = &registry_,
                                               .notification_target = ""}};
};

TEST_F(DispatchBacklogTest, TellsHowManyWaitAndHowLongTheOldestHas) {
  EXPECT_EQ(Waiting(), 0);
  EXPECT_EQ(OldestAge(), 0);
  Publish("duban.submission.report.submitted", "reports/a", 1, submission::v1::ReportSubmitted());
  clock().Set(clock().Now() + absl::Seconds(90));
  Publish("duban.submission.report.submitted", "reports/b", 1, submission::v1::ReportSubmitted());
  EXPECT_EQ(Waiting(), 2);
  EXPECT_EQ(OldestAge(), 90);
  Dispatch();
  EXPECT_EQ(Waiting(), 0);
  EXPECT_EQ(OldestAge(), 0);
}

// An old event whose duty somebody took over has not waited since it came.
TEST_F(DispatchBacklogTest, WhatIsDispatchedAnewHasWaitedSinceItWasDispatched) {
  const std::string event = Publish("duban.submission.report.submitted", "reports/a", 1,
                                    submission::v1::ReportSubmitted());
  Dispatch();
  clock().Set(clock().Now() + absl::Seconds(30));
  ASSERT_TRUE(database()
                  .RunInTransaction(MachineNow() + absl::Seconds(20),
                                    [&](db::Transaction& tx) {
                                      return DispatchStore().Repeat(tx, event, clock().Now());
                                    })
                  .ok());
  EXPECT_EQ(Waiting(), 1);
  EXPECT_EQ(OldestAge(), 30);
}

}  // namespace
}  // namespace duban::notification
