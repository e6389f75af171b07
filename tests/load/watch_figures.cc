#include "tests/load/watch_figures.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/testing/wait_until.h"
#include "duban/notification/v1/inbox_service.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "tests/load/drafts.h"
#include "tests/load/measure.h"

namespace duban::load {
namespace {

using notification::v1::InboxService;
using testing::LocalStack;
using testing::WaitUntil;

constexpr int kWatches = 5000;
constexpr int kWatchesOfAChannel = 100;  // as many streams as a connection carries
constexpr int kTold = 500;
constexpr absl::Duration kIdleTime = absl::Seconds(20);
constexpr absl::Duration kTimeToOpen = absl::Minutes(2);

// One stream, read by gRPC's own threads.
class WatchingMember : public grpc::ClientReadReactor<notification::v1::WatchMessagesResponse> {
 public:
  WatchingMember(LocalStack& stack, InboxService::Stub* stub, const std::string& member) {
    TokenClaims claims;
    claims.subject = "members/" + member;
    claims.roles = {common::v1::REPORTER};
    claims.life = absl::Hours(1);
    context_.AddMetadata("authorization", "Bearer " + stack.SignAt(claims, MachineNow()));
    request_.set_parent(claims.subject);
    stub->async()->WatchMessages(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }
  ~WatchingMember() override {
    context_.TryCancel();
    done_.get_future().wait();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (response_.has_message()) {
      told_at_ = absl::ToUnixMicros(MachineNow());
    } else {
      open_ = true;
    }
    StartRead(&response_);
  }
  void OnDone(const grpc::Status&) override { done_.set_value(); }

  bool open() const { return open_; }
  bool told() const { return told_at_ != 0; }
  absl::Time told_at() const { return absl::FromUnixMicros(told_at_); }

 private:
  grpc::ClientContext context_;
  notification::v1::WatchMessagesRequest request_;
  notification::v1::WatchMessagesResponse response_;
  std::atomic<bool> open_ = false;
  std::atomic<int64_t> told_at_ = 0;
  std::promise<void> done_;
};

std::string MemberNamed(int i) { return absl::StrCat("watcher-", i); }

// Processor seconds that a process has used, by proc(5).
double ProcessorSeconds(const testing::Process& process) {
  std::ifstream file(absl::StrCat("/proc/", process.pid(), "/stat"));
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::vector<std::string> fields = absl::StrSplit(text.substr(text.rfind(')') + 2), ' ');
  double user = 0;
  double system = 0;
  StopUnless(absl::SimpleAtod(fields.at(11), &user) && absl::SimpleAtod(fields.at(12), &system)
                 ? absl::OkStatus()
                 : absl::InternalError("no processor time"));
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Writes the first message of a member, as any replica would; answers when it was committed.
absl::Time TellMember(LocalStack& stack, const std::string& member) {
  const std::string id = NewUuid7(MachineNow());
  StopUnless(stack.database().RunInTransaction(
      MachineNow() + absl::Seconds(10), [&](db::Transaction& tx) -> absl::Status {
        absl::Status status =
            tx.Execute(
                  "INSERT INTO inboxes (member, last_sequence, unread_count, version)"
                  " VALUES (?, 1, 1, 1)",
                  {member})
                .status();
        if (!status.ok()) return status;
        return tx
            .Execute(
                "INSERT INTO messages (member, sequence, message, notice, type, subject, plan,"
                " unit, urgency, title, short_text, body, title_en, body_en, events, template,"
                " template_revision, create_time, unread, acknowledgement_required, version)"
                " VALUES (?, 1, ?, ?, 'duban.submission.report.returned', 'plans/p/reports/r',"
                " 'plans/p', 'water', 2, '已退回', '已退回', '请重报', '', '', '', 't', 1,"
                " UTC_TIMESTAMP(6), 1, 0, 1)",
                {member, id, id})
            .status();
      }));
  return MachineNow();
}

void PrintTelling(LocalStack& stack, const std::vector<std::unique_ptr<WatchingMember>>& watches) {
  std::vector<absl::Time> committed;
  for (int i = 0; i < kTold; ++i) committed.push_back(TellMember(stack, MemberNamed(i)));
  const bool told = WaitUntil(kTimeToOpen, [&] {
    return std::all_of(watches.begin(), watches.begin() + kTold,
                       [](const auto& watch) { return watch->told(); });
  });
  StopUnless(told ? absl::OkStatus() : absl::InternalError("a watch was not told"));
  std::vector<absl::Duration> times;
  for (int i = 0; i < kTold; ++i) times.push_back(watches[i]->told_at() - committed[i]);
  std::sort(times.begin(), times.end());
  Print("watch_told_p50", absl::ToDoubleMilliseconds(times[kTold / 2]), "ms", "-");
  Print("watch_told_p99", absl::ToDoubleMilliseconds(times[kTold * 99 / 100]), "ms", "-");
}

}  // namespace

void PrintWatches(LocalStack& stack) {
  std::vector<std::unique_ptr<InboxService::Stub>> stubs;
  for (int i = 0; i < kWatches / kWatchesOfAChannel; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stubs.push_back(InboxService::NewStub(grpc::CreateCustomChannel(
        stack.notification_target(), grpc::InsecureChannelCredentials(), arguments)));
  }
  const auto before = static_cast<double>(stack.notification().ResidentKilobytes());
  const absl::Time begin = MachineNow();
  std::vector<std::unique_ptr<WatchingMember>> watches;
  for (int i = 0; i < kWatches; ++i) {
    watches.push_back(std::make_unique<WatchingMember>(stack, stubs[i / kWatchesOfAChannel].get(),
                                                       MemberNamed(i)));
  }
  const bool open = WaitUntil(kTimeToOpen, [&] {
    return std::all_of(watches.begin(), watches.end(),
                       [](const auto& watch) { return watch->open(); });
  });
  StopUnless(open ? absl::OkStatus() : absl::InternalError("not all watches opened"));
  Print("watch_open_rate", kWatches / absl::ToDoubleSeconds(MachineNow() - begin), "streams/s",
        "-");
  const double processor = ProcessorSeconds(stack.notification());
  absl::Notification().WaitForNotificationWithTimeout(kIdleTime);
  Print("idle_watches", kWatches, "streams", ">=5000");
  Print("idle_watch_memory",
        (static_cast<double>(stack.notification().ResidentKilobytes()) - before) / kWatches,
        "kB/stream", "<=64");
  Print(
      "idle_watches_processor",
      100 * (ProcessorSeconds(stack.notification()) - processor) / absl::ToDoubleSeconds(kIdleTime),
      "percent_of_a_core", "<=20");
  PrintTelling(stack, watches);
}

}  // namespace duban::load
