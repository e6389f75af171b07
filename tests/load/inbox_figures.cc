#include "tests/load/inbox_figures.h"

#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/outbox/outbox.h"
#include "common/testing/wait_until.h"
#include "duban/notification/v1/inbox_service.grpc.pb.h"
#include "duban/submission/v1/events.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "tests/load/drafts.h"
#include "tests/load/event_figures.h"
#include "tests/load/measure.h"

namespace duban::load {
namespace {

using notification::v1::InboxService;
using testing::LocalStack;

// A Friday morning, in which people are told at once.
constexpr char kFriday[] = "2025-01-10T09:00:00+08:00";
constexpr int kToldBatches = 40;
constexpr int kToldOneByOne = 100;
constexpr int64_t kBacklog = 1000000;  // unless DUBAN_LOAD_BACKLOG says otherwise
constexpr int kReaders = 2;
constexpr absl::Duration kReading = absl::Seconds(10);
constexpr absl::Duration kLongStatement = absl::Minutes(10);

absl::Time Friday() {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, kFriday, &time, &error)) std::abort();
  return time;
}

db::Rows Query(LocalStack& stack, const std::string& sql,
               const std::vector<db::Value>& values = {}) {
  return Must(stack.database().Read(MachineNow() + kLongStatement, [&](db::Session& session) {
    return session.Query(sql, std::span(values));
  }));
}

// The Linxiang plan with a liaison in every unit, and the routes as delivered.
void Prepare(LocalStack& stack) {
  StopUnless(stack.LoadLinxiang());
  StopUnless(stack.AddLiaisons());
  StopUnless(stack.LoadRouting());
}

int64_t Told(LocalStack& stack) {
  return Query(stack, "SELECT COALESCE(CAST(SUM(last_sequence) AS SIGNED), 0) FROM inboxes")
      .front()
      .GetInt(0);
}

void WaitUntilTold(LocalStack& stack, int64_t messages) {
  const bool told = testing::WaitUntil(kLongStatement, [&] { return Told(stack) >= messages; });
  StopUnless(told ? absl::OkStatus() : absl::DeadlineExceededError("nobody was told"));
}

// Events a second that are published and told.
double TellBatches(LocalStack& stack) {
  const Publisher publisher(stack);
  const int64_t before = Told(stack);
  const absl::Time begin = MachineNow();
  MeasureCalls(kRelays, kToldBatches, [&](int) {
    publisher.Publish(kEventsOfABatch);
    return true;
  });
  constexpr int kEvents = kToldBatches * kEventsOfABatch;
  WaitUntilTold(stack, before + kEvents);
  return kEvents / absl::ToDoubleSeconds(MachineNow() - begin);
}

// From a COMMIT in the submission service's tables, as it would write them, to the inbox.
absl::Duration TellOne(LocalStack& stack) {
  submission::v1::ReportReturned data;
  data.set_indicator(absl::StrCat(kLinxiangPlan, "/indicators/contract-turnover"));
  data.set_period("2024-03");
  data.set_reason("口径不符");
  const EventSubject subject = {absl::StrCat(kLinxiangPlan, "/reports/", NewUuid7(MachineNow())), 1,
                                kLinxiangPlan, "units/water"};
  const Outbox outbox("submission");
  const int64_t before = Told(stack);
  StopUnless(
      stack.database().RunInTransaction(MachineNow() + absl::Seconds(10), [&](db::Transaction& tx) {
        return outbox.Append(tx, "duban.submission.report.returned", subject, data, Friday());
      }));
  const absl::Time committed = MachineNow();
  while (Told(stack) == before) {
    if (MachineNow() - committed > absl::Minutes(1)) {
      StopUnless(absl::DeadlineExceededError("nobody was told"));
    }
    absl::Notification().WaitForNotificationWithTimeout(absl::Milliseconds(1));
  }
  return MachineNow() - committed;
}

class Reader {
 public:
  explicit Reader(LocalStack& stack)
      : stack_(stack),
        inbox_(InboxService::NewStub(
            grpc::CreateChannel(stack.notification_target(), grpc::InsecureChannelCredentials()))) {
    request_.set_parent("members/reporter-water");
  }

  Measured Read() const {
    return Measure(kReaders, kReading, [&](int) {
      Must(stack_.Call(*inbox_, &InboxService::Stub::ListMessages, testing::Reporter("water"),
                       request_));
      return true;
    });
  }

 private:
  LocalStack& stack_;
  std::unique_ptr<InboxService::Stub> inbox_;
  notification::v1::ListMessagesRequest request_;
};

int64_t BacklogWanted() {
  int64_t events = kBacklog;
  if (const char* wanted = std::getenv("DUBAN_LOAD_BACKLOG")) {
    if (!absl::SimpleAtoi(wanted, &events) || events < 1000 || events > kBacklog) {
      StopUnless(absl::InvalidArgumentError("DUBAN_LOAD_BACKLOG is a number from 1000 to 1000000"));
    }
  }
  return events;
}

// Copies of an event, older than all others, which wait to be dispatched.
constexpr char kOld[] = "event LIKE '019%-0000-7000-8000-000000000001'";
void FillBacklog(LocalStack& stack, const std::string& pattern, int64_t events) {
  StopUnless(stack.database()
                 .Read(MachineNow() + kLongStatement,
                       [&](db::Session& session) {
                         return session.Execute(
                             absl::StrCat(
                                 "INSERT INTO notification_events (event, type, source, subject,"
                                 " plan, unit, sequence, time, data_type, data, state, due_time,"
                                 " attempts, last_error, receive_time, version)"
                                 " SELECT CONCAT('019', LOWER(LPAD(HEX(seq), 5, '0')),"
                                 " '-0000-7000-8000-000000000001'), type, source,"
                                 " CONCAT(plan, '/reports/old-', seq), plan,"
                                 " ELT(1 + seq MOD 4, 'units/water', 'units/housing',"
                                 " 'units/agriculture', 'units/sci-industry'), 1, time, data_type,"
                                 " data, 1, due_time, 0, '', receive_time, 1"
                                 " FROM seq_0_to_",
                                 events - 1, " JOIN notification_events WHERE event = ?"),
                             {pattern});
                       })
                 .status());
}

}  // namespace

void PrintInboxes() {
  LocalStack stack(kFriday, {"--log_level=warning"});
  Prepare(stack);
  Print("event_to_inbox_rate", TellBatches(stack), "events/s", ">=2000");
  std::vector<absl::Duration> times;
  for (int i = 0; i < kToldOneByOne; ++i) times.push_back(TellOne(stack));
  std::sort(times.begin(), times.end());
  Print("commit_to_inbox_p50", absl::ToDoubleMilliseconds(times[kToldOneByOne / 2]), "ms", "-");
  Print("commit_to_inbox_p99", absl::ToDoubleMilliseconds(times[kToldOneByOne * 99 / 100]), "ms",
        "-");
}

void PrintBacklog() {
  LocalStack stack(kFriday, {"--log_level=warning"});
  Prepare(stack);
  TellBatches(stack);
  const double few = TellBatches(stack);
  const Reader reader(stack);
  const Measured idle = reader.Read();
  const int64_t events = BacklogWanted();
  const std::string pattern = Publisher(stack).Publish(1).front();
  stack.notification().Signal(SIGSTOP);
  FillBacklog(stack, pattern, events);
  const int64_t before = Told(stack);
  stack.notification().Signal(SIGCONT);
  const absl::Time begin = MachineNow();
  const Measured amid = reader.Read();
  const double drained =
      static_cast<double>(Told(stack) - before) / absl::ToDoubleSeconds(MachineNow() - begin);
  stack.notification().Signal(SIGSTOP);
  const int64_t early =
      Query(stack, absl::StrCat("SELECT COUNT(*) FROM notification_events WHERE ", kOld,
                                " AND state = 2 AND event > (SELECT MIN(event)"
                                " FROM notification_events WHERE ",
                                kOld, " AND state = 1)"))
          .front()
          .GetInt(0);
  stack.notification().Signal(SIGCONT);
  Print("backlog", static_cast<double>(events), "events", "-");
  Print("backlog_drain_rate", drained, "events/s", "-");
  Print("backlog_drain_of_few", drained / few, "of_a_short_backlog", "-");
  Print("backlog_out_of_order", static_cast<double>(early), "events", "<=0");
  Print("inbox_read_p50", absl::ToDoubleMilliseconds(idle.p50), "ms", "-");
  Print("inbox_read_p50_amid_backlog", absl::ToDoubleMilliseconds(amid.p50), "ms", "-");
  Print("inbox_read_p99_amid_backlog", absl::ToDoubleMilliseconds(amid.p99), "ms", "<=100");
}

}  // namespace duban::load
