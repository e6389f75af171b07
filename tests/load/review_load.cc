#include "tests/load/review_load.h"

#include <chrono>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/testing/wait_until.h"
#include "duban/review/v1/bulletin_service.grpc.pb.h"
#include "duban/review/v1/session_service.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "tests/load/drafts.h"
#include "tests/load/due_figures.h"
#include "tests/load/measure.h"

namespace duban::load {
namespace {

using review::v1::Bulletin;
using review::v1::Session;
using testing::LocalStack;
using Bulletins = review::v1::BulletinService::Stub;
using Sessions = review::v1::SessionService::Stub;

constexpr int kSteps = 100000;        // unless DUBAN_LOAD_STEPS says otherwise
constexpr int kOtherSteps = 12000;    // of the bare loop, and amid submissions
constexpr int kPlanOfBulletin = 900;  // those of the submissions begin at 810
constexpr int kPrints = 5;

int StepsWanted() {
  int steps = kSteps;
  if (const char* wanted = std::getenv("DUBAN_LOAD_STEPS")) {
    if (!absl::SimpleAtoi(wanted, &steps) || steps < 500) {
      StopUnless(absl::InvalidArgumentError("DUBAN_LOAD_STEPS is a number from 500 on"));
    }
  }
  return steps;
}

std::shared_ptr<grpc::Channel> Review(const LocalStack& stack) {
  return grpc::CreateChannel(stack.review_target(), grpc::InsecureChannelCredentials());
}

// The document of a session that was held long after its month.
Bulletin DraftOfDecember(LocalStack& stack) {
  const std::string name = LoadCopy(stack, kPlanOfBulletin) + "/sessions/bulletin-2024-12";
  const auto sessions = review::v1::SessionService::NewStub(Review(stack));
  review::v1::BackfillSessionRequest backfill;
  backfill.set_name(name);
  backfill.set_reason("补开");
  backfill.set_due_date("2025-01-13");
  if (!testing::WaitUntil(testing::kPatience, [&] {
        return stack.Call(*sessions, &Sessions::BackfillSession, testing::Office(), backfill).ok();
      })) {
    StopUnless(absl::DeadlineExceededError("the session was not planned"));
  }
  StopUnless(stack.database()
                 .Read(MachineNow() + absl::Seconds(10),
                       [&](db::Session& session) {
                         return session.Execute(
                             "UPDATE session_steps SET nominal_time = '2025-01-01'"
                             " WHERE plan = ? AND session = 'bulletin-2024-12'",
                             {absl::StrCat("copy-", kPlanOfBulletin)});
                       })
                 .status());
  review::v1::GetSessionRequest get;
  get.set_name(name);
  if (!testing::WaitUntil(testing::kPatience, [&] {
        const auto session = stack.Call(*sessions, &Sessions::GetSession, testing::Office(), get);
        return session.ok() && session->state() == Session::CLOSED;
      })) {
    StopUnless(absl::DeadlineExceededError("the session was not closed"));
  }
  const auto bulletins = review::v1::BulletinService::NewStub(Review(stack));
  review::v1::DraftBulletinRequest draft;
  draft.set_session(name);
  return Must(stack.Call(*bulletins, &Bulletins::DraftBulletin, testing::Office(), draft));
}

bool RenderPdf(LocalStack& stack, Bulletins& bulletins, const Bulletin& bulletin) {
  grpc::ClientContext context;
  stack.Authorize(&context, testing::Office());
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(55));
  review::v1::RenderBulletinRequest request;
  request.set_name(bulletin.name());
  request.set_format(review::v1::PDF);
  const auto reader = bulletins.RenderBulletin(&context, request);
  review::v1::RenderBulletinResponse piece;
  size_t size = 0;
  while (reader->Read(&piece)) size += piece.data().size();
  StopUnless(client::FromGrpc(reader->Finish()));
  return size > 0;
}

void PrintPdf(LocalStack& stack) {
  const Bulletin bulletin = DraftOfDecember(stack);
  const auto bulletins = review::v1::BulletinService::NewStub(Review(stack));
  const Measured one =
      MeasureCalls(1, kPrints, [&](int) { return RenderPdf(stack, *bulletins, bulletin); });
  Print("pdf_p50", absl::ToDoubleSeconds(one.p50), "s", "-");
}

}  // namespace

int RunReviewLoad() {
  LocalStack stack("2025-01-10T09:00:00+08:00",
                   {absl::StrCat("--database_connections=", kCallers), "--log_level=warning"}, {},
                   {"--scheduler_rate=100000"});
  StopUnless(stack.LoadCalendars());
  const int steps = StepsWanted();
  DueSteps due(stack, steps + kOtherSteps);
  PrintDrain(stack, due, steps);
  PrintLateness(stack, due);
  PrintPdf(stack);
  return 0;
}

}  // namespace duban::load
