// The ladder over months, outages, several workers and dead ones, against the real database.
#include "services/review/escalator.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "common/testing/wait_until.h"
#include "gmock/gmock.h"
#include "grpcpp/security/credentials.h"
#include "services/review/action_item_fixture.h"
#include "services/review/review.h"

namespace duban::review {
namespace {

using indicator::v1::EscalationStep;
using testing::FailsWith;
using testing::IsOk;
using testing::WaitUntil;
using v1::ActionItem;

// What one replica has of its own.
struct EscalatorReplica {
  explicit EscalatorReplica(const Escalator::Options& options = {})
      : peers(Services::Get().indicator->target(), Services::Get().submission->target(),
              &testing::TestSigner(), grpc::InsecureChannelCredentials()),
        plans(&peers),
        items(&peers),
        escalator({.database = &Services::Get().review->database(),
                   .clock = &Services::Get().clock,
                   .mutations = nullptr,
                   .signer = nullptr,
                   .metrics = nullptr},
                  &plans, &items, options) {}

  Peers peers;
  PlanSource plans;
  ActionItems items;
  Escalator escalator;
};

class EscalatorTest : public ActionItemTest {
 protected:
  // Orders of other tests are pressed no more.
  EscalatorTest() {
    EXPECT_THAT(
        database().RunInTransaction(MachineNow() + absl::Seconds(10),
                                    [](db::Transaction& tx) {
                                      return tx.Execute(
                                          "UPDATE action_item_steps SET cancel_time = nominal_time"
                                          " WHERE done_time IS NULL AND cancel_time IS NULL");
                                    }),
        IsOk());
  }

  // The steps of an order as `kind nominal taken`, one a line, local time.
  std::string Steps(const std::string& name) const {
    const auto item = Get(kAuditor, name);
    EXPECT_THAT(item, IsOk());
    std::string text;
    if (!item.ok()) return text;
    for (const ActionItem::Escalation& step : item->escalations()) {
      absl::StrAppend(&text, EscalationStep::Kind_Name(step.step()), " ",
                      Local(step.nominal_time()), " ", Local(step.time()), "\n");
    }
    return text;
  }
  static std::string Local(const google::protobuf::Timestamp& time) {
    return absl::FormatTime("%m-%d %H:%M", FromTimestamp(time), absl::FixedTimeZone(8 * 3600));
  }

  // One look at this instant.
  void Look(const std::string& local) {
    Now(local);
    EXPECT_THAT(replica_.escalator.TakeDue(), IsOk()) << local;
  }

  std::string Events(const std::string& where) const {
    return Ask(absl::StrCat(
        "SELECT COUNT(*) FROM outbox_events WHERE type = 'duban.review.action_item.escalated' AND ",
        where));
  }

  EscalatorReplica replica_;
};

TEST_F(EscalatorTest, EachStepIsTakenOnceInItsTimeOverMonths) {
  const std::string name = Ordered().name();
  const absl::Time begin = Services::Get().clock.Now();
  // Four looks a day, at hours that no deadline knows, until the end of June.
  for (absl::Time now = begin; now < At("2024-07-01 00:00"); now += absl::Hours(6)) {
    Services::Get().clock.Set(now + absl::Minutes(41));
    ASSERT_THAT(replica_.escalator.TakeDue(), IsOk());
  }
  EXPECT_EQ(Steps(name),
            "DUE_SOON 04-03 17:30 04-03 21:41\n"
            "YELLOW_SLIP 04-09 17:30 04-09 21:41\n"
            "RED_SLIP 04-15 17:30 04-15 21:41\n"
            "TALK 04-22 17:30 04-22 21:41\n");
  EXPECT_EQ(Get(kAuditor, name)->slip(), EscalationStep::TALK);
  EXPECT_EQ(Events(absl::StrCat("subject = '", name, "'")), "4");
  EXPECT_EQ(Ask(absl::StrCat("SELECT COUNT(*) FROM audit_entries WHERE resource = '", name,
                             "' AND actor = 'services/review'")),
            "4");
  const auto talks = List(kAuditor, "slip = TALK");
  ASSERT_THAT(talks, IsOk());
  EXPECT_EQ(talks->action_items_size(), 1);
  EXPECT_EQ(talks->counts().talks(), 1);
  EXPECT_EQ(talks->counts().yellow_slips(), 0);
}

TEST_F(EscalatorTest, AfterAnOutageStepsComeOneByOneWithTheirMinimumBetween) {
  const std::string name = Ordered().name();
  Look("2024-06-03 10:00");
  Look("2024-06-03 10:00");
  EXPECT_EQ(Steps(name), "DUE_SOON 04-03 17:30 06-03 10:00\n");
  Look("2024-06-04 17:29");
  EXPECT_EQ(Steps(name), "DUE_SOON 04-03 17:30 06-03 10:00\n");
  Look("2024-06-04 17:30");
  Look("2024-06-07 17:30");
  // 端午: five working days after the seventh are over on the seventeenth.
  Look("2024-06-17 17:29");
  Look("2024-06-17 17:31");
  Look("2024-09-30 12:00");
  EXPECT_EQ(Steps(name),
            "DUE_SOON 04-03 17:30 06-03 10:00\n"
            "YELLOW_SLIP 06-04 17:30 06-04 17:30\n"
            "RED_SLIP 06-07 17:30 06-07 17:30\n"
            "TALK 06-17 17:30 06-17 17:31\n");
}

TEST_F(EscalatorTest, AClosedOrderIsNotPressedAndAReopenedOneAgain) {
  const std::string name = Ordered().name();
  AskForClosure(name);
  Look("2024-04-03 18:00");
  ASSERT_THAT(Verb(kReviewer, &Stub::CloseItem, name), IsOk());
  Look("2024-04-30 18:00");
  EXPECT_EQ(Steps(name), "DUE_SOON 04-03 17:30 04-03 18:00\n");
  // The due time stays: the ladder goes on after the step that was taken.
  ASSERT_THAT(Verb(kReviewer, &Stub::ReopenItem, name, "reason: '抽查未达标'"), IsOk());
  Look("2024-04-30 18:01");
  EXPECT_EQ(Steps(name), "DUE_SOON 04-03 17:30 04-03 18:00\nYELLOW_SLIP 04-09 17:30 04-30 18:01\n");
  // More time: the ladder begins again.
  const std::string evidence = Upload(kWater, "again");
  ASSERT_THAT(Verb(kWater, &Stub::RequestClosure, name,
                   absl::StrCat("text: '已办结' evidence: '", evidence, "'")),
              IsOk());
  ASSERT_THAT(Verb(kReviewer, &Stub::ReopenItem, name, "reason: '仍未达标' due_workdays: 5"),
              IsOk());
  Look("2024-05-01 18:00");
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM action_item_steps WHERE done_time IS NULL AND cancel_time IS "
                "NULL AND item = '" +
                name.substr(name.rfind('/') + 1) + "'"),
            "1");
  // 劳动节: five working days after 04-30 end on 05-10.
  EXPECT_EQ(Local(Get(kAuditor, name)->due_time()), "05-10 17:30");
  Look("2024-05-11 18:00");
  EXPECT_EQ(Steps(name),
            "DUE_SOON 04-03 17:30 04-03 18:00\nYELLOW_SLIP 04-09 17:30 04-30 18:01\n"
            "DUE_SOON 05-08 17:30 05-11 18:00\n");
  // The slip that was given remains.
  EXPECT_EQ(Get(kAuditor, name)->slip(), EscalationStep::YELLOW_SLIP);
}

TEST_F(EscalatorTest, SeveralReplicasTakeEveryStepOnce) {
  constexpr int kOrders = 40;
  for (int i = 0; i < kOrders; ++i) Ordered();
  Now("2024-04-03 17:30");
  std::vector<std::unique_ptr<EscalatorReplica>> replicas;
  for (int i = 0; i < 3; ++i) replicas.push_back(std::make_unique<EscalatorReplica>());
  std::atomic<int> taken = 0;
  std::vector<std::thread> workers;
  for (const auto& replica : replicas) {
    workers.emplace_back([&taken, &replica] {
      // Until nothing is left, however often another one was faster.
      while (true) {
        const auto some = replica->escalator.TakeDue();
        ASSERT_THAT(some, IsOk());
        if (*some == 0) return;
        taken += *some;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(taken, kOrders);
  EXPECT_EQ(Events(absl::StrCat("plan = '", plan_, "'")), std::to_string(kOrders));
  EXPECT_EQ(List(kAuditor, "slip = DUE_SOON")->counts().total(), kOrders);
}

TEST_F(EscalatorTest, AnAbandonedClaimIsTakenOverAndItsOwnerChangesNothing) {
  const std::string name = Ordered().name();
  Now("2024-04-03 17:30");
  EscalatorReplica dead({.lease = absl::Milliseconds(200)});
  const auto abandoned = dead.escalator.ClaimNext();
  ASSERT_THAT(abandoned, IsOk());
  ASSERT_TRUE(abandoned->has_value());
  // While the lease holds, nobody else gets the step; afterwards, by the database's clock, one
  // does.
  absl::StatusOr<std::optional<ActionItemStep>> taken_over;
  ASSERT_TRUE(WaitUntil(absl::Seconds(10), [&] {
    taken_over = replica_.escalator.ClaimNext();
    return !taken_over.ok() || taken_over->has_value();
  }));
  ASSERT_THAT(taken_over, IsOk());
  EXPECT_EQ((*taken_over)->fence, (*abandoned)->fence + 1);
  // The first one comes back before and after the other one has done its work.
  EXPECT_THAT(dead.escalator.Take(**abandoned), IsOk());
  EXPECT_EQ(Steps(name), "");
  EXPECT_THAT(replica_.escalator.Take(**taken_over), IsOk());
  EXPECT_THAT(dead.escalator.Take(**abandoned), IsOk());
  EXPECT_THAT(replica_.escalator.Take(**taken_over), IsOk());
  EXPECT_EQ(Steps(name), "DUE_SOON 04-03 17:30 04-03 17:30\n");
  EXPECT_EQ(Events(absl::StrCat("subject = '", name, "'")), "1");
}

TEST_F(EscalatorTest, AClaimHoldsAgainstOthers) {
  Ordered();
  Now("2024-04-03 17:30");
  ASSERT_TRUE(replica_.escalator.ClaimNext()->has_value());
  EscalatorReplica other;
  EXPECT_FALSE(other.escalator.ClaimNext()->has_value());
}

// The calendar of a region that knows one year only: the ladder waits for the next one.
TEST_F(EscalatorTest, AStepBeyondTheCalendarWaitsForIt) {
  const auto calendars = v1::CalendarService::NewStub(Services::Get().review->channel());
  const auto import = [&](int year) {
    v1::ImportCalendarRequest request;
    request.mutable_calendar()->set_region("LD");
    request.mutable_calendar()->set_year(year);
    request.mutable_calendar()->set_notice_number("1");
    return Call(kOffice, *calendars, &v1::CalendarService::Stub::ImportCalendar, request);
  };
  ASSERT_THAT(import(2024), IsOk());
  const std::string plan = PublishLinxiang([](indicator::v1::PlanDocument* document) {
    document->mutable_plan()->set_calendar_region("LD");
  });
  Now("2024-12-23 09:00");
  const auto item = Order(kOffice, absl::StrCat("parent: '", plan, "'"));
  ASSERT_THAT(item, IsOk());
  EXPECT_EQ(Local(item->due_time()), "12-30 17:30");
  // A lease of no length to speak of, so that the step may be tried again at once.
  EscalatorReplica replica({.lease = absl::Milliseconds(1), .at_once = 5});
  Now("2024-12-31 18:00");
  EXPECT_THAT(replica.escalator.TakeDue(), IsOk());
  const std::string two = "DUE_SOON 12-26 17:30 12-31 18:00\n";
  EXPECT_EQ(Steps(item->name()), two);
  Now("2025-01-10 10:00");
  const auto claimed = [&] {
    absl::StatusOr<std::optional<ActionItemStep>> step;
    EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] {
      step = replica.escalator.ClaimNext();
      return step.ok() && step->has_value();
    }));
    return **step;
  };
  EXPECT_THAT(replica.escalator.Take(claimed()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING"));
  EXPECT_EQ(Steps(item->name()), two);
  ASSERT_THAT(import(2025), IsOk());
  EXPECT_THAT(replica.escalator.Take(claimed()), IsOk());
  EXPECT_EQ(Steps(item->name()), absl::StrCat(two, "YELLOW_SLIP 01-01 17:30 01-10 10:00\n"));
}

// Nobody calls TakeDue here: the assembled service looks by itself.
TEST_F(EscalatorTest, TheServiceLooksByItself) {
  testing::ServiceHarness own(Definition({.indicator_target = Services::Get().indicator->target(),
                                          .submission_target = Services::Get().submission->target(),
                                          .scheduler_interval = absl::Milliseconds(20)}),
                              &Services::Get().clock);
  const auto calendars = v1::CalendarService::NewStub(own.channel());
  const v1::CalendarDocument document = ChineseCalendars();
  for (const v1::Calendar& calendar : document.calendars()) {
    v1::ImportCalendarRequest request;
    *request.mutable_calendar() = calendar;
    ASSERT_THAT(Call(kOffice, *calendars, &v1::CalendarService::Stub::ImportCalendar, request),
                IsOk());
  }
  items_ = v1::ActionItemService::NewStub(own.channel());
  const std::string name = Ordered().name();
  EXPECT_EQ(Steps(name), "");
  Now("2024-04-03 17:30");
  EXPECT_TRUE(WaitUntil(absl::Seconds(20), [&] { return !Steps(name).empty(); }));
  EXPECT_EQ(Steps(name), "DUE_SOON 04-03 17:30 04-03 17:30\n");
}

}  // namespace
}  // namespace duban::review
