// The scheduler on a machine whose clock is set wrong amid its work: every step is done once, at
// its own time, and leaves behind what it leaves with a right clock.
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "duban/review/v1/audit_service.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "tests/e2e/local_stack.h"

namespace duban::testing {
namespace {

using Audit = review::v1::AuditService::Stub;

constexpr char kDispatch[] = "plans/linxiang-innovation-2024/sessions/dispatch-2024-03-d3";
constexpr char kStepsOfDispatch[] = " FROM session_steps WHERE session = 'dispatch-2024-03-d3'";
// Opened, reminded of, due, reminded of, closed.
constexpr int kSteps = 5;
// When the review service starts, and when the session opens.
constexpr char kStart[] = "2024-03-30T23:59:50+08:00";
constexpr absl::Duration kUntilOpening = absl::Seconds(10);
// The other steps follow at this distance, instead of hours and days.
constexpr absl::Duration kPace = absl::Seconds(4);
// How late a step may be on a busy machine. The clock is wrong by much more.
constexpr absl::Duration kOnTime = absl::Seconds(20);

// The time that one process is told: libfaketime reads it from a file again and again.
class ToldTime {
 public:
  ToldTime() { Set("+0"); }
  ~ToldTime() { std::remove(file_.c_str()); }

  // `+1d`, `-1d`: from the machine's time.
  void Set(const std::string& offset) const {
    const std::string fresh = file_ + ".new";
    std::ofstream(fresh) << offset << "\n";
    std::rename(fresh.c_str(), file_.c_str());
  }

  // Starts a program by it. The sanitizer that this program runs with, if any, must come first.
  std::vector<std::string> Launcher() const {
    std::vector<std::string> libraries = {"/usr/$LIB/faketime/libfaketimeMT.so.1"};
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
      const bool sanitizer = absl::StrContains(line, "/libasan.so") ||  //
                             absl::StrContains(line, "/libtsan.so");
      if (!sanitizer) continue;
      libraries.insert(libraries.begin(), line.substr(line.find('/')));
      break;
    }
    return {"/usr/bin/env", absl::StrCat("LD_PRELOAD=", absl::StrJoin(libraries, ":")),
            absl::StrCat("FAKETIME_TIMESTAMP_FILE=", file_), "FAKETIME_CACHE_DURATION=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1"};
  }

 private:
  const std::string file_ =
      absl::StrCat(::testing::TempDir(), "duban-time-", NewUuid7(MachineNow()));
};

// What a session's steps leave behind.
struct Left {
  std::string session;
  std::string events;
  std::string obligations;
  std::string audit;
};

class Hours {
 public:
  // From the opening of a session to its close, in a minute. The clock of the service that holds it
  // is right, or set anew after some of the steps.
  void Pass(bool wrong) {
    ASSERT_THAT(stack_.LoadCalendars(), IsOk());
    ASSERT_THAT(stack_.LoadLinxiang(), IsOk());
    ASSERT_TRUE(WaitUntil(kPatience, [&] {
      return Ask(absl::StrCat("SELECT COUNT(*)", kStepsOfDispatch)) == absl::StrCat(kSteps);
    }));
    stack_.RestartSubmissionAt("2024-03-31T00:00:00+08:00");
    Retime();
    // No step may be done before this and what lies between start and its time.
    started_ = MachineNow();
    stack_.RestartReviewAt(kStart, time_.Launcher());
    if (wrong) time_.Set("+1d");
    int seen = 0;
    EXPECT_TRUE(WaitUntil(absl::Minutes(2), [&] {
      for (const int done = Done(); seen < done; ++seen) {
        EXPECT_GE(MachineNow(), started_ + kUntilOpening + seen * kPace) << seen;
        if (wrong) time_.Set(seen % 2 == 0 ? "-1d" : "+1d");
      }
      return seen == kSteps;
    })) << stack_.review().Output();
    CheckTimes();
    CheckAudit();
  }

  Left WhatIsLeft() {
    const std::string subject = absl::StrCat("subject = '", kDispatch, "'");
    return {
        .session = Ask("SELECT CONCAT_WS(' ', state, obligations, snapshot <> '', open_time,"
                       " due_time, lock_time, version) FROM sessions"
                       " WHERE session = 'dispatch-2024-03-d3'"),
        .events = Ask(absl::StrCat("SELECT GROUP_CONCAT(CONCAT_WS(' ', type, unit, sequence)"
                                   " ORDER BY type, sequence SEPARATOR '\n') FROM outbox_events"
                                   " WHERE ",
                                   subject)),
        .obligations = Ask("SELECT GROUP_CONCAT(CONCAT_WS(' ', rule, unit, period, due_time,"
                           " session) ORDER BY rule, unit, session SEPARATOR '\n')"
                           " FROM obligations"),
        .audit = Ask(absl::StrCat("SELECT GROUP_CONCAT(CONCAT_WS(' ', actor, method, outcome)"
                                  " ORDER BY method SEPARATOR '\n') FROM audit_entries"
                                  " WHERE resource = '",
                                  kDispatch, "'")),
    };
  }

 private:
  // The first column of the only row.
  std::string Ask(const std::string& sql) {
    const auto rows = stack_.database().Read(
        MachineNow() + absl::Seconds(10), [&](db::Session& session) { return session.Query(sql); });
    EXPECT_THAT(rows, IsOk());
    return rows.ok() && !rows->front().IsNull(0) ? rows->front().GetString(0) : "";
  }

  int Done() {
    return std::stoi(
        Ask(absl::StrCat("SELECT COUNT(*)", kStepsOfDispatch, " AND done_time IS NOT NULL")));
  }

  // Moves the steps together.
  void Retime() {
    absl::Time time;
    ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, kStart, &time, nullptr));
    time += kUntilOpening;
    const auto steps =
        stack_.database().Read(MachineNow() + absl::Seconds(10), [&](db::Session& session) {
          return session.Query(
              absl::StrCat("SELECT step, ordinal", kStepsOfDispatch, " ORDER BY nominal_time"));
        });
    ASSERT_THAT(steps, IsOk());
    for (const db::Row& step : *steps) {
      ASSERT_THAT(
          stack_.database().Read(MachineNow() + absl::Seconds(10),
                                 [&](db::Session& session) {
                                   return session.Execute(
                                       "UPDATE session_steps SET nominal_time = ? WHERE session ="
                                       " 'dispatch-2024-03-d3' AND step = ? AND ordinal = ?",
                                       {time, step.GetInt(0), step.GetInt(1)});
                                 }),
          IsOk());
      time += kPace;
    }
  }

  // Of steps, session and events, as written; and of the ids of events and audit entries.
  void CheckTimes() {
    const std::string limit = absl::StrCat(absl::ToInt64Seconds(kOnTime));
    EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(CONCAT_WS(' ', step, ordinal, nominal_time,"
                               " done_time))",
                               kStepsOfDispatch,
                               " AND (done_time < nominal_time OR"
                               " TIMESTAMPDIFF(SECOND, nominal_time, done_time) >= ",
                               limit, ")")),
              "");
    for (const char* rows : {"opened_time FROM sessions WHERE session = 'dispatch-2024-03-d3'",
                             "closed_time FROM sessions WHERE session = 'dispatch-2024-03-d3'",
                             "MIN(time) FROM outbox_events WHERE service = 'review' AND type LIKE"
                             " '%.session.%'",
                             "MAX(time) FROM outbox_events WHERE service = 'review' AND type LIKE"
                             " '%.session.%'"}) {
      // Within the minutes of this test around the opening, 2024-03-30 16:00 UTC.
      const std::string time = Ask(absl::StrCat("SELECT ", rows));
      EXPECT_TRUE(absl::StartsWith(time, "2024-03-30 16:0") ||
                  absl::StartsWith(time, "2024-03-30 15:5"))
          << rows << ": " << time;
    }
    for (const char* table : {"outbox_events", "audit_entries"}) {
      EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM ", table,
                                 " WHERE ABS(CONV(LEFT(REPLACE(id, '-', ''), 12), 16, 10) / 1000"
                                 " - UNIX_TIMESTAMP()) > 600")),
                "0")
          << table;
    }
  }

  // Sealed and verified by the same service, whose clock is still as it was left.
  void CheckAudit() {
    EXPECT_TRUE(WaitUntil(kPatience, [&] {
      return stack_.CountRows("audit_seals") == stack_.CountRows("audit_entries");
    }));
    const auto audit = review::v1::AuditService::NewStub(
        grpc::CreateChannel(stack_.review_target(), grpc::InsecureChannelCredentials()));
    absl::StatusOr<review::v1::VerifyAuditResponse> verified;
    // On a busy machine it may take longer than a call may.
    EXPECT_TRUE(WaitUntil(kPatience, [&] {
      verified = stack_.Call(*audit, &Audit::VerifyAudit, {common::v1::AUDITOR, ""},
                             review::v1::VerifyAuditRequest());
      return verified.ok();
    }));
    ASSERT_THAT(verified, IsOk());
    EXPECT_TRUE(verified->intact()) << verified->ShortDebugString();
  }

  const ToldTime time_;
  LocalStack stack_{"2024-03-30T23:57:00+08:00"};
  absl::Time started_;
};

TEST(WrongClockTest, EachStepIsDoneOnceAndAtItsTime) {
  Left right;
  {
    Hours hours;
    hours.Pass(/*wrong=*/false);
    right = hours.WhatIsLeft();
  }
  Hours hours;
  hours.Pass(/*wrong=*/true);
  const Left wrong = hours.WhatIsLeft();
  EXPECT_FALSE(right.events.empty());
  EXPECT_EQ(wrong.session, right.session);
  EXPECT_EQ(wrong.events, right.events);
  EXPECT_EQ(wrong.obligations, right.obligations);
  EXPECT_EQ(wrong.audit, right.audit);
}

}  // namespace
}  // namespace duban::testing
