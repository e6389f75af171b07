#include "services/notification/reminder_rules.h"

#include "common/base/timestamp.h"
#include "duban/review/v1/action_item_events.pb.h"
#include "duban/review/v1/session_events.pb.h"
#include "duban/submission/v1/events.pb.h"
#include "duban/submission/v1/obligation_events.pb.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

common::v1::Event Of(const std::string& subject) {
  common::v1::Event event;
  event.set_subject(subject);
  event.set_plan("plans/p");
  event.set_unit("units/water");
  event.set_sequence(7);
  return event;
}

TEST(ChangeTest, AnObligationIsOpenedWithItsLine) {
  submission::v1::ObligationOpened opened;
  opened.set_indicator("plans/p/indicators/i");
  opened.set_period("2024-03");
  opened.set_session("plans/p/sessions/s");
  *opened.mutable_due_time() = ToTimestamp(absl::FromUnixSeconds(100));
  const auto change = ChangeOf(Of("plans/p/obligations/o"), opened);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->kind, ObligationChange::kOpened);
  EXPECT_EQ(change->obligation, "plans/p/obligations/o");
  EXPECT_EQ(change->plan, "p");
  EXPECT_EQ(change->unit, "water");
  EXPECT_EQ(change->indicator, "i");
  EXPECT_EQ(change->period, "2024-03");
  EXPECT_EQ(change->session, "plans/p/sessions/s");
  EXPECT_EQ(change->due_time, absl::FromUnixSeconds(100));
  EXPECT_EQ(change->sequence, 7);
}

// -1: it says nothing of obligations.
int KindOf(const google::protobuf::Message& data) {
  const auto change = ChangeOf(Of("plans/p/x/y"), data);
  return change ? int{change->kind} : -1;
}

TEST(ChangeTest, EventsSayWhatBecameOfIt) {
  submission::v1::ObligationExtensionDecided decided;
  EXPECT_EQ(KindOf(decided), -1);
  decided.set_granted(true);
  EXPECT_EQ(KindOf(decided), ObligationChange::kMoved);
  EXPECT_EQ(KindOf(submission::v1::ObligationRescheduled()), ObligationChange::kMoved);
  EXPECT_EQ(KindOf(submission::v1::ObligationReopened()), ObligationChange::kReopened);
  EXPECT_EQ(KindOf(submission::v1::ObligationWaived()), ObligationChange::kWaived);
  submission::v1::ObligationSettled settled;
  EXPECT_EQ(KindOf(settled), ObligationChange::kReopened);
  settled.set_met(true);
  EXPECT_EQ(KindOf(settled), ObligationChange::kSettled);
  EXPECT_EQ(KindOf(submission::v1::ReportSubmitted()), ObligationChange::kMet);
  EXPECT_EQ(KindOf(submission::v1::ReportWithdrawn()), ObligationChange::kUnmet);
  submission::v1::ReportWithdrawn correction;
  correction.set_corrects("plans/p/reports/accepted");
  EXPECT_EQ(KindOf(correction), -1);
  EXPECT_EQ(KindOf(submission::v1::ReportReturned()), -1);
  EXPECT_EQ(KindOf(review::v1::SessionOpened()), -1);
}

TEST(ReminderTest, KnowsItsObligationsAndItsEnd) {
  review::v1::SessionDueSoon soon;
  soon.add_obligations("plans/p/obligations/a");
  *soon.mutable_due_time() = ToTimestamp(absl::FromUnixSeconds(5));
  EXPECT_EQ(RemindedObligations(Of("s"), soon), std::vector<std::string>{"plans/p/obligations/a"});
  EXPECT_EQ(PointlessFrom(soon), absl::FromUnixSeconds(5));
  review::v1::SessionOverdue overdue;
  overdue.add_obligations("plans/p/obligations/b");
  *overdue.mutable_due_time() = ToTimestamp(absl::FromUnixSeconds(5));
  *overdue.mutable_lock_time() = ToTimestamp(absl::FromUnixSeconds(9));
  EXPECT_EQ(RemindedObligations(Of("s"), overdue),
            std::vector<std::string>{"plans/p/obligations/b"});
  EXPECT_EQ(PointlessFrom(overdue), absl::FromUnixSeconds(9));
  EXPECT_EQ(RemindedObligations(Of("plans/p/obligations/c"), submission::v1::ObligationOpened()),
            std::vector<std::string>{"plans/p/obligations/c"});
  EXPECT_TRUE(RemindedObligations(Of("r"), submission::v1::ReportReturned()).empty());
  review::v1::ActionItemEscalated step;
  *step.mutable_due_time() = ToTimestamp(absl::FromUnixSeconds(3));
  step.set_step(indicator::v1::EscalationStep::RED_SLIP);
  EXPECT_EQ(PointlessFrom(step), std::nullopt);
  step.set_step(indicator::v1::EscalationStep::DUE_SOON);
  EXPECT_EQ(PointlessFrom(step), absl::FromUnixSeconds(3));
}

TEST(ReminderTest, OnlyAnOpeningSessionSaysHowManyItHas) {
  review::v1::SessionOpened opened;
  opened.set_obligations(26);
  EXPECT_EQ(OpenedWith(opened), 26);
  EXPECT_EQ(OpenedWith(review::v1::SessionOverdue()), std::nullopt);
}

TEST(ReminderTest, LaterEventsSettleEarlierOnes) {
  EXPECT_EQ(Settlers("duban.review.action_item.assigned"),
            std::vector<std::string>{"duban.review.action_item.closed"});
  EXPECT_TRUE(Settlers("duban.review.action_item.closed").empty());
}

}  // namespace
}  // namespace duban::notification
