#include "services/notification/routing_fixture.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "google/protobuf/util/json_util.h"
#include "services/notification/event_store.h"
#include "services/notification/notification.h"

// The other service is linked in whole and met over its contract only.
namespace duban::indicator {
const server::ServiceDefinition& IndicatorDefinition();
}  // namespace duban::indicator

namespace duban::notification {
namespace {

using indicator::v1::DirectoryService;
using indicator::v1::Member;
using testing::IsOk;

constexpr char kPlanName[] = "plans/linxiang-innovation-2024";

template <typename Message>
Message ReadDeployed(const std::string& file) {
  std::ifstream in(absl::StrCat(DUBAN_DEPLOY "/", file));
  std::ostringstream json;
  json << in.rdbuf();
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(json.str(), &message);
  EXPECT_TRUE(status.ok()) << file << " " << status.ToString();
  return message;
}

absl::Time LocalTime(const std::string& local) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(
      absl::ParseTime("%Y-%m-%d %H:%M", local, absl::FixedTimeZone(8 * 3600), &time, &error))
      << local << error;
  return time;
}

std::string SecretsKeyFile() {
  std::string file = absl::StrCat(::testing::TempDir(), "/duban-notification-secrets.key");
  std::ofstream(file) << std::string(64, '7');
  return file;
}

// The indicator service, with the plan.
struct IndicatorSide {
  testing::FakeClock clock{LocalTime("2024-03-29 09:00")};
  testing::ServiceHarness harness{::duban::indicator::IndicatorDefinition(), &clock};
  std::unique_ptr<DirectoryService::Stub> directory = DirectoryService::NewStub(harness.channel());

  template <typename Stub, typename Request, typename Response>
  absl::Status Call(Stub& stub,
                    grpc::Status (Stub::*rpc)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request) {
    grpc::ClientContext context;
    harness.Authorize(&context, common::v1::OFFICE, "units/sci-industry");
    Response response;
    return client::FromGrpc((stub.*rpc)(&context, request, &response));
  }

  static IndicatorSide& Get() {
    static IndicatorSide* side = [] {
      static std::unique_ptr<IndicatorSide> owned = std::make_unique<IndicatorSide>();
      owned->Load();
      return owned.get();
    }();
    return *side;
  }

  void Load() {
    const auto plans = indicator::v1::PlanService::NewStub(harness.channel());
    indicator::v1::ImportPlanRequest import;
    *import.mutable_document() =
        ReadDeployed<indicator::v1::PlanDocument>("plans/linxiang-2024.json");
    EXPECT_THAT(Call(*plans, &indicator::v1::PlanService::Stub::ImportPlan, import), IsOk());
    indicator::v1::PublishPlanRequest publish;
    publish.set_name(kPlanName);
    EXPECT_THAT(Call(*plans, &indicator::v1::PlanService::Stub::PublishPlan, publish), IsOk());
  }
};

}  // namespace

v1::RoutingDocument DefaultRouting() {
  return ReadDeployed<v1::RoutingDocument>("notification/routing.json");
}

std::string DirectoryTarget() { return IndicatorSide::Get().harness.target(); }

Member MemberWith(const std::string& id, const std::string& unit, common::v1::Role role) {
  Member member;
  member.set_name(absl::StrCat("members/", id));
  member.set_display_name(absl::StrCat("某", id));
  Member::Post& post = *member.add_posts();
  post.set_unit(absl::StrCat("units/", unit));
  post.add_roles(role);
  post.set_start_date("2024-01-01");
  return member;
}

void PutMember(const Member& member) {
  IndicatorSide& side = IndicatorSide::Get();
  indicator::v1::CreateMemberRequest create;
  create.set_member_id(member.name().substr(8));
  *create.mutable_member() = member;
  const absl::Status created =
      side.Call(*side.directory, &DirectoryService::Stub::CreateMember, create);
  if (!absl::IsAlreadyExists(created)) {
    EXPECT_THAT(created, IsOk());
    return;
  }
  indicator::v1::UpdateMemberRequest update;
  *update.mutable_member() = member;
  EXPECT_THAT(side.Call(*side.directory, &DirectoryService::Stub::UpdateMember, update), IsOk());
}

Replica::Replica(db::Database* database, const Clock* clock, const std::string& indicator_target,
                 Dispatcher::FanOut fan_out, const Teller::Options& telling)
    : environment_{.database = database,
                   .clock = clock,
                   .mutations = nullptr,
                   .signer = &testing::TestSigner(),
                   .metrics = nullptr,
                   .notification_target = ""},
      indicator_(indicator_target, "services/notification", &testing::TestSigner()),
      customs_{.regions = *LoadRegions(DUBAN_DEPLOY "/plans/working-days-cn.json"), .hours = {}},
      directory_(&indicator_, absl::ZeroDuration()),
      expansion_(environment_, &directory_, &customs_),
      dispatcher_(environment_, &expansion_, std::move(fan_out), {.lease = absl::Seconds(2)}),
      teller_(environment_, &directory_, &expansion_, telling) {}

RoutingTest::RoutingTest() {
  SetClock("2024-03-29 09:00");
  service_ =
      std::make_unique<testing::ServiceHarness>(Definition({.indicator_target = indicator_target(),
                                                            .secrets_key_file = SecretsKeyFile(),
                                                            .routing = {}}),
                                                &clock());
  replica_ = std::make_unique<Replica>(&database(), &clock(), indicator_target());
  UpdateMember(MemberOf("li", "water", common::v1::REPORTER));
  UpdateMember(MemberOf("zhao", "water", common::v1::REPORTER));
  UpdateMember(MemberOf("wu", "water", common::v1::UNIT_HEAD));
  UpdateMember(MemberOf("wang", "sci-industry", common::v1::REPORTER));
  UpdateMember(MemberOf("chen", "sci-industry", common::v1::OFFICE));
  UpdateMember(MemberOf("mayor", "government-office", common::v1::LEADER));
}

testing::FakeClock& RoutingTest::clock() { return IndicatorSide::Get().clock; }

std::string RoutingTest::indicator_target() const { return DirectoryTarget(); }

void RoutingTest::SetClock(const std::string& local) { clock().Set(LocalTime(local)); }

void RoutingTest::ImportDefaults() {
  const v1::RoutingDocument document = DefaultRouting();
  const absl::Status written = database().RunInTransaction(
      MachineNow() + absl::Seconds(60), [&](db::Transaction& tx) -> absl::Status {
        for (v1::Template one : document.templates()) {
          *one.mutable_update_time() = ToTimestamp(clock().Now());
          DUBAN_RETURN_IF_ERROR(TemplateStore().Insert(tx, one));
        }
        for (v1::Route route : document.routes()) {
          *route.mutable_update_time() = ToTimestamp(clock().Now());
          DUBAN_RETURN_IF_ERROR(RouteStore().Insert(tx, route));
        }
        return absl::OkStatus();
      });
  EXPECT_THAT(written, IsOk());
}

std::string RoutingTest::Publish(const std::string& type, const std::string& subject,
                                 int64_t sequence, const google::protobuf::Message& data,
                                 const std::string& unit) {
  common::v1::Event event;
  event.set_id(NewUuid7(MachineNow()));
  event.set_type(type);
  event.set_source("submission");
  event.set_subject(absl::StrCat(kPlanName, "/", subject));
  event.set_plan(kPlanName);
  event.set_unit(unit);
  event.set_sequence(sequence);
  *event.mutable_time() = ToTimestamp(clock().Now());
  event.mutable_data()->PackFrom(data);
  EXPECT_THAT(database().RunInTransaction(MachineNow() + absl::Seconds(20),
                                          [&](db::Transaction& tx) {
                                            return EventStore().Insert(tx, {&event}, clock().Now());
                                          }),
              IsOk());
  return event.id();
}

void RoutingTest::Dispatch() {
  while (true) {
    const absl::StatusOr<int> dispatched = replica().dispatcher().DispatchDue();
    ASSERT_THAT(dispatched, IsOk());
    if (*dispatched == 0) return;
  }
}

void RoutingTest::Tell() {
  int due = 1;
  while (due > 0) {
    const absl::StatusOr<int> told = replica().teller().TellDue();
    const absl::StatusOr<int> sent = replica().teller().SendDigests();
    const absl::StatusOr<int> stepped = replica().teller().StepUp();
    ASSERT_THAT(told, IsOk());
    ASSERT_THAT(sent, IsOk());
    ASSERT_THAT(stepped, IsOk());
    due = *told + *sent + *stepped;
  }
}

std::vector<std::string> RoutingTest::Select(const std::string& sql, size_t columns) {
  const auto rows = database().Read(MachineNow() + absl::Seconds(20),
                                    [&](db::Session& session) { return session.Query(sql); });
  EXPECT_THAT(rows, IsOk());
  std::vector<std::string> texts;
  if (!rows.ok()) return texts;
  for (const db::Row& row : *rows) {
    std::string text = row.GetString(0);
    for (size_t i = 1; i < columns; ++i) absl::StrAppend(&text, " ", row.GetString(i));
    texts.push_back(text);
  }
  return texts;
}

void RoutingTest::Authorize(grpc::ClientContext* context, common::v1::Role role,
                            const std::string& member) {
  TokenClaims claims;
  claims.subject = absl::StrCat("members/", member);
  claims.unit = "units/water";
  claims.roles = {role};
  context->AddMetadata("authorization",
                       "Bearer " + testing::TestSigner().Sign(claims, MachineNow()));
  context->set_deadline(absl::ToChronoTime(MachineNow() + absl::Seconds(10)));
}

}  // namespace duban::notification
