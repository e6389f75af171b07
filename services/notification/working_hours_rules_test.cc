#include "services/notification/working_hours_rules.h"

#include <fstream>
#include <sstream>

#include "common/testing/status_matchers.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using testing::IsOk;

const absl::TimeZone kChina = absl::FixedTimeZone(8 * 3600);

absl::Time Local(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M", text, kChina, &time, &error)) << error;
  return time;
}

std::string Said(const absl::StatusOr<absl::Time>& time) {
  return time.ok() ? absl::FormatTime("%Y-%m-%d %H:%M", *time, kChina) : GetReason(time.status());
}

// The yearly notices that are deployed.
const WorkingDays& Days() {
  static const auto* regions = [] {
    std::ifstream in(DUBAN_DEPLOY "/plans/working-days-cn.json");
    std::ostringstream json;
    json << in.rdbuf();
    review::v1::CalendarDocument document;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json.str(), &document).ok());
    const auto read = ReadRegions(document);
    EXPECT_THAT(read, IsOk());
    return new Regions(*read);
  }();
  return regions->at("CN");
}

struct HoursCase {
  const char* now;
  const char* telling;
  const char* digest;
};

class HoursTest : public ::testing::TestWithParam<HoursCase> {};

TEST_P(HoursTest, PeopleAreToldAtADecentHour) {
  const absl::Time now = Local(GetParam().now);
  EXPECT_EQ(Said(TellingTime(now, {}, Days(), kChina)), GetParam().telling);
  EXPECT_EQ(Said(DigestTime(now, {}, Days(), kChina)), GetParam().digest);
}

INSTANTIATE_TEST_SUITE_P(
    Instants, HoursTest,
    ::testing::Values(HoursCase{"2024-03-29 08:29", "2024-03-29 08:30", "2024-03-29 16:30"},
                      HoursCase{"2024-03-29 08:30", "2024-03-29 08:30", "2024-03-29 16:30"},
                      HoursCase{"2024-03-29 16:30", "2024-03-29 16:30", "2024-04-01 16:30"},
                      HoursCase{"2024-03-29 17:29", "2024-03-29 17:29", "2024-04-01 16:30"},
                      HoursCase{"2024-03-29 17:30", "2024-04-01 08:30", "2024-04-01 16:30"},
                      // Saturday; 清明 from Thursday to Saturday, made up for on Sunday.
                      HoursCase{"2024-03-30 10:00", "2024-04-01 08:30", "2024-04-01 16:30"},
                      HoursCase{"2024-04-03 18:00", "2024-04-07 08:30", "2024-04-07 16:30"},
                      HoursCase{"2024-04-07 09:00", "2024-04-07 09:00", "2024-04-07 16:30"},
                      HoursCase{"2023-12-31 09:00", "CALENDAR_YEAR_MISSING",
                                "CALENDAR_YEAR_MISSING"}));

TEST(RegionsTest, ADayIsGovernedByTheYearItLiesIn) {
  review::v1::CalendarDocument document;
  auto& first = *document.add_calendars();
  first.set_region("CN");
  first.set_year(2027);
  auto& second = *document.add_calendars();
  second.set_region("CN");
  second.set_year(2028);
  second.add_days_off("2027-12-31");
  second.add_days_off("2028-01-03");
  const auto regions = ReadRegions(document);
  ASSERT_THAT(regions, IsOk());
  EXPECT_FALSE(*regions->at("CN").IsWorkingDay(absl::CivilDay(2027, 12, 31)));
  EXPECT_TRUE(*regions->at("CN").IsWorkingDay(absl::CivilDay(2027, 12, 30)));
  second.add_days_off("2028-02-30");
  EXPECT_THAT(ReadRegions(document), FailsWith(absl::StatusCode::kInvalidArgument, "DATE_INVALID"));
}

}  // namespace
}  // namespace duban::notification
