// What the metrics page says of the plans, against what was entered over the wire.
#include "services/submission/plan_figures.h"

#include <map>
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "services/submission/obligation_fixture.h"

namespace duban::submission {
namespace {

using ::duban::testing::IsOk;

class PlanFiguresTest : public ObligationTest {
 protected:
  PlanFiguresTest()
      : caller_(Services::Get().indicator->target(), "services/submission", &testing::TestSigner()),
        plans_(&caller_),
        figures_({.database = &database(),
                  .clock = &Services::Get().clock,
                  .mutations = nullptr,
                  .signer = &testing::TestSigner(),
                  .metrics = &registry_},
                 &plans_) {}

  // Measures this test's plan; see OnThePage.
  std::map<std::string, double> Measured() {
    EXPECT_THAT(figures_.MeasurePlans({plan_.substr(plan_.find('/') + 1)}), IsOk());
    return OnThePage();
  }

  // `name label …` of this test's plan, without the plan, and its value.
  std::map<std::string, double> OnThePage() const {
    std::map<std::string, double> values;
    for (const prometheus::MetricFamily& family : registry_.Collect()) {
      for (const prometheus::ClientMetric& metric : family.metric) {
        std::string row = family.name;
        bool ours = false;
        for (const auto& label : metric.label) {
          if (label.name == "plan") {
            ours = absl::StrCat("plans/", label.value) == plan_;
          } else {
            absl::StrAppend(&row, " ", label.value);
          }
        }
        if (ours) values[row] = metric.gauge.value;
      }
    }
    return values;
  }

  prometheus::Registry registry_;
  client::Caller caller_;
  PlanCache plans_;
  PlanFigures figures_;
};

TEST_F(PlanFiguresTest, OverdueIsWhatIsOwedPastItsDueTimeByCadence) {
  Now("2024-04-02T09:00:00");
  ASSERT_THAT(Open(), IsOk());
  EXPECT_EQ(Measured()["duban_obligations_overdue dekad"], 0);
  Submitted("2024-03-D3", "60");
  Now("2024-04-02T17:31:00");
  std::map<std::string, double> measured = Measured();
  // By dekad: contracts of north and south, loans of north and office, opening of north.
  EXPECT_EQ(measured["duban_obligations_overdue dekad"], 4);
  EXPECT_EQ(measured["duban_obligations_overdue month"], 0);
  ASSERT_THAT(Waive(kReviewer, Of("loans", "office").name(), R"(reason: "并入下旬")"), IsOk());
  EXPECT_EQ(Measured()["duban_obligations_overdue dekad"], 3);
}

TEST_F(PlanFiguresTest, ReportsWaitUntilTheyAreJudged) {
  Now("2024-04-02T09:00:00");
  const v1::Report first = Submitted("2024-03-D2", "60");
  Now("2024-04-02T10:00:00");
  const v1::Report second = Submitted("2024-03-D3", "66");
  Now("2024-04-02T11:00:00");
  std::map<std::string, double> measured = Measured();
  EXPECT_EQ(measured["duban_reports_unverified submitted"], 2);
  EXPECT_EQ(measured["duban_reports_unverified endorsed"], 0);
  EXPECT_EQ(measured["duban_reports_unverified_age_seconds"], 7200);
  ASSERT_THAT(Accept(kOffice, first.name()), IsOk());
  ASSERT_THAT(Accept(kOffice, second.name()), IsOk());
  measured = Measured();
  EXPECT_EQ(measured["duban_reports_unverified submitted"], 0);
  EXPECT_EQ(measured["duban_reports_unverified_age_seconds"], 0);
}

TEST_F(PlanFiguresTest, LightsAreThoseOfTheBoard) {
  Now("2024-04-02T09:00:00");
  Accepted("2024-03-D3", "66");
  const auto board = Board(kLeader);
  ASSERT_THAT(board, IsOk());
  std::map<std::string, double> wanted;
  for (const v1::ScoreboardLine& line : board->lines()) {
    const std::string light = v1::ScoreboardLine::Light_Name(line.light());
    ++wanted[absl::StrCat(absl::AsciiStrToLower(light), line.unit().empty() ? " plan" : " unit")];
  }
  std::map<std::string, double> measured = Measured();
  double lines = 0;
  for (const char* light : {"green", "yellow", "red", "grey"}) {
    for (const char* scope : {"plan", "unit"}) {
      const double count = measured[absl::StrCat("duban_lights ", light, " ", scope)];
      EXPECT_EQ(count, wanted[absl::StrCat(light, " ", scope)]) << light << " " << scope;
      lines += count;
    }
  }
  EXPECT_EQ(lines, board->lines_size());
}

TEST_F(PlanFiguresTest, AClosedPlanLeavesThePage) {
  Now("2024-04-02T09:00:00");
  Submitted("2024-03-D3", "60");
  ASSERT_THAT(figures_.Measure(), IsOk());  // of all plans that are in the database
  EXPECT_FALSE(OnThePage().empty());
  Close(plan_);
  EXPECT_TRUE(Measured().empty());
}

}  // namespace
}  // namespace duban::submission
