// Submissions that wait at the same moment share a transaction, and nobody suffers for another's.
#include "services/submission/submit_queue.h"

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/client/caller.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/plan_cache.h"
#include "services/submission/submission_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using testing::kPatience;
using v1::Report;

class SubmitQueueTest : public SubmissionTest {
 protected:
  SubmitQueueTest()
      : caller_(Services::Get().indicator->target(), "services/submission", &testing::TestSigner()),
        plans_(&caller_),
        mutations_(&database(), "submission"),
        stored_({.database = &database(),
                 .clock = &Services::Get().clock,
                 .mutations = &mutations_,
                 .signer = &testing::TestSigner(),
                 .metrics = nullptr},
                &plans_),
        submissions_(&stored_),
        queue_(&stored_, &submissions_, 64) {}

  // Submits as the unit's reporter, without gRPC.
  absl::StatusOr<Report> Enqueue(const Report& draft, const std::string& request_id = "",
                                 const std::string& unit = "units/north") {
    server::CallContext call;
    call.clock = &Services::Get().clock;
    call.bound_to_unit = true;
    call.identity.issuer = "test";
    call.identity.subject = "members/" + unit.substr(6);
    call.identity.unit = unit;
    call.identity.roles = {common::v1::REPORTER};
    call.info.request_id = NewUuid7(MachineNow());
    call.info.deadline = MachineNow() + kPatience;
    v1::SubmitReportRequest request;
    request.set_name(draft.name());
    request.set_request_id(request_id.empty() ? NewUuid7(MachineNow()) : request_id);
    DUBAN_ASSIGN_OR_RETURN(const db::RequestKey key, mutations_.KeyOf(call, request));
    DUBAN_ASSIGN_OR_RETURN(const ReportName name, ParseReportName(draft.name(), "name"));
    return queue_.Submit({.call = &call, .name = name, .key = key});
  }

  // North's drafts of the first dekads of the year.
  std::vector<Report> Drafts(int count) const {
    std::vector<Report> drafts;
    for (int n = 0; n < count; ++n) {
      drafts.push_back(
          Draft(absl::StrCat("2024-0", n / 3 + 1, "-D", n % 3 + 1), std::to_string(10 * (n + 1))));
    }
    return drafts;
  }

  // Runs `submits` when both places for transactions are taken by the submissions of `occupying`,
  // and lets go when all of them wait: then they meet in one transaction.
  void Together(const std::vector<Report>& occupying,
                const std::vector<std::function<void()>>& submits) {
    ASSERT_EQ(occupying.size(), 2u);
    std::vector<std::thread> threads;
    absl::Notification held;
    absl::Notification go;
    threads.emplace_back([&] { Hold(occupying, &held, &go); });
    held.WaitForNotification();
    for (size_t n = 0; n < occupying.size(); ++n) {
      threads.emplace_back([&, n] { EXPECT_THAT(Enqueue(occupying[n]), IsOk()); });
      ASSERT_TRUE(testing::WaitUntil(
          kPatience, [&] { return database().Stats().in_use == static_cast<int>(n) + 2; }));
    }
    for (const auto& submit : submits) threads.emplace_back(submit);
    EXPECT_TRUE(testing::WaitUntil(kPatience, [&] { return queue_.waiting() == submits.size(); }));
    commits_ = Commits();
    go.Notify();
    for (std::thread& thread : threads) thread.join();
    commits_ = Commits() - commits_;
  }

  int64_t Commits() const {
    return std::stoll(
        Ask("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS"
            " WHERE VARIABLE_NAME = 'COM_COMMIT'"));
  }

  int64_t Submitted() const {
    return std::stoll(Ask(absl::StrCat("SELECT COUNT(*) FROM reports WHERE plan = '", LastId(plan_),
                                       "' AND state = ", static_cast<int>(Report::SUBMITTED))));
  }

  int64_t commits_ = 0;

 private:
  // Locks the reports until it is let go.
  void Hold(const std::vector<Report>& reports, absl::Notification* held, absl::Notification* go) {
    EXPECT_THAT(
        database().RunInTransaction(
            MachineNow() + kPatience,
            [&](db::Transaction& tx) -> absl::Status {
              for (const Report& report : reports) {
                DUBAN_RETURN_IF_ERROR(
                    tx.Query("SELECT version FROM reports WHERE plan = ? AND report = ? FOR UPDATE",
                             {LastId(plan_), LastId(report.name())})
                        .status());
              }
              held->Notify();
              go->WaitForNotification();
              return absl::OkStatus();
            }),
        IsOk());
  }

  client::Caller caller_;
  PlanCache plans_;
  server::Mutations mutations_;
  Reports stored_;
  Submissions submissions_;
  SubmitQueue queue_;
};

TEST_F(SubmitQueueTest, WhoWaitsSharesATransaction) {
  const std::vector<Report> drafts = Drafts(9);
  std::vector<absl::StatusOr<Report>> answers(9, absl::UnknownError("no answer"));
  std::vector<std::function<void()>> submits;
  for (size_t n = 2; n < drafts.size(); ++n) {
    submits.emplace_back([&, n] { answers[n] = Enqueue(drafts[n]); });
  }
  Together({drafts[0], drafts[1]}, submits);
  for (size_t n = 2; n < drafts.size(); ++n) {
    ASSERT_THAT(answers[n], IsOk());
    EXPECT_EQ(answers[n]->name(), drafts[n].name());
    EXPECT_EQ(answers[n]->state(), Report::SUBMITTED);
    EXPECT_EQ(Ask(absl::StrCat("SELECT CAST(COUNT(*) AS CHAR) FROM outbox_events WHERE subject = '",
                               drafts[n].name(), "'")),
              "1");
  }
  EXPECT_EQ(Submitted(), 9);
  // The one that held the rows, the two that waited for them, and all the others together.
  EXPECT_EQ(commits_, 4);
}

TEST_F(SubmitQueueTest, ARefusalIsOnesOwn) {
  const std::vector<Report> drafts = Drafts(5);
  absl::StatusOr<Report> stranger;
  absl::StatusOr<Report> good;
  absl::StatusOr<Report> missing;
  absl::StatusOr<Report> elsewhere;
  Report unknown = drafts[4];
  unknown.set_name(plan_ + "/reports/" + NewUuid7(MachineNow()));
  Report of_no_plan = drafts[4];
  of_no_plan.set_name("plans/nowhere/reports/" + LastId(drafts[4].name()));
  Together({drafts[0], drafts[1]}, {
                                       [&] { stranger = Enqueue(drafts[2], "", "units/south"); },
                                       [&] { good = Enqueue(drafts[3]); },
                                       [&] { missing = Enqueue(unknown); },
                                       [&] { elsewhere = Enqueue(of_no_plan); },
                                   });
  EXPECT_THAT(stranger, FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(missing, FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(elsewhere, FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(good, IsOk());
  EXPECT_EQ(Submitted(), 3);
}

TEST_F(SubmitQueueTest, WhatTheDatabaseRefusesHarmsNoOther) {
  const std::vector<Report> drafts = Drafts(6);
  const auto run = [&](const std::string& sql) {
    ASSERT_THAT(
        database().Read(MachineNow() + kPatience,
                        [&](db::Session& session) { return session.Execute(sql).status(); }),
        IsOk());
  };
  run(
      absl::StrCat("CREATE TRIGGER poison BEFORE INSERT ON report_revisions FOR EACH ROW IF"
                   " NEW.report = '",
                   LastId(drafts[3].name()),
                   "' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'poisoned'; END IF"));
  std::vector<absl::StatusOr<Report>> answers(6, absl::UnknownError("no answer"));
  std::vector<std::function<void()>> submits;
  for (size_t n = 2; n < drafts.size(); ++n) {
    submits.emplace_back([&, n] { answers[n] = Enqueue(drafts[n]); });
  }
  Together({drafts[0], drafts[1]}, submits);
  run("DROP TRIGGER poison");
  EXPECT_TRUE(absl::IsInternal(answers[3].status())) << answers[3].status();
  for (const size_t n : {2, 4, 5}) EXPECT_THAT(answers[n], IsOk()) << n;
  EXPECT_EQ(Submitted(), 5);
}

TEST_F(SubmitQueueTest, ARepeatInTheSameTransactionGetsTheFirstAnswer) {
  const std::vector<Report> drafts = Drafts(4);
  const std::string request_id = NewUuid7(MachineNow());
  absl::StatusOr<Report> first;
  absl::StatusOr<Report> repeat;
  Together({drafts[0], drafts[1]}, {
                                       [&] { first = Enqueue(drafts[2], request_id); },
                                       [&] { repeat = Enqueue(drafts[2], request_id); },
                                   });
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(repeat, IsOk());
  EXPECT_EQ(first->SerializeAsString(), repeat->SerializeAsString());
  EXPECT_EQ(first->revision(), 2);
  EXPECT_THAT(Enqueue(drafts[3], request_id),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

// The second run of such a call would be allowed, were it not for what the first has recorded.
TEST_F(SubmitQueueTest, ARepeatAfterAReturnGetsTheFirstAnswerToo) {
  const std::vector<Report> drafts = Drafts(4);
  const std::string request_id = NewUuid7(MachineNow());
  const absl::StatusOr<Report> first = Enqueue(drafts[2], request_id);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(Return(kOffice, drafts[2].name(), "数字有误"), IsOk());
  absl::StatusOr<Report> repeat;
  absl::StatusOr<Report> other;
  Together({drafts[0], drafts[1]}, {
                                       [&] { repeat = Enqueue(drafts[2], request_id); },
                                       [&] { other = Enqueue(drafts[3]); },
                                   });
  ASSERT_THAT(repeat, IsOk());
  EXPECT_EQ(repeat->SerializeAsString(), first->SerializeAsString());
  EXPECT_THAT(other, IsOk());
  EXPECT_EQ(Submitted(), 3);
}

TEST_F(SubmitQueueTest, OfTwoRequestsForOneReportOneSubmitsIt) {
  const std::vector<Report> drafts = Drafts(3);
  std::vector<absl::StatusOr<Report>> answers(2, absl::UnknownError("no answer"));
  Together({drafts[0], drafts[1]}, {
                                       [&] { answers[0] = Enqueue(drafts[2]); },
                                       [&] { answers[1] = Enqueue(drafts[2]); },
                                   });
  const size_t refused = answers[0].ok() ? 1 : 0;
  EXPECT_THAT(answers[1 - refused], IsOk());
  EXPECT_THAT(answers[refused],
              FailsWith(StatusCode::kFailedPrecondition, "REPORT_MOVE_NOT_ALLOWED"));
}

}  // namespace
}  // namespace duban::submission
