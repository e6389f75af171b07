// An update that replaces one replica after another is not felt: while two replicas of every
// service are restarted in turn, no call that carries a request_id fails and none takes effect
// twice.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/calendar/period.h"
#include "common/client/caller.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "duban/notification/v1/template_service.grpc.pb.h"
#include "duban/review/v1/action_item_service.grpc.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/e2e/local_stack.h"
#include "tests/faults/insist.h"

namespace duban::testing {
namespace {

using Directory = indicator::v1::DirectoryService::Stub;
using Items = review::v1::ActionItemService::Stub;
using Reports = submission::v1::ReportService::Stub;
using Templates = notification::v1::TemplateService::Stub;
using Calendars = review::v1::CalendarService::Stub;

constexpr int kCallers = 32;
constexpr int kCallsOfAStory = 6;
constexpr int kStoriesOfAPlan = 360;
constexpr absl::Duration kLongestDrain = absl::Seconds(20);
// What restarting eight replicas takes at most, for which there must be stories.
constexpr absl::Duration kLongestRound = absl::Seconds(90);

// A year without the plan's sessions, which would open and judge obligations meanwhile.
constexpr char kCalendar[] = R"(calendar { region: "CN" year: 2025 notice_number: "x" })";

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kCallsPerSecond = 40;
#else
constexpr int kCallsPerSecond = 300;
#endif

int CallsPerSecond() {
  const char* rate = std::getenv("DUBAN_RESTART_RATE");
  return rate == nullptr ? kCallsPerSecond : std::atoi(rate);
}

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// One line of a plan's contract indicators in one dekad.
struct Line {
  std::string plan;
  std::string indicator;
  std::string unit;
  std::string period;
  std::string unit_of_measure;
};

class RollingRestartTest : public ::testing::Test {
 protected:
  void LoadPlans() {
    const double calls = rate_ * absl::ToDoubleSeconds(kLongestRound) * FaultRounds();
    const int plans = 1 + static_cast<int>(calls / (kCallsOfAStory * kStoriesOfAPlan));
    for (int i = 0; i < plans; ++i) {
      const std::string plan = absl::StrCat("plans/rolling-", i);
      ASSERT_THAT(stack_.LoadLinxiang(plan), IsOk());
      for (const Period& period : Period::TilesOf(2024, common::v1::DEKAD)) {
        for (const char* unit :
             {"gaoxin-zone", "agriculture", "market-regulation", "housing", "water"}) {
          lines_.push_back({plan, "contract-count", unit, period.ToString(), "项"});
          lines_.push_back({plan, "contract-turnover", unit, period.ToString(), "亿元"});
        }
      }
    }
    ASSERT_THAT(stack_.Call(stack_.calendars(), &Calendars::ImportCalendar, Office(),
                            FromText<review::v1::ImportCalendarRequest>(kCalendar)),
                IsOk());
  }

  // One call with a request_id at the next moment of the steady rate. Nothing here tries again.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const CallerIdentity& caller, Request request) {
    const absl::Time moment = start_ + moments_++ * absl::Seconds(1) / rate_;
    WaitUntil(kPatience, [&] { return MachineNow() >= moment; });
    request.set_request_id(NewUuid7(MachineNow()));
    const absl::Time begin = MachineNow();
    absl::StatusOr<Response> response = stack_.Call(stub, method, caller, request);
    const std::lock_guard lock(mutex_);
    longest_call_ = std::max(longest_call_, MachineNow() - begin);
    ++calls_;
    if (!response.ok()) {
      failures_.push_back(
          absl::StrCat(Request::descriptor()->name(), ": ", response.status().ToString()));
    }
    return response;
  }

  // A report from draft to acceptance, and one call that writes at each of the other services. Ends
  // with the first call that fails.
  void Play(const Line& line, int number) {
    submission::v1::CreateReportRequest create;
    create.set_parent(line.plan);
    create.mutable_report()->set_indicator(line.plan + "/indicators/" + line.indicator);
    create.mutable_report()->set_unit("units/" + line.unit);
    create.mutable_report()->set_period(line.period);
    *create.mutable_report()->mutable_measurement() = Value("7", line.unit_of_measure);
    const auto draft = Call(*reports_, &Reports::CreateReport, Reporter(line.unit), create);
    if (!draft.ok()) return;
    submission::v1::SubmitReportRequest submit;
    submit.set_name(draft->name());
    submit.set_etag(draft->etag());
    const auto report = Call(*reports_, &Reports::SubmitReport, Reporter(line.unit), submit);
    if (!report.ok()) return;
    submission::v1::AcceptReportRequest accept;
    accept.set_name(report->name());
    accept.set_etag(report->etag());
    if (!Call(*reports_, &Reports::AcceptReport, Office(), accept).ok()) return;
    const auto member = FromText<indicator::v1::CreateMemberRequest>(absl::StrCat(
        "member_id: 'rolling-", number, "' member { display_name: '张伟' posts { unit: 'units/",
        line.unit, "' roles: REPORTER start_date: '2024-01-01' } }"));
    if (!Call(*directory_, &Directory::CreateMember, Office(), member).ok()) return;
    const auto order = FromText<review::v1::CreateActionItemRequest>(
        absl::StrCat("parent: '", line.plan, "' action_item { title: '补报进度' unit: 'units/",
                     line.unit, "' due_workdays: 5 }"));
    if (!Call(*items_, &Items::CreateActionItem, Office(), order).ok()) return;
    const auto text = FromText<notification::v1::CreateTemplateRequest>(
        absl::StrCat("template_id: 'rolling-", number, "' template { event_type:",
                     " 'duban.submission.report.returned' title: '退回' short_text: '退回' body: "
                     "'{{reason}}' }"));
    if (!Call(*templates_, &Templates::CreateTemplate, Office(), text).ok()) return;
    ++stories_;
  }

  // Ends a replica as an update does, brings it back, and gives the callers a second to find it.
  void Restart(Process& process) {
    const absl::Time begin = MachineNow();
    process.Signal(SIGTERM);
    EXPECT_EQ(process.Wait(30), 0);
    longest_drain_ = std::max(longest_drain_, MachineNow() - begin);
    stack_.StartAndWait(process);
    const int before = calls();
    EXPECT_TRUE(WaitUntil(kPatience, [&] { return calls() >= before + rate_; }));
  }

  void RestartAll() {
    Restart(stack_.indicator());
    Restart(stack_.second("indicator"));
    Restart(stack_.submission());
    Restart(stack_.second("submission"));
    Restart(stack_.review());
    Restart(stack_.second("review"));
    Restart(stack_.notification());
    Restart(stack_.second("notification"));
  }

  int calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  int64_t Count(const std::string& sql) {
    const auto rows = stack_.database().Read(
        MachineNow() + absl::Seconds(10), [&](db::Session& session) { return session.Query(sql); });
    return rows->front().GetInt(0);
  }

  // What so many stories leave, each thing once.
  void CheckRows(int64_t stories) {
    EXPECT_EQ(Count("SELECT COUNT(*) FROM reports WHERE state = 3 AND version = 3"), stories);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM reports"), stories);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM report_revisions"), 3 * stories);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM standings WHERE version = 1"), stories);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM members WHERE member LIKE 'rolling-%'"), stories);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM action_items"), stories);
    EXPECT_EQ(Count("SELECT COUNT(*) FROM templates WHERE template LIKE 'rolling-%'"), stories);
    for (const char* method : {"CreateReport", "SubmitReport", "AcceptReport", "CreateMember",
                               "CreateActionItem", "CreateTemplate"}) {
      EXPECT_EQ(Count(absl::StrCat("SELECT COUNT(*) FROM audit_entries WHERE outcome = 'OK' "
                                   "AND method LIKE '%/",
                                   method, "'")),
                stories)
          << method;
    }
    for (const char* type : {"submission.report.submitted", "submission.report.accepted"}) {
      const std::string events = absl::StrCat("FROM outbox_events WHERE type = 'duban.", type, "'");
      EXPECT_EQ(Count("SELECT COUNT(*) " + events), stories) << type;
      EXPECT_EQ(Count("SELECT COUNT(DISTINCT subject) " + events), stories) << type;
    }
    EXPECT_TRUE(WaitUntil(absl::Minutes(1), [&] {
      return Count("SELECT COUNT(*) FROM outbox_events WHERE delivered_time IS NULL") == 0;
    }));
    EXPECT_EQ(Count("SELECT COUNT(*) FROM notification_events"),
              Count("SELECT COUNT(*) FROM outbox_events"));
    EXPECT_EQ(Count("SELECT COUNT(*) FROM outbox_refusals"), 0);
  }

  const int rate_ = CallsPerSecond();
  LocalStack stack_{"2025-01-10T09:00:00+08:00", {}, {}, {}, LocalStack::Replicas::kTwo};
  const client::Caller indicator_{stack_.indicator_target(), "", nullptr};
  const client::Caller submission_{stack_.submission_target(), "", nullptr};
  const client::Caller review_{stack_.review_target(), "", nullptr};
  const client::Caller notification_{stack_.notification_target(), "", nullptr};
  const std::unique_ptr<Directory> directory_ =
      indicator::v1::DirectoryService::NewStub(indicator_.channel());
  const std::unique_ptr<Reports> reports_ =
      submission::v1::ReportService::NewStub(submission_.channel());
  const std::unique_ptr<Items> items_ = review::v1::ActionItemService::NewStub(review_.channel());
  const std::unique_ptr<Templates> templates_ =
      notification::v1::TemplateService::NewStub(notification_.channel());

  std::vector<Line> lines_;
  absl::Time start_;
  std::atomic<int> moments_ = 0;
  std::atomic<int> stories_ = 0;
  absl::Duration longest_drain_;

  std::mutex mutex_;
  int calls_ = 0;
  absl::Duration longest_call_;
  std::vector<std::string> failures_;
};

TEST_F(RollingRestartTest, NoCallFailsAndNoneCountsTwice) {
  ASSERT_NO_FATAL_FAILURE(LoadPlans());
  std::atomic<bool> updated = false;
  std::atomic<size_t> next = 0;
  start_ = MachineNow();
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      for (size_t n = next++; n < lines_.size() && !updated; n = next++) {
        Play(lines_[n], static_cast<int>(n));
      }
    });
  }
  for (int round = 0; round < FaultRounds(); ++round) RestartAll();
  updated = true;
  for (std::thread& caller : callers) caller.join();

  const double per_second = calls_ / absl::ToDoubleSeconds(MachineNow() - start_);
  std::cout << "restarts " << 8 * FaultRounds() << ", calls " << calls_ << " at " << per_second
            << " a second, failed " << failures_.size() << ", longest call " << longest_call_
            << ", longest drain " << longest_drain_ << "\n";
  EXPECT_TRUE(failures_.empty()) << absl::StrJoin(failures_, "\n");
  EXPECT_LT(longest_drain_, kLongestDrain);
  EXPECT_GE(per_second, 0.9 * rate_);
  EXPECT_LT(next, lines_.size()) << "the calls ended before the restarts";
  CheckRows(stories_);
}

}  // namespace
}  // namespace duban::testing
