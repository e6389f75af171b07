// Events in, over gRPC as the services' relays bring them, and what operators see of them.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/outbox/outbox.h"
#include "common/outbox/relay_thread.h"
#include "common/testing/fake_clock.h"
#include "common/testing/service_harness.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "common/testing/wait_until.h"
#include "duban/notification/v1/event_service.grpc.pb.h"
#include "duban/submission/v1/events.pb.h"
#include "gtest/gtest.h"
#include "services/notification/notification.h"

namespace duban::notification {
namespace {

using common::v1::Event;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::kDenied;
using testing::kInvalid;
using Outcome = v1::PublishEventsResponse::Outcome;
using Stub = v1::EventService::Stub;

class EventServiceTest : public ::testing::Test {
 protected:
  EventServiceTest()
      : harness_(Definition({.indicator_target = "127.0.0.1:1"}), &clock_),
        stub_(v1::EventService::NewStub(harness_.channel())) {}

  static std::string TokenOf(const std::string& service) {
    return testing::TestSigner().Sign(
        {.subject = "services/" + service, .roles = {common::v1::SERVICE}}, MachineNow());
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const std::string& token, const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    context.AddMetadata("authorization", "Bearer " + token);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) return client::FromGrpc(status);
    return response;
  }

  // The results of the events, in order.
  std::vector<Outcome::Result> Publish(const std::vector<Event>& events,
                                       const std::string& service = "submission") {
    v1::PublishEventsRequest request;
    for (const Event& event : events) *request.add_events() = event;
    const auto response = Call(&Stub::PublishEvents, TokenOf(service), request);
    EXPECT_THAT(response, IsOk());
    std::vector<Outcome::Result> results;
    if (!response.ok()) return results;
    for (const Outcome& outcome : response->outcomes()) {
      results.push_back(outcome.result());
      EXPECT_EQ(outcome.reason().empty(), outcome.result() != Outcome::REFUSED);
    }
    return results;
  }

  absl::StatusOr<v1::ListEventsResponse> List(const std::string& filter, int page_size = 0,
                                              const std::string& token = "") {
    v1::ListEventsRequest request;
    request.set_filter(filter);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return Call(&Stub::ListEvents, harness_.Token(common::v1::OFFICE), request);
  }

  std::vector<std::string> Subjects(const std::string& filter) {
    std::vector<std::string> subjects;
    const auto response = List(filter);
    EXPECT_THAT(response, IsOk());
    if (!response.ok()) return subjects;
    for (const auto& record : response->events()) subjects.push_back(record.event().subject());
    return subjects;
  }

  static Event NewEvent(const std::string& subject,
                        const std::string& type = "duban.submission.report.accepted") {
    Event event;
    event.set_id(NewUuid7(MachineNow()));
    event.set_type(type);
    event.set_source("submission");
    event.set_subject(subject);
    event.set_plan("plans/p");
    event.set_unit("units/water");
    *event.mutable_time() = ToTimestamp(absl::FromUnixMicros(1711674000123456));
    event.set_sequence(1);
    submission::v1::ReportAccepted data;
    data.set_period("2024-03");
    data.set_submitter("members/李");
    event.mutable_data()->PackFrom(data);
    return event;
  }

  testing::FakeClock clock_{absl::FromUnixSeconds(1711674000)};
  testing::ServiceHarness harness_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(EventServiceTest, KeepsTheWholeEvent) {
  const Event event = NewEvent("plans/p/reports/r");
  EXPECT_THAT(Publish({event}), ElementsAre(Outcome::STORED));
  v1::GetEventRequest request;
  request.set_name("events/" + event.id());
  const auto record = Call(&Stub::GetEvent, harness_.Token(common::v1::AUDITOR), request);
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ(record->event().SerializeAsString(), event.SerializeAsString());
  EXPECT_EQ(record->name(), request.name());
  EXPECT_EQ(record->data_json(), R"({"period":"2024-03","submitter":"members/李"})");
  EXPECT_TRUE(record->type_declared());
  EXPECT_EQ(record->state(), v1::EventRecord::RECEIVED);
  EXPECT_EQ(FromTimestamp(record->receive_time()), clock_.Now());
  EXPECT_FALSE(record->has_dispatch_time());
}

TEST_F(EventServiceTest, AnEventIsKeptOnce) {
  const Event first = NewEvent("plans/p/reports/r");
  const Event second = NewEvent("plans/p/reports/s");
  EXPECT_THAT(Publish({first}), ElementsAre(Outcome::STORED));
  EXPECT_THAT(Publish({first, second, second}),
              ElementsAre(Outcome::DUPLICATE, Outcome::STORED, Outcome::DUPLICATE));
  EXPECT_THAT(Subjects(""), ElementsAre("plans/p/reports/s", "plans/p/reports/r"));
}

// Also where a later one of the same subject came first.
TEST_F(EventServiceTest, KeepsWhatComesOutOfOrder) {
  Event first = NewEvent("plans/p/reports/r");
  Event second = NewEvent("plans/p/reports/r");
  second.set_sequence(2);
  EXPECT_THAT(Publish({second}), ElementsAre(Outcome::STORED));
  EXPECT_THAT(Publish({first}), ElementsAre(Outcome::STORED));
  const auto response = List("subject = plans/p/reports/r");
  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->events_size(), 2);
  EXPECT_EQ(response->events(0).event().sequence(), 2);
  EXPECT_EQ(response->events(1).event().sequence(), 1);
}

TEST_F(EventServiceTest, KeepsAndShowsWhatNobodyDeclares) {
  Event event = NewEvent("plans/p/moons/m", "duban.submission.moon.landed");
  event.mutable_data()->set_type_url("type.googleapis.com/duban.submission.v1.MoonLanded");
  event.mutable_data()->set_value(std::string("\x00\xff\xfe'\\\n", 6));
  EXPECT_THAT(Publish({event}), ElementsAre(Outcome::STORED));
  const auto response = List("type = duban.submission.moon.landed");
  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->events_size(), 1);
  EXPECT_FALSE(response->events(0).type_declared());
  EXPECT_EQ(response->events(0).event().SerializeAsString(), event.SerializeAsString());
}

TEST_F(EventServiceTest, AMalformedEventKeepsNoOtherOut) {
  Event malformed = NewEvent("");
  EXPECT_THAT(Publish({malformed, NewEvent("plans/p/reports/r")}),
              ElementsAre(Outcome::REFUSED, Outcome::STORED));
  EXPECT_THAT(Publish({NewEvent("plans/p/reports/s")}, "review"), ElementsAre(Outcome::REFUSED));
  EXPECT_THAT(Subjects(""), ElementsAre("plans/p/reports/r"));
}

TEST_F(EventServiceTest, ABatchHasOneTo500) {
  v1::PublishEventsRequest request;
  EXPECT_THAT(Call(&Stub::PublishEvents, TokenOf("submission"), request),
              FailsWith(kInvalid, "FIELD_INVALID", "events"));
  for (int i = 0; i < 500; ++i)
    *request.add_events() = NewEvent(absl::StrCat("plans/p/reports/", i));
  const auto whole = Call(&Stub::PublishEvents, TokenOf("submission"), request);
  ASSERT_THAT(whole, IsOk());
  EXPECT_EQ(whole->outcomes_size(), 500);
  *request.add_events() = NewEvent("plans/p/reports/r");
  EXPECT_THAT(Call(&Stub::PublishEvents, TokenOf("submission"), request),
              FailsWith(kInvalid, "FIELD_INVALID", "events"));
}

TEST_F(EventServiceTest, OnlyServicesPublishAndOnlyOperatorsLook) {
  v1::PublishEventsRequest publish;
  *publish.add_events() = NewEvent("plans/p/reports/r");
  for (const auto role : {common::v1::ADMIN, common::v1::SYSTEM, common::v1::OFFICE}) {
    EXPECT_THAT(Call(&Stub::PublishEvents, harness_.Token(role, "units/water"), publish),
                FailsWith(kDenied, "ROLE_NOT_ALLOWED"));
  }
  for (const auto role : {common::v1::REPORTER, common::v1::SYSTEM, common::v1::SERVICE}) {
    EXPECT_THAT(
        Call(&Stub::ListEvents, harness_.Token(role, "units/water"), v1::ListEventsRequest()),
        FailsWith(kDenied, "ROLE_NOT_ALLOWED"));
  }
}

TEST_F(EventServiceTest, ListsThePagesOfAFilter) {
  Publish({NewEvent("plans/p/reports/a"), NewEvent("plans/p/reports/b"),
           NewEvent("plans/p/reports/c", "duban.submission.report.returned")});
  EXPECT_THAT(Subjects("plan = plans/p AND state = RECEIVED"),
              ElementsAre("plans/p/reports/c", "plans/p/reports/b", "plans/p/reports/a"));
  EXPECT_THAT(Subjects("type = duban.submission.report.returned"),
              ElementsAre("plans/p/reports/c"));
  EXPECT_THAT(Subjects("state = DISPATCHED"), IsEmpty());
  EXPECT_THAT(Subjects("plan = plans/q"), IsEmpty());
  const auto first = List("", 2);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->events_size(), 2);
  const auto rest = List("", 2, first->next_page_token());
  ASSERT_THAT(rest, IsOk());
  ASSERT_EQ(rest->events_size(), 1);
  EXPECT_EQ(rest->events(0).event().subject(), "plans/p/reports/a");
  EXPECT_EQ(rest->next_page_token(), "");
}

TEST_F(EventServiceTest, RefusesWhatItCannotFind) {
  v1::GetEventRequest request;
  request.set_name("events/" + NewUuid7(MachineNow()));
  EXPECT_THAT(Call(&Stub::GetEvent, harness_.Token(common::v1::OFFICE), request),
              FailsWith(absl::StatusCode::kNotFound, "EVENT_NOT_FOUND"));
  EXPECT_THAT(List("state = LOST"), FailsWith(kInvalid, "FILTER_INVALID"));
  EXPECT_THAT(List("colour = red"), FailsWith(kInvalid, "FILTER_INVALID"));
}

// The way of an event from another service's transaction to here.
TEST_F(EventServiceTest, TheRelayBringsWhatWasCommitted) {
  const auto database = testing::NewDatabase({kOutboxMigrations});
  prometheus::Registry registry;
  const RelayThread relay({.database = database.get(),
                           .clock = &clock_,
                           .signer = &testing::TestSigner(),
                           .metrics = &registry,
                           .notification_target = harness_.target()},
                          "submission");
  submission::v1::ReportSubmitted data;
  data.set_period("2024-03");
  ASSERT_THAT(
      database->RunInTransaction(MachineNow() + absl::Seconds(10),
                                 [&](db::Transaction& tx) {
                                   return Outbox("submission")
                                       .Append(tx, "duban.submission.report.submitted",
                                               {"plans/p/reports/r", 1, "plans/p", "units/water"},
                                               data, clock_.Now());
                                 }),
      IsOk());
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] { return Subjects("").size() == 1; }));
  EXPECT_EQ(List("")->events(0).data_json(), R"({"period":"2024-03"})");
}

TEST(NotificationTest, NeedsItsOwnIdentity) {
  EXPECT_THAT(Definition({}).assemble({}),
              FailsWith(absl::StatusCode::kFailedPrecondition, "SERVICE_KEY_MISSING"));
}

TEST(NotificationTest, DoesNotStartWithAKeyThatIsNone) {
  EXPECT_THAT(
      Definition({.secrets_key_file = "/dev/null"}).assemble({.signer = &testing::TestSigner()}),
      FailsWith(absl::StatusCode::kFailedPrecondition, "SEALING_KEY_INVALID"));
}

}  // namespace
}  // namespace duban::notification
