#include "services/review/session_fixture.h"

#include <atomic>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "grpcpp/security/credentials.h"

namespace duban::review {
namespace {

using testing::IsOk;

// Nothing that a clock which stands still does is late.
constexpr absl::Duration kLateAfter = absl::Seconds(1);

std::string First(db::Database& database, const std::string& sql) {
  const auto rows = database.Read(MachineNow() + absl::Seconds(20),
                                  [&](db::Session& session) { return session.Query(sql); });
  EXPECT_THAT(rows, IsOk());
  return rows.ok() && !rows->empty() && !rows->front().IsNull(0) ? rows->front().GetString(0) : "";
}

std::string Name(const std::string& plan, const std::string& id) {
  return absl::StrCat(plan, "/sessions/", id);
}

}  // namespace

Replica::Replica(const std::string& owner, absl::Duration lease, const Clock* clock)
    : environment_{.database = &Services::Get().review->database(),
                   .clock = clock,
                   .mutations = nullptr,
                   .signer = &testing::TestSigner(),
                   .metrics = &registry_},
      peers_(Services::Get().indicator->target(), Services::Get().submission->target(),
             &testing::TestSigner(), grpc::InsecureChannelCredentials()),
      plans_(&peers_),
      metrics_(&registry_),
      work_(environment_, &peers_, &plans_, kLateAfter),
      runner_(environment_, &work_, &metrics_, {.owner = owner, .lease = lease}) {}

double Replica::Metric(const std::string& name) const {
  for (const auto& family : registry_.Collect()) {
    if (family.name != name || family.metric.empty()) continue;
    const auto& metric = family.metric.front();
    switch (family.type) {
      case prometheus::MetricType::Counter:
        return metric.counter.value;
      case prometheus::MetricType::Gauge:
        return metric.gauge.value;
      default:
        return static_cast<double>(metric.histogram.sample_count);
    }
  }
  ADD_FAILURE() << "there is no metric " << name;
  return -1;
}

SessionTest::SessionTest()
    : sessions_(v1::SessionService::NewStub(Services::Get().review->channel())),
      calendars_(v1::CalendarService::NewStub(Services::Get().review->channel())) {
  static std::atomic<int> count = 0;
  region_ = absl::StrCat("S", ++count);
  EXPECT_THAT(database().Read(MachineNow() + absl::Seconds(20),
                              [](db::Session& session) {
                                return session.Execute("DELETE FROM session_steps");
                              }),
              IsOk());
}

absl::Time SessionTest::At(const std::string& local) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(
      absl::ParseTime("%Y-%m-%d %H:%M", local, absl::FixedTimeZone(8 * 3600), &time, &error))
      << local << error;
  return time;
}

std::string SessionTest::Publish() {
  // Before the year's first deadline, so that every session is held.
  const absl::Time now = Services::Get().clock.Now();
  SetClock("2024-01-01 00:00");
  std::string plan = PublishLinxiang([this](indicator::v1::PlanDocument* document) {
    document->mutable_plan()->set_calendar_region(region_);
  });
  Services::Get().clock.Set(now);
  return plan;
}

v1::Calendar SessionTest::YearOf(int year) const {
  const v1::CalendarDocument document = ChineseCalendars();
  v1::Calendar calendar;
  for (const v1::Calendar& one : document.calendars()) {
    if (one.year() == year) calendar = one;
  }
  calendar.clear_name();
  calendar.set_region(region_);
  return calendar;
}

absl::StatusOr<v1::ImportCalendarResponse> SessionTest::Import(const v1::Calendar& calendar,
                                                               bool validate_only) {
  v1::ImportCalendarRequest request;
  *request.mutable_calendar() = calendar;
  request.set_validate_only(validate_only);
  return Call(kOffice, *calendars_, &v1::CalendarService::Stub::ImportCalendar, request);
}

absl::StatusOr<v1::ImportCalendarResponse> SessionTest::ImportYear(int year, bool validate_only) {
  return Import(YearOf(year), validate_only);
}

std::string SessionTest::PublishYear() {
  const std::string plan = Publish();
  EXPECT_THAT(ImportYear(2024), IsOk());
  EXPECT_THAT(ImportYear(2025), IsOk());
  const auto planned = Plan(plan);
  EXPECT_THAT(planned, IsOk());
  EXPECT_EQ(planned.value_or(v1::PlanSessionsResponse()).created(), 54);
  return plan;
}

absl::StatusOr<v1::PlanSessionsResponse> SessionTest::Plan(const std::string& plan,
                                                           const Who& who) const {
  v1::PlanSessionsRequest request;
  request.set_parent(plan);
  return Call(who, *sessions_, &Stub::PlanSessions, request);
}

absl::StatusOr<v1::Session> SessionTest::Get(const std::string& plan, const std::string& id) const {
  v1::GetSessionRequest request;
  request.set_name(Name(plan, id));
  return Call(kOffice, *sessions_, &Stub::GetSession, request);
}

absl::StatusOr<v1::ListSessionsResponse> SessionTest::List(const std::string& request) const {
  return Call(kWater, *sessions_, &Stub::ListSessions, FromText<v1::ListSessionsRequest>(request));
}

absl::StatusOr<v1::Session> SessionTest::Run(const std::string& plan, const std::string& id) const {
  v1::RunSessionRequest request;
  request.set_name(Name(plan, id));
  return Call(kOffice, *sessions_, &Stub::RunSession, request);
}

absl::StatusOr<v1::Session> SessionTest::Skip(const std::string& plan, const std::string& id,
                                              const std::string& reason) const {
  v1::SkipSessionRequest request;
  request.set_name(Name(plan, id));
  request.set_reason(reason);
  return Call(kOffice, *sessions_, &Stub::SkipSession, request);
}

absl::StatusOr<v1::Session> SessionTest::Backfill(const std::string& plan, const std::string& id,
                                                  const std::string& due_date,
                                                  const Who& who) const {
  v1::BackfillSessionRequest request;
  request.set_name(Name(plan, id));
  request.set_reason("补开");
  request.set_due_date(due_date);
  return Call(who, *sessions_, &Stub::BackfillSession, request);
}

std::string SessionTest::AskSubmission(const std::string& sql) {
  return First(Services::Get().submission->database(), sql);
}

}  // namespace duban::review
