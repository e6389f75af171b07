// A whole year of the Linxiang plan, by one replica of the scheduler and by several, against a
// table that was worked out elsewhere.
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/base/timestamp.h"
#include "common/testing/wait_until.h"
#include "services/review/session_fixture.h"
#include "services/review/testdata/year_2024.h"

namespace duban::review {
namespace {

using testdata::kYear2024;
using testdata::YearRow;
using testing::IsOk;
using testing::WaitUntil;
using v1::Session;

// Every so many instants a worker dies after its claim, or sleeps and comes back.
constexpr int kDiesEvery = 7;

// How far a replica's clock may be off.
constexpr absl::Duration kSkew = absl::Minutes(5);

// A clock that is wrong by as much as it says.
class SkewedClock : public Clock {
 public:
  explicit SkewedClock(absl::Duration skew) : skew_(skew) {}
  absl::Time Now() const override { return Services::Get().clock.Now() + skew_; }

 private:
  absl::Duration skew_;
};

std::string Text(std::string_view text) { return std::string(text); }

class YearTest : public SessionTest {
 protected:
  // The reminders of a row: place in the plan's list, and time.
  static std::vector<std::pair<int, std::string>> RemindersOf(const YearRow& row) {
    std::vector<std::pair<int, std::string>> reminders;
    for (const auto& part : absl::StrSplit(Text(row.reminders), ',', absl::SkipEmpty())) {
      const std::vector<std::string> halves = absl::StrSplit(part, '@');
      int place = 0;
      EXPECT_TRUE(absl::SimpleAtoi(halves[0], &place));
      reminders.emplace_back(place, halves[1]);
    }
    return reminders;
  }

  // How many steps the table has at each instant. The last day's appraisal opens the year, too.
  static std::map<std::string, int> StepsByInstant() {
    std::map<std::string, int> steps;
    for (const YearRow& row : kYear2024) {
      ++steps[Text(row.open)];
      ++steps[Text(row.due)];
      ++steps[Text(row.lock)];
      for (const auto& [place, time] : RemindersOf(row)) ++steps[time];
      if (row.session == "appraisal-2024-h2") ++steps[Text(row.open)];
    }
    return steps;
  }

  void ExpectInstants(const std::string& plan) const {
    for (const YearRow& row : kYear2024) {
      const auto session = Get(plan, Text(row.session));
      ASSERT_THAT(session, IsOk());
      const v1::Instants& instants = session->instants();
      EXPECT_EQ(FromTimestamp(instants.open_time()), At(Text(row.open))) << row.session;
      EXPECT_EQ(FromTimestamp(instants.due_time()), At(Text(row.due))) << row.session;
      EXPECT_EQ(FromTimestamp(instants.grace_end_time()), At(Text(row.grace_end))) << row.session;
      EXPECT_EQ(FromTimestamp(instants.lock_time()), At(Text(row.lock))) << row.session;
    }
  }

  int Done(const std::string& plan) const {
    int done = 0;
    EXPECT_TRUE(absl::SimpleAtoi(
        Ask(absl::StrCat("SELECT COUNT(*) FROM session_steps WHERE done_time IS NOT NULL AND"
                         " plan = '",
                         plan.substr(6), "'")),
        &done));
    return done;
  }

  // Each replica looks on a thread of its own until nothing is left for it.
  static void RunAll(std::vector<std::unique_ptr<Replica>>& replicas) {
    std::vector<std::thread> threads;
    for (auto& replica : replicas) {
      threads.emplace_back([&replica] { EXPECT_THAT(replica->runner().RunDue(1000), IsOk()); });
    }
    for (std::thread& thread : threads) thread.join();
  }

  // Goes through the year instant by instant. At some, a worker claims a step and is not heard of
  // again until the others are done; every other one of these then wakes up with its old fence.
  void RunYear(const std::string& plan, int count) {
    std::vector<std::unique_ptr<Replica>> replicas;
    for (int i = 0; i < count; ++i) {
      replicas.push_back(std::make_unique<Replica>(absl::StrCat("replica-", i)));
    }
    Replica dying("dying", absl::Milliseconds(20));
    int expected = 0;
    int turn = 0;
    for (const auto& [time, steps] : StepsByInstant()) {
      SetClock(time);
      expected += steps;
      std::optional<SessionStep> claimed;
      if (count > 1 && ++turn % kDiesEvery == 0) claimed = *dying.runner().ClaimNext();
      ASSERT_TRUE(WaitUntil(absl::Seconds(30), [&] {
        RunAll(replicas);
        return Done(plan) >= expected;
      })) << time;
      // Nothing is done before its time, and nothing is left for later.
      ASSERT_EQ(Done(plan), expected) << time;
      if (claimed && turn % (2 * kDiesEvery) == 0) {
        EXPECT_FALSE(*dying.runner().Do(dying.runner().OwnCall(*claimed), *claimed)) << time;
      }
    }
    EXPECT_GE(dying.Metric("duban_scheduler_stale_writes_total"), count > 1 ? 5 : 0);
  }

  std::string Count(const std::string& table, const std::string& plan, const std::string& session,
                    const std::string& where) const {
    return Ask(absl::StrCat("SELECT COUNT(*) FROM ", table, " WHERE subject = '", plan,
                            "/sessions/", session, "' AND ", where));
  }

  // The same by replicas whose clocks differ: what is done early or late by as much, is done once.
  void RunSkewedYear(const std::string& plan) {
    const std::vector<std::unique_ptr<SkewedClock>> clocks = [] {
      std::vector<std::unique_ptr<SkewedClock>> made;
      for (const absl::Duration skew : {kSkew, -kSkew, absl::ZeroDuration()}) {
        made.push_back(std::make_unique<SkewedClock>(skew));
      }
      return made;
    }();
    std::vector<std::unique_ptr<Replica>> replicas;
    for (const auto& clock : clocks) {
      replicas.push_back(std::make_unique<Replica>(absl::StrCat("replica-", replicas.size()),
                                                   absl::Seconds(30), clock.get()));
    }
    int expected = 0;
    for (const auto& [time, steps] : StepsByInstant()) {
      Services::Get().clock.Set(At(time) - kSkew);
      RunAll(replicas);
      Services::Get().clock.Set(At(time) + kSkew);
      expected += steps;
      ASSERT_TRUE(WaitUntil(absl::Seconds(30), [&] {
        RunAll(replicas);
        return Done(plan) >= expected;
      })) << time;
      ASSERT_EQ(Done(plan), expected) << time;
    }
  }

  // A condition for events of the step with this nominal time.
  static std::string ToldFor(std::string_view time) {
    return absl::StrCat("JSON_VALUE(data_json, '$.nominalTime') = '",
                        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", At(Text(time)), absl::UTCTimeZone()),
                        "'");
  }

  void ExpectSession(const std::string& plan, const YearRow& row, absl::Duration skew) const {
    const std::string id = Text(row.session);
    const auto session = Get(plan, id);
    ASSERT_THAT(session, IsOk());
    EXPECT_EQ(session->state(), Session::CLOSED) << id;
    EXPECT_EQ(session->obligations(), row.obligations) << id;
    EXPECT_LE(absl::AbsDuration(FromTimestamp(session->opened_time()) - At(Text(row.open))), skew)
        << id;
    EXPECT_LE(absl::AbsDuration(FromTimestamp(session->closed_time()) - At(Text(row.lock))), skew)
        << id;
    const std::string units = absl::StrCat(row.units);
    EXPECT_EQ(Count("outbox_events", plan, id, "type LIKE '%.opened'"), "1") << id;
    EXPECT_EQ(Count("outbox_events", plan, id, "type LIKE '%.closed'"), "1") << id;
    // At the due time each unit that owes is told, and by each reminder: before it soon, then over.
    EXPECT_EQ(Count("outbox_events", plan, id, "type LIKE '%.overdue' AND " + ToldFor(row.due)),
              units)
        << id;
    int reminded = 0;
    for (const auto& [place, time] : RemindersOf(row)) {
      const bool over = At(time) >= At(Text(row.due));
      EXPECT_EQ(
          Count("outbox_events", plan, id,
                absl::StrCat("type LIKE '%.", over ? "overdue" : "due_soon", "' AND ",
                             ToldFor(time), " AND ABS(TIMESTAMPDIFF(SECOND, time, '",
                             absl::FormatTime("%Y-%m-%d %H:%M:%S", At(time), absl::UTCTimeZone()),
                             "')) <= ", absl::ToInt64Seconds(skew))),
          units)
          << id << " " << time;
      ++reminded;
    }
    EXPECT_EQ(Count("outbox_events", plan, id, "1 = 1"),
              absl::StrCat(2 + row.units * (1 + reminded)))
        << id;
  }

  void ExpectYear(const std::string& plan, absl::Duration skew = absl::ZeroDuration()) const {
    std::set<std::string> snapshots;
    int obligations = 0;
    for (const YearRow& row : kYear2024) {
      ExpectSession(plan, row, skew);
      snapshots.insert(Get(plan, Text(row.session))->snapshot());
      obligations += row.obligations;
    }
    EXPECT_EQ(snapshots.size(), 54);
    const std::string id = plan.substr(6);
    EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM session_steps WHERE plan = '", id,
                               "' AND (done_time IS NULL OR"
                               " ABS(TIMESTAMPDIFF(SECOND, done_time, nominal_time)) > ",
                               absl::ToInt64Seconds(skew), ")")),
              "0");
    EXPECT_EQ(
        AskSubmission(absl::StrCat("SELECT COUNT(*) FROM obligations WHERE plan = '", id, "'")),
        absl::StrCat(obligations));
    EXPECT_EQ(AskSubmission(absl::StrCat("SELECT COUNT(*) FROM obligations WHERE session ="
                                         " 'year-2024' AND period = '2024' AND plan = '",
                                         id, "'")),
              "2");
    EXPECT_EQ(AskSubmission(absl::StrCat("SELECT COUNT(*) FROM outbox_events WHERE type ="
                                         " 'duban.submission.obligation.opened' AND plan = '",
                                         plan, "'")),
              absl::StrCat(obligations));
    EXPECT_EQ(AskSubmission(absl::StrCat("SELECT COUNT(*) FROM snapshots WHERE plan = '", id, "'")),
              "54");
    // Made, opened, closed; and the year.
    EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM audit_entries WHERE resource LIKE '", plan,
                               "/sessions/%'")),
              "163");
  }

  void ExpectYearBy(int replicas) {
    SetClock("2024-01-01 00:00");
    const std::string plan = PublishYear();
    ExpectInstants(plan);
    RunYear(plan, replicas);
    ExpectYear(plan);
  }
};

TEST_F(YearTest, ByOneReplica) { ExpectYearBy(1); }

TEST_F(YearTest, ByTwoReplicasAndOneThatDies) { ExpectYearBy(2); }

TEST_F(YearTest, ByFiveReplicasAndOneThatDies) { ExpectYearBy(5); }

TEST_F(YearTest, ByReplicasWhoseClocksDiffer) {
  SetClock("2024-01-01 00:00");
  const std::string plan = PublishYear();
  RunSkewedYear(plan);
  ExpectYear(plan, kSkew);
}

}  // namespace
}  // namespace duban::review
