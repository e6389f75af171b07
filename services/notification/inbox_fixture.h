#ifndef DUBAN_SERVICES_NOTIFICATION_INBOX_FIXTURE_H_
#define DUBAN_SERVICES_NOTIFICATION_INBOX_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/client/caller.h"
#include "common/testing/fake_clock.h"
#include "common/testing/service_harness.h"
#include "common/testing/status_matchers.h"
#include "duban/notification/v1/inbox_service.grpc.pb.h"
#include "gtest/gtest.h"
#include "services/notification/inbox_store.h"
#include "services/notification/notification.h"

namespace duban::notification {

// A served notification service, members who call it, and messages for them, which are written past
// the service's process, as another replica would.
class InboxFixture : public ::testing::Test {
 protected:
  using Stub = v1::InboxService::Stub;

  explicit InboxFixture(const WatchPace& pace = {.interval = absl::Milliseconds(10)},
                        const server::ServingOptions& options = testing::ServiceHarness::Loopback())
      : harness_(Definition({.indicator_target = "127.0.0.1:1", .watch = pace}), &clock_, options),
        stub_(v1::InboxService::NewStub(harness_.channel())) {}

  static std::unique_ptr<grpc::ClientContext> ContextOf(const std::string& member) {
    const std::string token = testing::TestSigner().Sign(
        {.subject = "members/" + member, .unit = "units/water", .roles = {common::v1::REPORTER}},
        MachineNow());
    auto context = std::make_unique<grpc::ClientContext>();
    context->AddMetadata("authorization", "Bearer " + token);
    context->set_deadline(absl::ToChronoTime(MachineNow() + absl::Minutes(1)));
    return context;
  }

  // One call of the member.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const std::string& member, const Request& request) {
    const auto context = ContextOf(member);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(context.get(), request, &response);
    if (!status.ok()) return client::FromGrpc(status);
    return response;
  }

  static NewMessage MessageTo(const std::string& member) {
    NewMessage message{.member = member, .notice = NewUuid7(MachineNow()), .unit = "water"};
    message.content.set_type("duban.submission.report.returned");
    message.content.set_subject("plans/p/reports/r");
    message.content.set_plan("plans/p");
    message.content.set_urgency(v1::NORMAL);
    message.content.set_title("“寄”已退回");
    message.content.set_body("请于今日 17:30 前重报");
    message.content.set_title_en("Returned");
    message.content.add_events("events/a");
    message.content.add_events("events/b");
    return message;
  }

  // Adds messages in one transaction; answers their names.
  std::vector<std::string> Tell(const std::vector<NewMessage>& messages) {
    const auto added = harness_.database().RunInTransaction(
        MachineNow() + absl::Seconds(30),
        [&](db::Transaction& tx) { return InboxStore().Add(tx, messages, clock_.Now()); });
    EXPECT_THAT(added, testing::IsOk());
    std::vector<std::string> names;
    for (const NewMessage& message : *added) names.push_back(message.content.name());
    return names;
  }
  std::vector<std::string> Tell(const std::string& member, int messages) {
    std::vector<NewMessage> all;
    for (int i = 0; i < messages; ++i) all.push_back(MessageTo(member));
    return Tell(all);
  }

  testing::FakeClock clock_{absl::FromUnixSeconds(1711674000)};
  testing::ServiceHarness harness_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_INBOX_FIXTURE_H_
