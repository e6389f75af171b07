// Calendars over the wire.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "duban/review/v1/calendar_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "services/review/review_fixture.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using testing::FailsWith;
using testing::IsOk;
using v1::Calendar;
using CalendarStub = v1::CalendarService::Stub;

class CalendarTest : public ReviewTest {
 protected:
  absl::StatusOr<v1::ImportCalendarResponse> Import(const Who& who, const Calendar& calendar,
                                                    bool validate_only = false) {
    v1::ImportCalendarRequest request;
    *request.mutable_calendar() = calendar;
    request.set_validate_only(validate_only);
    return Call(who, *stub_, &CalendarStub::ImportCalendar, request);
  }

  absl::StatusOr<Calendar> Get(const std::string& name) {
    v1::GetCalendarRequest request;
    request.set_name(name);
    return Call(kWater, *stub_, &CalendarStub::GetCalendar, request);
  }

  absl::StatusOr<v1::ListCalendarsResponse> List(const std::string& request) {
    return Call(kWater, *stub_, &CalendarStub::ListCalendars,
                FromText<v1::ListCalendarsRequest>(request));
  }

  absl::StatusOr<v1::PreviewDeadlinesResponse> Preview(const std::string& request) {
    return Call(kOffice, *stub_, &CalendarStub::PreviewDeadlines,
                FromText<v1::PreviewDeadlinesRequest>(request));
  }

  void ImportChina() {
    const v1::CalendarDocument document = ChineseCalendars();
    for (const Calendar& calendar : document.calendars()) {
      ASSERT_THAT(Import(kOffice, calendar), IsOk());
    }
  }

  std::unique_ptr<CalendarStub> stub_ =
      v1::CalendarService::NewStub(Services::Get().review->channel());
};

Calendar Notice(const std::string& region, int year, const std::string& days = "") {
  return FromText<Calendar>(absl::StrCat("region: '", region, "' year: ", year,
                                         " notice_number: '〔", year, "〕1号' ", days));
}

TEST_F(CalendarTest, IsImportedOnceAndChangedWithItsEtag) {
  const auto imported = Import(kOffice, Notice("A", 2024, "days_off: '2024-05-01'"));
  ASSERT_THAT(imported, IsOk());
  EXPECT_EQ(imported->calendar().name(), "calendars/a-2024");
  EXPECT_EQ(imported->calendar().revision(), 1);
  // The same again is the same.
  Services::Get().clock.Advance(absl::Minutes(1));
  const auto again = Import(kOffice, Notice("A", 2024, "days_off: '2024-05-01'"));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->DebugString(), imported->DebugString());
  Calendar changed = Notice("A", 2024, "days_off: '2024-05-02'");
  EXPECT_THAT(Import(kOffice, changed), FailsWith(StatusCode::kAlreadyExists, "CALENDAR_EXISTS"));
  changed.set_etag("old");
  EXPECT_THAT(Import(kOffice, changed), FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  changed.set_etag(imported->calendar().etag());
  const auto corrected = Import(kOffice, changed);
  ASSERT_THAT(corrected, IsOk());
  EXPECT_EQ(corrected->calendar().revision(), 2);
  EXPECT_EQ(corrected->calendar().create_time().seconds(),
            imported->calendar().create_time().seconds());
  EXPECT_EQ(Get("calendars/a-2024")->DebugString(), corrected->calendar().DebugString());
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM audit_entries WHERE resource = 'calendars/a-2024' AND"
                " outcome = 'OK'"),
            "2");
  EXPECT_EQ(Ask("SELECT GROUP_CONCAT(sequence ORDER BY sequence) FROM outbox_events WHERE type ="
                " 'duban.review.calendar.imported' AND subject = 'calendars/a-2024'"),
            "1,2");
}

TEST_F(CalendarTest, ARepeatGetsTheFirstAnswer) {
  v1::ImportCalendarRequest request;
  *request.mutable_calendar() = Notice("G", 2024, "days_off: '2024-05-01'");
  request.set_request_id(NewUuid7(MachineNow()));
  const auto imported = Call(kOffice, *stub_, &CalendarStub::ImportCalendar, request);
  ASSERT_THAT(imported, IsOk());
  Calendar changed = Notice("G", 2024, "days_off: '2024-05-02'");
  changed.set_etag(imported->calendar().etag());
  ASSERT_THAT(Import(kOffice, changed), IsOk());
  const auto again = Call(kOffice, *stub_, &CalendarStub::ImportCalendar, request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->DebugString(), imported->DebugString());
  EXPECT_EQ(Get("calendars/g-2024")->days_off(0), "2024-05-02");
  request.mutable_calendar()->set_notice_number("另一号");
  EXPECT_THAT(Call(kOffice, *stub_, &CalendarStub::ImportCalendar, request),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(CalendarTest, AValidationWritesNothing) {
  const auto would = Import(kOffice, Notice("B", 2024), true);
  ASSERT_THAT(would, IsOk());
  EXPECT_EQ(would->calendar().revision(), 1);
  EXPECT_THAT(Get("calendars/b-2024"), FailsWith(StatusCode::kNotFound, "CALENDAR_NOT_FOUND"));
  ASSERT_THAT(Import(kOffice, Notice("B", 2024)), IsOk());
  EXPECT_THAT(Import(kOffice, Notice("B", 2024, "days_off: '2024-05-01'"), true),
              FailsWith(StatusCode::kAlreadyExists, "CALENDAR_EXISTS"));
}

TEST_F(CalendarTest, OverlappingNoticesAreRefused) {
  ASSERT_THAT(Import(kOffice, Notice("C", 2024, "days_off: '2024-12-31'")), IsOk());
  EXPECT_THAT(Import(kOffice, Notice("C", 2025, "days_off: '2024-12-31'")),
              FailsWith(StatusCode::kFailedPrecondition, "CALENDAR_OVERLAP"));
  EXPECT_THAT(Get("calendars/c-2025"), FailsWith(StatusCode::kNotFound, "CALENDAR_NOT_FOUND"));
  EXPECT_THAT(Import(kOffice, Notice("C", 2025, "days_off: '2025-12-31'")), IsOk());
}

// Each alone is right; both together are not.
TEST_F(CalendarTest, OfTwoOverlappingNoticesAtOnceOneIsTaken) {
  std::vector<absl::Status> results(2);
  std::thread first(
      [&] { results[0] = Import(kOffice, Notice("D", 2024, "days_off: '2024-12-31'")).status(); });
  std::thread second(
      [&] { results[1] = Import(kOffice, Notice("D", 2025, "days_off: '2024-12-31'")).status(); });
  first.join();
  second.join();
  EXPECT_NE(results[0].ok(), results[1].ok()) << results[0] << results[1];
  EXPECT_THAT(results[0].ok() ? results[1] : results[0],
              FailsWith(StatusCode::kFailedPrecondition, "CALENDAR_OVERLAP"));
}

TEST_F(CalendarTest, IsListedInOrderPageByPage) {
  for (const int year : {2026, 2024, 2025}) ASSERT_THAT(Import(kOffice, Notice("E", year)), IsOk());
  std::string years;
  std::string token;
  do {
    const auto page =
        List(absl::StrCat("filter: 'region = E' page_size: 2 page_token: '", token, "'"));
    ASSERT_THAT(page, IsOk());
    for (const Calendar& calendar : page->calendars())
      absl::StrAppend(&years, calendar.year(), " ");
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(years, "2024 2025 2026 ");
  EXPECT_THAT(List("filter: 'year = 2024'"),
              FailsWith(StatusCode::kInvalidArgument, "FILTER_INVALID"));
}

TEST_F(CalendarTest, OnlyTheOfficeImports) {
  for (const Who& who : {kWater, kAuditor, kLeader, kAdmin}) {
    EXPECT_THAT(Import(who, Notice("F", 2024)),
                FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  }
}

TEST_F(CalendarTest, ADeadlineIsTriedBeforeItIsImported) {
  ImportChina();
  const std::string plan = PublishLinxiang();
  const auto year = Preview(absl::StrCat("plan: '", plan, "'"));
  ASSERT_THAT(year, IsOk());
  EXPECT_EQ(year->deadlines_size(), 54);
  EXPECT_EQ(year->calendar_version(), "cn-2024.1+cn-2025.1+cn-2026.1");
  for (const v1::DeadlinePreview& deadline : year->deadlines()) {
    EXPECT_EQ(deadline.missing_year(), 0) << deadline.ShortDebugString();
  }
  // The bulletin of April is due on the third working day after it: after the days of May.
  const auto tried = Preview(absl::StrCat(
      "plan: '", plan, R"(' cadences { kind: BULLETIN every: MONTH deadline { offset_workdays: 3
      cutoff: "17:30" grace_workdays: 1 lock_workdays: 3 } })"));
  ASSERT_THAT(tried, IsOk());
  ASSERT_EQ(tried->deadlines_size(), 12);
  EXPECT_EQ(tried->deadlines(3).due_day(), "2024-05-08");
  EXPECT_TRUE(tried->deadlines(3).moved());
  EXPECT_EQ(tried->deadlines(3).plain_due_day(), "2024-05-03");
  const auto later = Preview(absl::StrCat("plan: '", plan, "' year: 2030"));
  ASSERT_THAT(later, IsOk());
  EXPECT_EQ(later->deadlines(0).missing_year(), 2030);
  EXPECT_EQ(later->calendar_version(), "");
}

TEST_F(CalendarTest, ATrialNeedsAPlanAndPossibleRules) {
  EXPECT_THAT(Preview("plan: 'plans/none'"), FailsWith(StatusCode::kNotFound, "PLAN_NOT_FOUND"));
  const std::string plan = PublishLinxiang();
  EXPECT_THAT(Preview(absl::StrCat("plan: '", plan, "' year: 1")),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "year"));
  EXPECT_THAT(Preview(absl::StrCat("plan: '", plan, "' cadences { kind: BULLETIN }")),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "cadences"));
  const std::string monthly =
      "cadences { kind: BULLETIN every: MONTH deadline { cutoff: '17:30' } effective_date: '";
  EXPECT_THAT(Preview(absl::StrCat("plan: '", plan, "' ", monthly, "2024-07-01' } ", monthly,
                                   "2024-07-01' }")),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "cadences"));
  EXPECT_THAT(Preview(absl::StrCat("plan: '", plan, "' ", monthly, "July' }")),
              FailsWith(StatusCode::kInvalidArgument, "DATE_INVALID", "cadences.effective_date"));
  EXPECT_THAT(Preview(absl::StrCat("plan: '", plan,
                                   "' calendar { region: 'CN' year: 2030 notice_number: 'x'"
                                   " days_off: '2029-01-01' }")),
              FailsWith(StatusCode::kInvalidArgument, "CALENDAR_INVALID"));
}

}  // namespace
}  // namespace duban::review
