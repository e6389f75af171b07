// Hundreds of random histories of acceptance and correction on the real database: the stored
// standings are always those that a recomputation from all accepted reports gives.
#include <algorithm>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/decimal.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/calendar/period.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/report_calls_fixture.h"
#include "services/submission/report_name.h"
#include "services/submission/report_rules.h"
#include "services/submission/report_store.h"
#include "services/submission/standing_rules.h"
#include "services/submission/standing_store.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using ::duban::testing::IsOk;
using indicator::v1::Indicator;
using indicator::v1::PlanDocument;
using v1::Report;

constexpr int kHistories = 300;
constexpr Indicator::Accumulation kAccumulations[] = {Indicator::CUMULATIVE, Indicator::INCREMENT,
                                                      Indicator::LEVEL};
constexpr common::v1::PeriodKind kRhythms[] = {common::v1::DEKAD, common::v1::MONTH,
                                               common::v1::QUARTER};

class StandingHistoryTest : public ReportCallsTest {
 protected:
  // A published plan with one line for each history: growths in every accumulation and rhythm.
  void PublishHistories() {
    plan_ += "-histories";
    PlanDocument document = TestDocument(plan_);
    const Indicator pattern = document.indicators(1);
    document.clear_indicators();
    for (int i = 0; i < kHistories; ++i) {
      Indicator* indicator = document.add_indicators();
      *indicator = pattern;
      indicator->set_name(HistoryName(i));
      indicator->set_display_name(absl::StrCat("历史", i));
      indicator->set_kind(Indicator::GROWTH);
      indicator->set_unit_of_measure("%");
      indicator->set_reported_unit("万元");
      indicator->set_accumulation(kAccumulations[i % 3]);
      indicator->set_collection(kRhythms[i / 3 % 3]);
      indicator->set_table_row(i + 1);
    }
    Import(document);
    Publish(plan_);
  }

  std::string HistoryName(int history) const { return IndicatorName(absl::StrCat("h", history)); }

  // Writes a random part of the year's reports as submitted; returns their names in random order.
  std::vector<std::string> Enter(int history, std::mt19937& random) const {
    std::vector<Report> entered;
    for (const Period& period : Period::TilesOf(2024, kRhythms[history / 3 % 3])) {
      if (random() % 3 == 0) continue;
      Report report = NewReport(
          Parse<Report>(absl::StrCat(
              R"(indicator: ")", HistoryName(history), R"(" unit: "units/north" period: ")",
              period.ToString(), R"(" as_of_date: ")", FormatDate(period.first_day()), R"(" )")),
          absl::StrCat(plan_, "/reports/", NewUuid7(MachineNow())), Services::Begin());
      report.set_state(Report::SUBMITTED);
      report.set_observation_status(Report::NORMAL);
      report.set_comment("随机历史,有升有降");
      common::v1::Measurement* canonical = report.mutable_canonical();
      canonical->set_unit_of_measure("元");
      canonical->set_value(
          Decimal::Parse(absl::StrCat(random() % 100000, ".", random() % 1000))->ToString());
      canonical->set_base_value(std::to_string(random() % 1000));
      *report.mutable_measurement() = *canonical;
      entered.push_back(report);
    }
    const ReportStore store;
    EXPECT_THAT(database().RunInTransaction(InAMinute(),
                                            [&](db::Transaction& tx) -> absl::Status {
                                              for (const Report& report : entered) {
                                                DUBAN_RETURN_IF_ERROR(store.Insert(tx, {&report}));
                                              }
                                              return absl::OkStatus();
                                            }),
                IsOk());
    std::vector<std::string> names;
    for (const Report& report : entered) names.push_back(report.name());
    std::shuffle(names.begin(), names.end(), random);
    return names;
  }

  // Replaces an accepted report by another figure, or by the word that there is none.
  void CorrectOne(const std::string& name, size_t number) const {
    const std::string values =
        number % 4 == 0 ? R"(observation_status: MISSING missing_reason: "无法核实")"
                        : absl::StrCat("measurement { value: '", number, ".5' base_value: '",
                                       number % 7, R"(' unit_of_measure: "万元" } comment: "核")");
    const auto correction = Correct(kNorth, name, values);
    ASSERT_THAT(correction, IsOk());
    ASSERT_THAT(Submit(kNorth, correction->name()), IsOk());
    ASSERT_THAT(Accept(kOffice, correction->name()), IsOk());
    if (number % 3 == 0) CorrectOne(correction->name(), number + 1);
  }
};

TEST_F(StandingHistoryTest, StoredStandingsAreThoseOfARecomputation) {
  PublishHistories();
  Services::Get().clock.Set(absl::FromCivil(absl::CivilDay(2024, 12, 31), absl::UTCTimeZone()));
  std::mt19937 random(20240331);
  std::vector<std::string> names;
  for (int history = 0; history < kHistories; ++history) {
    const std::vector<std::string> entered = Enter(history, random);
    const size_t judged = entered.empty() ? 0 : random() % (entered.size() + 1);
    names.insert(names.end(), entered.begin(), entered.begin() + static_cast<long>(judged));
  }
  std::shuffle(names.begin(), names.end(), random);

  // Four judges at once, so that lines are also moved by several of them at the same time.
  std::atomic<size_t> next = 0;
  std::vector<std::thread> judges;
  judges.reserve(4);
  for (int judge = 0; judge < 4; ++judge) {
    judges.emplace_back([&] {
      for (size_t i = next++; i < names.size(); i = next++) {
        if (i % 10 == 9) {
          EXPECT_THAT(Return(kOffice, names[i], "退"), IsOk());
        } else {
          EXPECT_THAT(Accept(kOffice, names[i]), IsOk());
          if (i % 10 == 4) CorrectOne(names[i], i);
        }
      }
    });
  }
  for (std::thread& judge : judges) judge.join();

  int standings = 0;
  const std::string id = LastId(plan_);
  for (int history = 0; history < kHistories; ++history) {
    const std::string indicator = absl::StrCat("h", history);
    const auto accepted = database().Read(InAMinute(), [&](db::Session& session) {
      return ReportStore().List(
          session, {.plan = id, .indicator = indicator, .state = Report::ACCEPTED}, "", 1000);
    });
    const auto stored = database().Read(InAMinute(), [&](db::Session& session) {
      return StandingStore().List(session, {id, indicator, "north"});
    });
    ASSERT_THAT(accepted, IsOk());
    ASSERT_THAT(stored, IsOk());
    const auto truth = Recompute(*accepted, kAccumulations[history % 3]);
    ASSERT_THAT(truth, IsOk());
    ASSERT_EQ(stored->size(), truth->size()) << "history " << history;
    for (size_t i = 0; i < truth->size(); ++i) {
      ASSERT_EQ((*stored)[i].DebugString(), (*truth)[i].DebugString()) << "history " << history;
      ++standings;
    }
  }
  EXPECT_GT(standings, kHistories);
}

}  // namespace
}  // namespace duban::submission
