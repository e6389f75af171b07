#include "common/outbox/relay.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/outbox/outbox.h"
#include "common/outbox/relay_thread.h"
#include "common/testing/service_harness.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "common/testing/wait_until.h"
#include "duban/indicator/v1/events.pb.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using common::v1::Event;
using notification::v1::PublishEventsRequest;
using notification::v1::PublishEventsResponse;
using testing::IsOk;
using Outcome = PublishEventsResponse::Outcome;
using ::testing::ElementsAre;

// The other side, as far as a relay can see it.
struct Receiver {
  std::vector<Event> events;  // in the order in which they came, repeats too
  int calls = 0;
  absl::Status failure;         // of the next calls
  std::string refused_subject;  // whose events it does not take
  std::function<void()> before_answer = [] {};

  EventSink Sink() {
    return [this](const PublishEventsRequest& request,
                  absl::Time) -> absl::StatusOr<PublishEventsResponse> {
      ++calls;
      if (!failure.ok()) return failure;
      PublishEventsResponse response;
      for (const Event& event : request.events()) {
        const bool refused = event.subject() == refused_subject;
        if (!refused) events.push_back(event);
        Outcome& outcome = *response.add_outcomes();
        outcome.set_result(refused ? Outcome::REFUSED : Outcome::STORED);
        if (refused) outcome.set_reason("FIELD_INVALID: no such subject");
      }
      before_answer();
      return response;
    };
  }

  std::vector<std::string> Told() const {
    std::vector<std::string> told;
    for (const Event& event : events) {
      told.push_back(absl::StrCat(event.subject(), "@", event.sequence()));
    }
    return told;
  }
};

class RelayTest : public ::testing::Test {
 protected:
  Relay NewRelay(const RelayOptions& options = {}) {
    return {database_.get(), "indicator", receiver_.Sink(), options};
  }

  void Write(const std::string& subject, int64_t sequence,
             const std::string& service = "indicator") {
    indicator::v1::PlanClosed data;
    data.set_reason("年底");
    const EventSubject about = {subject, sequence, "plans/p", "units/water"};
    ASSERT_THAT(database_->RunInTransaction(Soon(),
                                            [&](db::Transaction& tx) {
                                              return Outbox(service).Append(
                                                  tx, "duban.indicator.plan.closed", about, data,
                                                  now_);
                                            }),
                IsOk());
  }

  int64_t Count(const std::string& where) {
    const auto rows = database_->Read(Soon(), [&](db::Session& session) {
      return session.Query(absl::StrCat("SELECT COUNT(*) FROM ", where));
    });
    EXPECT_THAT(rows, IsOk());
    return rows->front().GetInt(0);
  }

  void Execute(const std::string& sql) {
    EXPECT_THAT(database_->Read(Soon(), [&](db::Session& session) { return session.Execute(sql); })
                    .status(),
                IsOk());
  }

  static absl::Time Soon() { return MachineNow() + absl::Seconds(30); }

  const std::unique_ptr<db::Database> database_ = testing::NewDatabase({kOutboxMigrations});
  const absl::Time now_ = absl::FromUnixMicros(1711674000123456);
  Receiver receiver_;
};

TEST_F(RelayTest, DeliversTheWholeEventOnce) {
  Write("plans/p", 4);
  Relay relay = NewRelay();
  const auto step = relay.Run(Soon());
  ASSERT_THAT(step, IsOk());
  EXPECT_TRUE(step->held);
  EXPECT_EQ(step->delivered, 1);
  EXPECT_FALSE(step->more);
  ASSERT_EQ(receiver_.events.size(), 1U);
  const Event& event = receiver_.events.front();
  EXPECT_TRUE(IsUuid(event.id()));
  EXPECT_EQ(event.type(), "duban.indicator.plan.closed");
  EXPECT_EQ(event.source(), "indicator");
  EXPECT_EQ(event.subject(), "plans/p");
  EXPECT_EQ(event.plan(), "plans/p");
  EXPECT_EQ(event.unit(), "units/water");
  EXPECT_EQ(event.sequence(), 4);
  indicator::v1::PlanClosed data;
  ASSERT_TRUE(event.data().UnpackTo(&data));
  EXPECT_EQ(data.reason(), "年底");
  ASSERT_THAT(relay.Run(Soon()), IsOk());
  EXPECT_EQ(receiver_.calls, 1);
  EXPECT_EQ(Count("outbox_events WHERE delivered_time IS NULL"), 0);
}

TEST_F(RelayTest, LeavesOtherServicesEventsToThem) {
  Write("plans/p", 1, "review");
  ASSERT_THAT(NewRelay().Run(Soon()), IsOk());
  EXPECT_TRUE(receiver_.events.empty());
}

TEST_F(RelayTest, WhatWasNotTakenIsDeliveredAgain) {
  Write("plans/p", 1);
  Relay relay = NewRelay();
  receiver_.failure = absl::UnavailableError("down");
  EXPECT_EQ(relay.Run(Soon()).status(), receiver_.failure);
  EXPECT_EQ(Count("outbox_events WHERE delivered_time IS NULL"), 1);
  receiver_.failure = absl::OkStatus();
  ASSERT_THAT(relay.Run(Soon()), IsOk());
  EXPECT_THAT(receiver_.Told(), ElementsAre("plans/p@1"));
}

// Clocks of machines differ, so an earlier change may have the later id; and batches end anywhere.
TEST_F(RelayTest, KeepsTheOrderOfEachSubject) {
  Write("plans/p", 2);
  Write("plans/q", 1);
  Write("plans/p", 1);
  Write("plans/p", 3);
  RelayOptions options;
  options.batch = 2;
  Relay relay = NewRelay(options);
  for (int i = 0; i < 4; ++i) ASSERT_THAT(relay.Run(Soon()), IsOk());
  std::map<std::string, std::vector<int64_t>> told;
  for (const Event& event : receiver_.events) told[event.subject()].push_back(event.sequence());
  EXPECT_THAT(told["plans/p"], ElementsAre(1, 2, 3));
  EXPECT_THAT(told["plans/q"], ElementsAre(1));
}

// The third one came in order itself, but the first one waits for the second.
TEST_F(RelayTest, WhoWaitsKeepsAllLaterOnesWaiting) {
  Write("plans/p", 2);
  Write("plans/p", 1);
  Write("plans/p", 3);
  Relay relay = NewRelay();
  for (int i = 0; i < 3; ++i) ASSERT_THAT(relay.Run(Soon()), IsOk());
  EXPECT_THAT(receiver_.Told(), ElementsAre("plans/p@1", "plans/p@2", "plans/p@3"));
}

TEST_F(RelayTest, ABatchEndsBeforeItIsTooLarge) {
  for (int i = 1; i <= 3; ++i) Write("plans/p", i);
  RelayOptions options;
  options.batch_bytes = 10;  // less than one event
  Relay relay = NewRelay(options);
  const auto step = relay.Run(Soon());
  ASSERT_THAT(step, IsOk());
  EXPECT_EQ(step->delivered, 1);
  EXPECT_TRUE(step->more);
}

TEST_F(RelayTest, OneReplicaDeliversUntilItsLeaseEnds) {
  Relay first = NewRelay();
  Relay second = NewRelay();
  ASSERT_THAT(first.Run(Soon()), IsOk());
  Write("plans/p", 1);
  auto step = second.Run(Soon());
  ASSERT_THAT(step, IsOk());
  EXPECT_FALSE(step->held);
  EXPECT_TRUE(receiver_.events.empty());
  Execute("UPDATE outbox_relays SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
  step = second.Run(Soon());
  ASSERT_THAT(step, IsOk());
  EXPECT_EQ(step->delivered, 1);
  step = first.Run(Soon());
  ASSERT_THAT(step, IsOk());
  EXPECT_FALSE(step->held);
}

TEST_F(RelayTest, AReleasedLeaseIsTakenAtOnce) {
  Relay first = NewRelay();
  ASSERT_THAT(first.Run(Soon()), IsOk());
  first.Release(Soon());
  const auto step = NewRelay().Run(Soon());
  ASSERT_THAT(step, IsOk());
  EXPECT_TRUE(step->held);
}

// A replica that was paused while it delivered: another one took over meanwhile.
TEST_F(RelayTest, ARaisedFenceRecordsNothing) {
  Write("plans/p", 1);
  Relay relay = NewRelay();
  receiver_.before_answer = [&] { Execute("UPDATE outbox_relays SET fence = fence + 1"); };
  const auto step = relay.Run(Soon());
  ASSERT_THAT(step, IsOk());
  EXPECT_FALSE(step->held);
  EXPECT_EQ(step->delivered, 0);
  EXPECT_EQ(Count("outbox_events WHERE delivered_time IS NULL"), 1);
}

TEST_F(RelayTest, ARefusedEventStaysOnRecordAndHoldsUpNothing) {
  Write("plans/p", 1);
  Write("plans/q", 1);
  receiver_.refused_subject = "plans/p";
  RelayOptions options;
  options.retention = absl::ZeroDuration();
  Relay relay = NewRelay(options);
  const auto step = relay.Run(Soon());
  ASSERT_THAT(step, IsOk());
  EXPECT_EQ(step->refused, 1);
  EXPECT_THAT(receiver_.Told(), ElementsAre("plans/q@1"));
  EXPECT_EQ(Count("outbox_refusals WHERE reason = 'FIELD_INVALID: no such subject'"), 1);
  ASSERT_THAT(relay.Run(Soon()), IsOk());
  EXPECT_EQ(receiver_.calls, 1);
  EXPECT_EQ(*relay.Purge(10, Soon()), 1);
  EXPECT_EQ(Count("outbox_events WHERE subject = 'plans/p'"), 1);
}

TEST_F(RelayTest, DataOfAForgottenTypeIsDeliveredAllTheSame) {
  Write("plans/p", 1);
  Execute("UPDATE outbox_events SET data_type = 'duban.gone.v1.Message'");
  ASSERT_THAT(NewRelay().Run(Soon()), IsOk());
  ASSERT_EQ(receiver_.events.size(), 1U);
  EXPECT_EQ(receiver_.events.front().data().type_url(),
            "type.googleapis.com/google.protobuf.Struct");
}

TEST_F(RelayTest, PurgesOnlyWhatWasDeliveredLongAgo) {
  for (int i = 1; i <= 3; ++i) Write("plans/p", i);
  Relay relay = NewRelay();
  ASSERT_THAT(relay.Run(Soon()), IsOk());
  Write("plans/p", 4);
  Execute(
      "UPDATE outbox_events SET delivered_time = UTC_TIMESTAMP(6) - INTERVAL 8 DAY"
      " WHERE sequence IN (1, 2)");
  EXPECT_EQ(*relay.Purge(1, Soon()), 1);
  EXPECT_EQ(*relay.Purge(10, Soon()), 1);
  EXPECT_EQ(Count("outbox_events"), 2);
}

TEST_F(RelayTest, TheBacklogIsWhatWaits) {
  Relay relay = NewRelay();
  EXPECT_EQ(relay.GetBacklog(Soon())->undelivered, 0);
  EXPECT_EQ(relay.GetBacklog(Soon())->oldest, "");
  const absl::Time before = MachineNow();
  Write("plans/p", 1);
  Write("plans/p", 2);
  const auto backlog = relay.GetBacklog(Soon());
  EXPECT_EQ(backlog->undelivered, 2);
  EXPECT_GE(TimeOfId(backlog->oldest), before - absl::Milliseconds(1));
  ASSERT_THAT(relay.Run(Soon()), IsOk());
  EXPECT_EQ(relay.GetBacklog(Soon())->undelivered, 0);
}

// The value of a gauge or counter; nothing if there is none.
std::optional<double> Metric(const prometheus::Registry& registry, const std::string& name) {
  for (const auto& family : registry.Collect()) {
    if (family.name != name) continue;
    const auto& metric = family.metric.at(0);
    return family.type == prometheus::MetricType::Counter ? metric.counter.value
                                                          : metric.gauge.value;
  }
  return std::nullopt;
}

// Without anybody to deliver to, and with somebody who is not there.
TEST_F(RelayTest, TheMetricsTellWhatWaits) {
  Write("plans/p", 1);
  for (const char* target : {"", "127.0.0.1:1"}) {
    prometheus::Registry registry;
    const SystemClock clock;
    server::Environment environment = {.database = database_.get(),
                                       .clock = &clock,
                                       .signer = &testing::TestSigner(),
                                       .metrics = &registry,
                                       .notification_target = target};
    const RelayThread thread(environment, "indicator");
    EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
      return Metric(registry, "duban_outbox_undelivered") == 1 &&
             Metric(registry, "duban_outbox_oldest_undelivered_seconds") > 0;
    })) << target;
    EXPECT_EQ(Metric(registry, "duban_outbox_delivered_total"), 0);
  }
}

}  // namespace
}  // namespace duban
