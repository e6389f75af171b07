#include <string>

#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/obligation_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using v1::Report;

class UnitSheetTest : public ObligationTest {
 protected:
  absl::StatusOr<v1::UnitSheet> Sheet(const Who& who, const std::string& unit,
                                      const std::string& date = "2024-03-31") const {
    v1::GetUnitSheetRequest request;
    request.set_plan(plan_);
    request.set_unit(unit);
    request.set_as_of_date(date);
    return Call(who, *progress_, &v1::ProgressService::Stub::GetUnitSheet, request);
  }
};

TEST_F(UnitSheetTest, ShowsAllThatAUnitOwesAndHasDone) {
  ASSERT_THAT(Open(), IsOk());
  Accepted("2024-03-D2", "50");
  const Report waiting = Submitted("2024-03-D3", "60");
  const auto sheet = Sheet(kNorth, "units/north");
  ASSERT_THAT(sheet, IsOk());
  EXPECT_EQ(sheet->unit(), "units/north");
  EXPECT_EQ(sheet->as_of_date(), "2024-03-31");
  bool contracts = false;
  for (const v1::ScoreboardLine& line : sheet->lines()) {
    EXPECT_EQ(line.unit(), "units/north");
    if (line.indicator() != IndicatorName("contracts")) continue;
    contracts = true;
    EXPECT_EQ(line.result(), "50");
    ASSERT_EQ(line.pending_size(), 1);
    EXPECT_EQ(line.pending(0).report(), waiting.name());
  }
  EXPECT_TRUE(contracts);
  // North owes contracts, loans and the opening of the dekad; contracts are met.
  ASSERT_EQ(sheet->obligations_size(), 3);
  EXPECT_EQ(sheet->counts().DebugString(),
            Obligations(kNorth, "filter: 'unit = \"units/north\"'")->counts().DebugString());
  for (const v1::Obligation& obligation : sheet->obligations()) {
    EXPECT_EQ(obligation.unit(), "units/north");
    const bool met = obligation.indicator() == IndicatorName("contracts");
    EXPECT_EQ(obligation.state(), met ? v1::Obligation::MET : v1::Obligation::OPEN);
  }
  ASSERT_EQ(sheet->reports_in_work_size(), 1);
  EXPECT_EQ(sheet->reports_in_work(0).name(), waiting.name());
  EXPECT_THAT(sheet->reports_in_work(0).permitted_actions(), ::testing::Contains(Report::WITHDRAW));
  // What is accepted is work no more.
  ASSERT_THAT(Accept(kOffice, waiting.name()), IsOk());
  EXPECT_EQ(Sheet(kOffice, "units/north")->reports_in_work_size(), 0);
}

TEST_F(UnitSheetTest, IsForTheUnitItselfAndForThoseWhoSeeAll) {
  EXPECT_THAT(Sheet(kAuditor, "units/south"), IsOk());
  EXPECT_THAT(Sheet(kNorth, "units/south"),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Sheet(kAuditor, "south"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "unit"));
  EXPECT_THAT(Sheet(kAuditor, "units/south", "2023-01-01"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "as_of_date"));
}

}  // namespace
}  // namespace duban::submission
