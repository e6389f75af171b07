// People are written to in working hours, whatever happened before.
#include <string>
#include <vector>

#include "services/notification/letter_fixture.h"

namespace duban::notification {
namespace {

class LetterHoursTest : public LetterTest {
 protected:
  LetterHoursTest() : LetterTest(WithCalendar()) {}

  static Settings WithCalendar() {
    Settings settings = WithDirectory();
    settings.routing.calendar_file = DUBAN_DEPLOY "/plans/working-days-cn.json";
    return settings;
  }
};

TEST_F(LetterHoursTest, WhatFailedBeforeTheOfficeClosedIsTriedWhenItOpens) {
  Enroll("li", "later@example.gov.cn", "");
  // Friday, five seconds before half past five.
  clock_.Advance(absl::Hours(8) + absl::Minutes(30) - absl::Seconds(5));
  Write("li");
  AwaitFirstTry("li");
  clock_.Advance(absl::Seconds(10));
  const auto put_off = [&] {
    return Select(
               "SELECT CAST(due_time AS CHAR) FROM deliveries WHERE channel = 1 AND parked = 1") ==
           std::vector<std::string>{"2024-04-01 00:30:00.000000"};
  };
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), put_off));
  EXPECT_EQ(DeliveriesOf("members/li", "channel = EMAIL")[0].attempt_count(), 1);
  clock_.Advance(absl::Hours(63));  // Monday, half past eight
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
    return DeliveriesOf("members/li", "channel = EMAIL")[0].attempt_count() == 2;
  }));
}

}  // namespace
}  // namespace duban::notification
