#include "services/notification/dead_letters.h"

#include <string>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "services/notification/delivery_store.h"
#include "services/notification/routing_fixture.h"

namespace duban::notification {
namespace {

using testing::IsOk;

class DeadLettersTest : public RoutingTest {
 protected:
  // What the gauge says of the channel after a look at the database; -1 if it says nothing.
  double Dead(const std::string& channel) {
    dead_letters_.Measure();
    for (const auto& family : registry_.Collect()) {
      if (family.name != "duban_delivery_dead_letters") continue;
      for (const auto& metric : family.metric) {
        if (metric.label.at(0).value == channel) return metric.gauge.value;
      }
    }
    return -1;
  }

  // Puts an event on the way to a subscription, and gives it up.
  void GiveUp(const std::string& event) {
    EXPECT_THAT(database().RunInTransaction(
                    MachineNow() + absl::Seconds(20),
                    [&](db::Transaction& tx) -> absl::Status {
                      const absl::Status added = DeliveryStore().Add(tx,
                                                                     {{.channel = v1::WEBHOOK,
                                                                       .subscription = "province",
                                                                       .event = event,
                                                                       .due_time = clock().Now()}},
                                                                     clock().Now());
                      if (!added.ok()) return added;
                      return tx.Execute("UPDATE deliveries SET state = 5 WHERE event = ?", {event})
                          .status();
                    }),
                IsOk());
  }

 private:
  prometheus::Registry registry_;
  DeadLetters dead_letters_{server::Environment{.database = &database(),
                                                .clock = &clock(),
                                                .mutations = nullptr,
                                                .signer = nullptr,
                                                .metrics = &registry_,
                                                .notification_target = ""}};
};

TEST_F(DeadLettersTest, AreCountedByChannel) {
  EXPECT_EQ(Dead("WEBHOOK"), 0);
  GiveUp("0190a1b2-0000-7000-8000-0000000000d1");
  GiveUp("0190a1b2-0000-7000-8000-0000000000d2");
  EXPECT_EQ(Dead("WEBHOOK"), 2);
  EXPECT_EQ(Dead("EMAIL"), 0);
}

}  // namespace
}  // namespace duban::notification
