// Several callers move the same reports at random and at once: whatever the order, every line has
// at most one report in work and one that counts, the standings are those of a recomputation, and
// every change left its revision, its audit entry and its event.
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "services/submission/report_calls_fixture.h"
#include "services/submission/report_name.h"
#include "services/submission/report_store.h"
#include "services/submission/revision_store.h"
#include "services/submission/standing_rules.h"
#include "services/submission/standing_store.h"

namespace duban::submission {
namespace {

using ::duban::testing::IsOk;
using indicator::v1::Indicator;
using v1::Report;

constexpr int kCallers = 6;
constexpr int kMovesEach = 120;
const char* const kPeriods[] = {"2024-01", "2024-02", "2024-03"};

class InterleavingTest : public EndorsementTest {
 protected:
  std::vector<Report> All() const {
    const auto reports = database().Read(InAMinute(), [&](db::Session& session) {
      return ReportStore().List(session, {.plan = LastId(plan_)}, "", 10000);
    });
    EXPECT_THAT(reports, IsOk());
    return *reports;
  }

  // One random move by a random caller with a random report; refusals by rule are as good.
  absl::Status MoveSomething(std::mt19937& random) const {
    const auto reports = List(kLeader, "page_size: 1000");
    if (!reports.ok()) return reports.status();
    if (reports->reports_size() == 0 || random() % 6 == 0) return CreateSomething(random);
    const std::string name =
        reports
            ->reports(static_cast<int>(random() % static_cast<unsigned>(reports->reports_size())))
            .name();
    switch (random() % 7) {
      case 0:
        return Update(kNorth, absl::StrCat("report { name: '", name, "' comment: '改", random() % 9,
                                           "' } update_mask { paths: 'comment' }"))
            .status();
      case 1:
        return Submit(kNorth, name).status();
      case 2:
        return Endorse(kNorthHead, name).status();
      case 3:
        return Accept(random() % 2 == 0 ? kOffice : kLeader, name).status();
      case 4:
        return Return(random() % 2 == 0 ? kOffice : kNorthHead, name, "退").status();
      case 5:
        return random() % 4 == 0 ? Withdraw(kNorth, name, "撤").status() : absl::OkStatus();
      default:
        return Correct(kNorth, name,
                       absl::StrCat("measurement { value: '", random() % 50,
                                    "' unit_of_measure: '篇' }"))
            .status();
    }
  }

  absl::Status CreateSomething(std::mt19937& random) const {
    const std::string place =
        absl::StrCat(R"(indicator: "$/indicators/articles" unit: "units/north" period: ")",
                     kPeriods[random() % 3], R"(")");
    if (random() % 4 == 0) return NoChange(kNorth, place).status();
    return Create(kNorth, absl::StrCat(place, " measurement { value: '", random() % 50,
                                       "' unit_of_measure: '篇' }"))
        .status();
  }

  void ExpectOneOfEach(const std::vector<Report>& reports) const {
    std::map<std::string, std::vector<const Report*>> accepted;
    std::map<std::string, std::vector<const Report*>> in_work;
    for (const Report& report : reports) {
      EXPECT_EQ(report.state() == Report::SUPERSEDED, !report.superseded_by().empty());
      if (report.state() == Report::SUPERSEDED || report.state() == Report::WITHDRAWN) continue;
      (report.state() == Report::ACCEPTED ? accepted : in_work)[report.period()].push_back(&report);
    }
    for (const char* period : kPeriods) {
      ASSERT_LE(accepted[period].size(), 1U) << period;
      ASSERT_LE(in_work[period].size(), 1U) << period;
      if (in_work[period].empty()) continue;
      const std::string counting = accepted[period].empty() ? "" : accepted[period].front()->name();
      EXPECT_EQ(in_work[period].front()->corrects(), counting) << period;
    }
  }

  void ExpectStandingsRecomputed(const std::vector<Report>& reports) const {
    std::vector<Report> accepted;
    for (const Report& report : reports) {
      if (report.state() == Report::ACCEPTED) accepted.push_back(report);
    }
    const auto truth = Recompute(accepted, Indicator::INCREMENT);
    const auto stored = database().Read(InAMinute(), [&](db::Session& session) {
      return StandingStore().List(session, {LastId(plan_), "articles", "north"});
    });
    ASSERT_THAT(truth, IsOk());
    ASSERT_THAT(stored, IsOk());
    ASSERT_EQ(stored->size(), truth->size());
    for (size_t i = 0; i < truth->size(); ++i) {
      EXPECT_EQ((*stored)[i].DebugString(), (*truth)[i].DebugString());
    }
  }

  void ExpectRecorded(const Report& report) const {
    const auto name = ParseReportName(report.name(), "name");
    const auto revisions = database().Read(InAMinute(), [&](db::Session& session) {
      return RevisionStore().List(session, *name, 0, 1000);
    });
    ASSERT_THAT(revisions, IsOk());
    ASSERT_EQ(revisions->size(), static_cast<size_t>(report.revision()));
    int told = 0;
    for (const auto& revision : *revisions) {
      const bool silent = revision.move() == Report::CREATE || revision.move() == Report::UPDATE;
      if (!silent) ++told;
    }
    EXPECT_EQ(revisions->back().report().state(), report.state());
    const auto count = [&](const char* table, const char* column) {
      return Ask(absl::StrCat("SELECT CAST(COUNT(*) AS CHAR) FROM ", table, " WHERE ", column,
                              " = '", report.name(), "'",
                              column == std::string("resource")
                                  ? " AND outcome = 'OK'"
                                  : " AND type NOT LIKE '%.light_changed'"));
    };
    EXPECT_EQ(count("audit_entries", "resource"), std::to_string(report.revision()));
    EXPECT_EQ(count("outbox_events", "subject"), std::to_string(told));
  }
};

TEST_F(InterleavingTest, AnyOrderOfMovesKeepsWhatMustHold) {
  static const std::set<std::string> kRefusals = {"REPORT_MOVE_NOT_ALLOWED", "REPORT_EXISTS",
                                                  "NOT_OWN_UNIT", "OWN_UNIT_REVIEW",
                                                  "DATABASE_CONFLICT"};
  std::vector<std::thread> callers;
  callers.reserve(kCallers);
  for (unsigned caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([this, caller] {
      std::mt19937 random(20240401 + caller);
      for (int i = 0; i < kMovesEach; ++i) {
        const absl::Status moved = MoveSomething(random);
        if (!moved.ok()) {
          EXPECT_TRUE(kRefusals.contains(GetReason(moved))) << moved;
        }
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  const std::vector<Report> reports = All();
  EXPECT_GE(std::stoi(Ask(absl::StrCat("SELECT COUNT(DISTINCT move) FROM report_revisions"
                                       " WHERE plan = '",
                                       LastId(plan_), "'"))),
            5);
  ExpectOneOfEach(reports);
  ExpectStandingsRecomputed(reports);
  for (const Report& report : reports) ExpectRecorded(report);
}

}  // namespace
}  // namespace duban::submission
