// Submissions that share transactions, while the database refuses some of them for good and the
// connections of others are killed in their COMMIT: what was acknowledged is there once, and what
// is refused is refused alone.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/calendar/period.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "gtest/gtest.h"
#include "tests/faults/insist.h"

namespace duban::testing {
namespace {

using submission::v1::Report;
using Reports = submission::v1::ReportService::Stub;

constexpr size_t kCallers = 32;
constexpr size_t kDrafts = 120;
constexpr size_t kPoisonedEach = 11;  // every eleventh draft is one that the database refuses
constexpr int kKills = 5;
constexpr char kOfAReport[] = "duban.submission.report.submitted";

bool IsPoisoned(size_t n) { return n % kPoisonedEach == 5; }

std::string Id(const std::string& name) { return name.substr(name.rfind('/') + 1); }

class SharedSubmitTest : public ::testing::Test {
 protected:
  // Calls `play` for each number below `count`, by many callers.
  static void ByCallers(size_t count, const std::function<void(size_t)>& play) {
    std::atomic<size_t> next = 0;
    std::vector<std::thread> callers;
    for (size_t i = 0; i < kCallers; ++i) {
      callers.emplace_back([&] {
        for (size_t n = next++; n < count; n = next++) play(n);
      });
    }
    for (std::thread& caller : callers) caller.join();
  }

  // Drafts of the five lines of contract-count in all dekads, until there are enough.
  void CreateDrafts(const std::string& plan) {
    const std::vector<std::string> units = {"gaoxin-zone", "agriculture", "market-regulation",
                                            "housing", "water"};
    const std::vector<Period> periods = Period::TilesOf(2024, common::v1::DEKAD);
    drafts_.assign(kDrafts, Report());
    ByCallers(kDrafts, [&](size_t n) {
      const std::string& unit = units[n % units.size()];
      auto create =
          DraftOf("contract-count", unit, periods[n / units.size()].ToString(), Value("7", "项"));
      create.set_parent(plan);
      create.mutable_report()->set_indicator(plan + "/indicators/contract-count");
      const auto draft =
          stack_.Call(stack_.reports(), &Reports::CreateReport, Reporter(unit), create);
      ASSERT_THAT(draft, IsOk());
      drafts_[n] = *draft;
    });
  }

  absl::StatusOr<Report> Submit(const Report& draft) {
    submission::v1::SubmitReportRequest request;
    request.set_name(draft.name());
    request.set_etag(draft.etag());
    request.set_request_id(NewUuid7(MachineNow()));
    return Insist(stack_, &Reports::SubmitReport, Reporter(Id(draft.unit())), request);
  }

  void Run(const std::string& sql) {
    EXPECT_THAT(
        stack_.database().Read(MachineNow() + absl::Seconds(10),
                               [&](db::Session& session) { return session.Execute(sql).status(); }),
        IsOk());
  }

  std::string Ask(const std::string& sql) {
    const auto rows = stack_.database().Read(
        MachineNow() + absl::Seconds(10), [&](db::Session& session) { return session.Query(sql); });
    EXPECT_THAT(rows, IsOk()) << sql;
    return rows.ok() ? rows->front().GetString(0) : "";
  }

  void Poison() {
    std::vector<std::string> ids;
    for (size_t n = 0; n < drafts_.size(); ++n) {
      if (IsPoisoned(n)) ids.push_back(absl::StrCat("'", Id(drafts_[n].name()), "'"));
    }
    Run(
        absl::StrCat("CREATE TRIGGER poison BEFORE INSERT ON report_revisions FOR EACH ROW IF"
                     " NEW.revision = 2 AND NEW.report IN (",
                     absl::StrJoin(ids, ", "),
                     ") THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'poisoned'; END IF"));
  }

  // Holds every COMMIT of the server back (a backup does so, too) until one of the services'
  // connections has come to it, and kills that one.
  absl::Status KillACommit(db::Session& admin) {
    const std::string waiting = absl::StrCat(
        "SELECT id FROM information_schema.PROCESSLIST WHERE info = 'COMMIT' AND db = '",
        stack_.database_options().schema, "' LIMIT 1");
    DUBAN_RETURN_IF_ERROR(admin.Execute("BACKUP STAGE START").status());
    DUBAN_RETURN_IF_ERROR(admin.Execute("BACKUP STAGE BLOCK_COMMIT").status());
    absl::StatusOr<db::Rows> found;
    const bool came = WaitUntil(absl::Seconds(5), [&] {
      found = admin.Query(waiting);
      return !found.ok() || !found->empty();
    });
    if (came && found.ok()) {
      DUBAN_RETURN_IF_ERROR(
          admin.Execute(absl::StrCat("KILL CONNECTION ", found->front().GetInt(0))).status());
      ++kills_;
    }
    return admin.Execute("BACKUP STAGE END").status();
  }

  // Kills commits until there were kKills, each after some more submissions were answered.
  void KillCommits() {
    const auto admin = db::Database::Open(TestServer::Get().AdminOptions());
    ASSERT_THAT(admin, IsOk());
    for (int kill = 0; kill < kKills; ++kill) {
      ASSERT_TRUE(WaitUntil(absl::Seconds(60), [&] { return answered_ >= 15 * kill; }));
      EXPECT_THAT((*admin)->Read(MachineNow() + absl::Seconds(10),
                                 [&](db::Session& session) { return KillACommit(session); }),
                  IsOk());
    }
  }

  void PlayRound(const std::string& plan) {
    ASSERT_THAT(stack_.LoadLinxiang(plan), IsOk());
    CreateDrafts(plan);
    Poison();
    answered_ = 0;
    kills_ = 0;
    std::thread killer([&] { KillCommits(); });
    ByCallers(kDrafts, [&](size_t n) {
      const auto submitted = Submit(drafts_[n]);
      ++answered_;
      if (IsPoisoned(n)) {
        EXPECT_TRUE(absl::IsInternal(submitted.status())) << submitted.status();
      } else {
        EXPECT_THAT(submitted, IsOk());
      }
    });
    killer.join();
    Run("DROP TRIGGER poison");
    EXPECT_EQ(kills_, kKills);
  }

  // What a submission leaves: state, revisions, its audit entry and its event, each once.
  std::string Left(const Report& draft) {
    const std::string id = absl::StrCat("'", Id(draft.name()), "'");
    const std::string subject = absl::StrCat("'", draft.name(), "'");
    return Ask(absl::StrCat(
        "SELECT CONCAT_WS(' ', state, version, (SELECT COUNT(*) FROM report_revisions v"
        " WHERE v.report = r.report), (SELECT COUNT(*) FROM audit_entries WHERE resource = ",
        subject,
        " AND outcome = 'OK' AND method LIKE '%/SubmitReport'),"
        " (SELECT COUNT(*) FROM outbox_events WHERE subject = ",
        subject, " AND type = '", kOfAReport, "')) FROM reports r WHERE report = ", id));
  }

  LocalStack stack_{
      "2025-01-10T09:00:00+08:00", {"--database_connections=32"}, {"--submits_together=64"}};
  std::vector<Report> drafts_;
  std::atomic<int> answered_ = 0;
  std::atomic<int> kills_ = 0;
};

TEST_F(SharedSubmitTest, WhatTheDatabaseRefusesAndKillsHarmsNoOther) {
  for (int round = 0; round < FaultRounds(); ++round) {
    SCOPED_TRACE(round);
    PlayRound(absl::StrCat("plans/copy-", round));
    for (size_t n = 0; n < drafts_.size(); ++n) {
      EXPECT_EQ(Left(drafts_[n]), IsPoisoned(n) ? "1 1 1 0 0" : "2 2 2 1 1") << n;
    }
    // Nothing was left in the way of those that were refused.
    for (size_t n = 0; n < drafts_.size(); ++n) {
      if (!IsPoisoned(n)) continue;
      EXPECT_THAT(Submit(drafts_[n]), IsOk());
    }
  }
}

}  // namespace
}  // namespace duban::testing
