// The audit log and the burden meter over the wire.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/timestamp.h"
#include "common/testing/wait_until.h"
#include "duban/review/v1/action_item_service.grpc.pb.h"
#include "duban/review/v1/audit_service.grpc.pb.h"
#include "duban/review/v1/calendar_service.grpc.pb.h"
#include "duban/submission/v1/obligation_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "services/review/audit_sealing.h"
#include "services/review/lead_time_store.h"
#include "services/review/review_fixture.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using testing::FailsWith;
using testing::IsOk;
using AuditStub = v1::AuditService::Stub;
using CalendarStub = v1::CalendarService::Stub;
using ObligationStub = submission::v1::ObligationService::Stub;

class AuditTest : public ReviewTest {
 protected:
  absl::StatusOr<v1::ListAuditEntriesResponse> List(const Who& who, const std::string& request) {
    return Call(who, *stub_, &AuditStub::ListAuditEntries,
                FromText<v1::ListAuditEntriesRequest>(request));
  }

  absl::StatusOr<v1::AuditEntry> Get(const std::string& name) {
    v1::GetAuditEntryRequest request;
    request.set_name(name);
    return Call(kAuditor, *stub_, &AuditStub::GetAuditEntry, request);
  }

  absl::StatusOr<v1::Burden> Burden(const Who& who, const std::string& plan,
                                    const std::string& period) {
    v1::GetBurdenRequest request;
    request.set_plan(plan);
    request.set_period(period);
    return Call(who, *stub_, &AuditStub::GetBurden, request);
  }

  void ImportCalendar(const v1::Calendar& calendar) {
    v1::ImportCalendarRequest request;
    *request.mutable_calendar() = calendar;
    EXPECT_THAT(Call(kOffice, *calendars_, &CalendarStub::ImportCalendar, request), IsOk());
  }

  // Three changes and a refusal about calendars of this region, sealed.
  void Happen(const std::string& region) {
    for (const int year : {2024, 2025, 2026}) {
      ImportCalendar(FromText<v1::Calendar>(
          absl::StrCat("region: '", region, "' year: ", year, " notice_number: '1号'")));
    }
    const std::string refusals =
        "SELECT COUNT(*) FROM audit_entries WHERE outcome = 'ROLE_NOT_ALLOWED'";
    const std::string before = Ask(refusals);
    v1::ImportCalendarRequest refused;
    refused.mutable_calendar()->set_region(region);
    EXPECT_THAT(Call(kWater, *calendars_, &CalendarStub::ImportCalendar, refused),
                FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
    AuditSealing sealing(&database(), nullptr, {});
    EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] { return Ask(refusals) != before; }));
    bool more = true;
    while (more) {
      const auto step = sealing.Run(MachineNow() + absl::Seconds(10));
      ASSERT_THAT(step, IsOk());
      more = step->more;
    }
    sealing.Release(MachineNow() + absl::Seconds(10));
  }

  std::unique_ptr<AuditStub> stub_ = v1::AuditService::NewStub(Services::Get().review->channel());
  std::unique_ptr<CalendarStub> calendars_ =
      v1::CalendarService::NewStub(Services::Get().review->channel());
  std::unique_ptr<ObligationStub> obligations_ =
      submission::v1::ObligationService::NewStub(Services::Get().submission->channel());
};

TEST_F(AuditTest, EntriesAreListedByNumberFilteredAndPaged) {
  Happen("QA");
  const auto one = List(kAuditor, "filter: 'resource = \"calendars/qa-2025\"'");
  ASSERT_THAT(one, IsOk());
  ASSERT_EQ(one->audit_entries_size(), 1);
  const v1::AuditEntry& entry = one->audit_entries(0);
  EXPECT_GT(entry.sequence(), 0);
  EXPECT_EQ(entry.name(), absl::StrCat("auditEntries/", entry.sequence()));
  EXPECT_EQ(entry.service(), "review");
  EXPECT_EQ(entry.method(), "/duban.review.v1.CalendarService/ImportCalendar");
  EXPECT_EQ(entry.unit(), "units/sci-industry");
  EXPECT_EQ(entry.outcome(), "OK");
  EXPECT_EQ(entry.before_json(), "");
  EXPECT_THAT(entry.after_json(), ::testing::HasSubstr("1号"));
  EXPECT_EQ(entry.hash().size(), 64u);
  EXPECT_TRUE(entry.has_seal_time());
  EXPECT_EQ(Get(entry.name())->DebugString(), entry.DebugString());
  EXPECT_EQ(one->unsealed(), 0);

  std::string token;
  int64_t last = 0;
  int count = 0;
  do {
    const auto page =
        List(kLeader, absl::StrCat("page_size: 2 filter: 'outcome = OK AND service = review"
                                   " AND method = \"/duban.review.v1.CalendarService/"
                                   "ImportCalendar\"' page_token: '",
                                   token, "'"));
    ASSERT_THAT(page, IsOk());
    for (const v1::AuditEntry& listed : page->audit_entries()) {
      EXPECT_GT(listed.sequence(), last);
      last = listed.sequence();
      ++count;
    }
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(absl::StrCat(count),
            Ask("SELECT COUNT(*) FROM audit_entries WHERE outcome = 'OK' AND method LIKE"
                " '%CalendarService/ImportCalendar'"));
  const auto refusals = List(kAuditor, "filter: 'outcome = ROLE_NOT_ALLOWED' page_size: 1000");
  ASSERT_THAT(refusals, IsOk());
  EXPECT_EQ(absl::StrCat(refusals->audit_entries_size()),
            Ask("SELECT COUNT(*) FROM audit_entries WHERE outcome = 'ROLE_NOT_ALLOWED'"));
}

TEST_F(AuditTest, EntriesAreListedByTimeAndActor) {
  Services::Get().clock.Set(Services::Begin() + absl::Hours(48));
  Happen("QB");
  const auto seconds = absl::ToUnixSeconds(Services::Begin() + absl::Hours(48));
  const std::string resource = "filter: 'resource = \"calendars/qb-2024\"' ";
  const auto count = [&](const std::string& request) {
    const auto listed = List(kAuditor, request);
    EXPECT_THAT(listed, IsOk());
    return listed->audit_entries_size();
  };
  EXPECT_EQ(count(absl::StrCat(resource, "from_time { seconds: ", seconds, " }")), 1);
  EXPECT_EQ(count(absl::StrCat(resource, "from_time { seconds: ", seconds + 1, " }")), 0);
  EXPECT_EQ(count(absl::StrCat(resource, "to_time { seconds: ", seconds, " }")), 0);
  EXPECT_EQ(count(absl::StrCat(resource, "to_time { seconds: ", seconds + 1, " }")), 1);
  EXPECT_EQ(count("filter: 'resource = \"calendars/qb-2024\" AND actor = \"members/none\"'"), 0);
}

TEST_F(AuditTest, WrongRequestsAreRefused) {
  EXPECT_THAT(List(kAuditor, "filter: 'colour = red'"),
              FailsWith(StatusCode::kInvalidArgument, "FILTER_INVALID"));
  EXPECT_THAT(List(kAuditor, "page_token: 'x'"),
              FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  EXPECT_THAT(List(kOffice, ""), FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Get("auditEntries/999999999"),
              FailsWith(StatusCode::kNotFound, "AUDIT_ENTRY_NOT_FOUND"));
  EXPECT_THAT(Get("auditEntries/last"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "name"));
  EXPECT_THAT(Burden(kOffice, "plans/none", ""),
              FailsWith(StatusCode::kNotFound, "PLAN_NOT_FOUND"));
  EXPECT_THAT(Burden(kWater, "plans/none", ""),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
}

TEST_F(AuditTest, TheLogIsVerifiedOverTheWire) {
  Happen("QC");
  const auto verified = Call(kAuditor, *stub_, &AuditStub::VerifyAudit, v1::VerifyAuditRequest());
  ASSERT_THAT(verified, IsOk());
  EXPECT_TRUE(verified->intact()) << verified->ShortDebugString();
  EXPECT_EQ(absl::StrCat(verified->verified()), Ask("SELECT COUNT(*) FROM audit_seals"));
  EXPECT_THAT(Call(kOffice, *stub_, &AuditStub::VerifyAudit, v1::VerifyAuditRequest()),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
}

// The first dekad of March: 26 lines of 8 units, opened on Sunday the 10th, due on Monday the 11th.
TEST_F(AuditTest, TheBurdenOfAPlanIsAnswered) {
  const v1::CalendarDocument china = ChineseCalendars();
  for (const v1::Calendar& calendar : china.calendars()) ImportCalendar(calendar);
  const std::string plan = PublishLinxiang();
  submission::v1::OpenObligationsRequest open;
  open.set_parent(plan);
  open.set_session(plan + "/sessions/dispatch-2024-03-d1");
  open.set_period("2024-03-D1");
  const auto at = [](int day, int hour) {
    return ToTimestamp(absl::FromCivil(absl::CivilSecond(2024, 3, day, hour, 30, 0),
                                       absl::FixedTimeZone(8 * 3600)));
  };
  *open.mutable_open_time() = at(10, 0);
  *open.mutable_due_time() = at(11, 17);
  *open.mutable_grace_end_time() = at(12, 17);
  *open.mutable_lock_time() = at(14, 17);
  open.set_calendar_version("cn-2024.1");
  ASSERT_THAT(Call(kService, *obligations_, &ObligationStub::OpenObligations, open), IsOk());
  const std::string id = plan.substr(plan.rfind('/') + 1);
  v1::Burden::Exception allowed;
  allowed.set_resource(plan + "/actionItems/i");
  allowed.set_actor("members/li");
  allowed.set_reason("防汛");
  *allowed.mutable_time() = at(11, 9);
  EXPECT_THAT(database().RunInTransaction(MachineNow() + absl::Seconds(10),
                                          [&](db::Transaction& tx) {
                                            return LeadTimeStore().Add(
                                                tx, id, absl::CivilDay(2024, 3, 11), allowed);
                                          }),
              IsOk());

  const auto burden = Burden(kAuditor, plan, "2024-03");
  ASSERT_THAT(burden, IsOk());
  EXPECT_EQ(burden->period(), "2024-03");
  EXPECT_EQ(burden->minimum_lead_workdays(), 1);
  EXPECT_EQ(burden->units_size(), 8);
  int requests = 0;
  for (const v1::Burden::UnitBurden& unit : burden->units()) {
    requests += unit.requests();
    EXPECT_EQ(unit.mean_lead_workdays(), "1.0000") << unit.unit();
    EXPECT_EQ(unit.short_notice(), 0);
    EXPECT_EQ(unit.offered_percent(), "0.0000");
    if (unit.unit() != "units/water") continue;
    EXPECT_EQ(unit.requests(), 2);
    EXPECT_EQ(unit.fields(), 2);
  }
  EXPECT_EQ(requests, 26);
  ASSERT_EQ(burden->exceptions_size(), 1);
  EXPECT_EQ(burden->exceptions(0).DebugString(), allowed.DebugString());
  EXPECT_EQ(Burden(kLeader, plan, "2024-04").value().units_size(), 0);

  // An order of 29 March for five working days is due in April.
  v1::CreateActionItemRequest order;
  order.set_parent(plan);
  order.mutable_action_item()->set_title("补报灌区改造进度");
  order.mutable_action_item()->set_unit("units/water");
  order.mutable_action_item()->set_due_workdays(5);
  const auto items = v1::ActionItemService::NewStub(Services::Get().review->channel());
  ASSERT_THAT(Call(kReviewer, *items, &v1::ActionItemService::Stub::CreateActionItem, order),
              IsOk());
  const auto april = Burden(kLeader, plan, "2024-04");
  ASSERT_THAT(april, IsOk());
  ASSERT_EQ(april->units_size(), 1);
  EXPECT_EQ(april->units(0).unit(), "units/water");
  EXPECT_EQ(april->units(0).requests(), 1);
  EXPECT_EQ(april->units(0).mean_lead_workdays(), "5.0000");
  EXPECT_EQ(april->exceptions_size(), 0);
  EXPECT_THAT(Burden(kOffice, plan, "2026"),
              FailsWith(StatusCode::kInvalidArgument, "PERIOD_OUTSIDE_PLAN", "period"));
}

}  // namespace
}  // namespace duban::review
