// Obligations over the wire: how they are opened, listed and counted, extended, waived, reopened.
#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/obligation_fixture.h"
#include "services/submission/report_name.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kDenied;
using testing::kInvalid;
using testing::kPrecondition;

// `indicator unit` of each, in order of name.
std::vector<std::string> Lines(const v1::ListObligationsResponse& list) {
  std::vector<std::string> lines;
  for (const v1::Obligation& obligation : list.obligations()) {
    lines.push_back(absl::StrCat(LastId(obligation.indicator()), " ", LastId(obligation.unit())));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST_F(ObligationTest, OpeningMakesOneForEachLineOfTheRhythmOnce) {
  const std::string id = R"(request_id: "0190a1b2-0000-7000-8000-00000000aaaa")";
  const auto opened = Open(id);
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->existing(), 0);
  EXPECT_EQ(opened->created(), 5);
  const auto list = Obligations(kAuditor);
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(Lines(*list), ElementsAre("contracts north", "contracts south", "loans north",
                                        "loans office", "opening north"));
  const v1::Obligation obligation = Of("contracts", "north");
  EXPECT_EQ(obligation.state(), v1::Obligation::OPEN);
  EXPECT_EQ(obligation.session(), plan_ + "/sessions/dispatch-2024-03-d3");
  EXPECT_EQ(obligation.due_time().seconds(), absl::ToUnixSeconds(At("2024-04-02T17:30:00")));
  EXPECT_EQ(obligation.original_due_time().seconds(), obligation.due_time().seconds());
  EXPECT_EQ(obligation.calendar_version(), "cn-2024.1");
  EXPECT_EQ(obligation.etag(), MakeEtag(1));
  EXPECT_EQ(Obligation(kNorth, obligation.name())->name(), obligation.name());

  const std::string content = AllContent();
  EXPECT_EQ(Open(id)->created(), 5);  // the first answer
  EXPECT_EQ(AllContent(), content);
  const auto again = Open();
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->existing(), 5);
  EXPECT_EQ(again->created(), 0);
  const std::string of_plan = absl::StrCat(" FROM outbox_events WHERE plan = '", plan_, "'");
  EXPECT_EQ(Ask("SELECT CAST(COUNT(*) AS CHAR)" + of_plan +
                " AND type = 'duban.submission.obligation.opened'"),
            "5");
  EXPECT_EQ(Ask(absl::StrCat("SELECT CAST(COUNT(*) AS CHAR) FROM audit_entries WHERE resource = '",
                             obligation.name(), "'")),
            "1");
}

TEST_F(ObligationTest, ManyOpeningsAtOnceMakeOneEach) {
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      const auto opened = Open();
      EXPECT_THAT(opened, IsOk());
      EXPECT_EQ(opened.ok() ? opened->existing() + opened->created() : 0, 5);
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(Obligations(kAuditor)->obligations_size(), 5);
  EXPECT_EQ(Ask(absl::StrCat("SELECT CAST(COUNT(*) AS CHAR) FROM outbox_events WHERE plan = '",
                             plan_, "'")),
            "5");
}

TEST_F(ObligationTest, ALargePlanIsOpenedInSeveralTransactions) {
  plan_ += "-large";
  auto document = TestDocument(plan_);
  const indicator::v1::Indicator model = document.indicators(0);
  for (int i = 0; i < 60; ++i) {  // two lines each
    indicator::v1::Indicator* more = document.add_indicators();
    *more = model;
    more->set_name(absl::StrCat(plan_, "/indicators/more-", i));
    more->set_table_row(100 + i);
  }
  Import(document);
  Publish(plan_);
  const std::string id = R"(request_id: "0190a1b2-0000-7000-8000-00000000bbbb")";
  EXPECT_EQ(Open(id)->created(), 125);
  EXPECT_EQ(Open(id)->created(), 125);  // the first answer, of all its transactions
  EXPECT_EQ(Open()->existing(), 125);
  const auto list = Obligations(kAuditor, "page_size: 1000");
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->obligations_size(), 125);
  EXPECT_EQ(list->counts().total(), 125);
}

TEST_F(ObligationTest, ARepeatedOpeningGetsTheFirstAnswerOfAPlanThatIsOver) {
  plan_ += "-over";
  Import(TestDocument(plan_));
  Publish(plan_);
  const std::string id = R"(request_id: "0190a1b2-0000-7000-8000-0000000000a1")";
  const auto first = Open(id);
  ASSERT_THAT(first, IsOk());
  Close(plan_);
  EXPECT_THAT(Open(), FailsWith(StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
  const auto again = Open(id);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->DebugString(), first->DebugString());
}

TEST_F(ObligationTest, WhatHasNotOpenedTakesNewInstantsWhatHasKeepsThem) {
  Now("2024-03-30T09:00:00");
  ASSERT_THAT(Open(), IsOk());
  const std::string later =
      absl::StrCat(R"(calendar_version: "cn-2024.2" )", Instant("due_time", "2024-04-03T12:00:00"));
  const auto moved = Open(later);
  ASSERT_THAT(moved, IsOk());
  EXPECT_EQ(moved->existing(), 5);
  EXPECT_EQ(moved->rescheduled(), 5);
  const v1::Obligation obligation = Of("loans", "office");
  EXPECT_EQ(obligation.due_time().seconds(), absl::ToUnixSeconds(At("2024-04-03T12:00:00")));
  EXPECT_EQ(obligation.calendar_version(), "cn-2024.2");
  EXPECT_EQ(obligation.etag(), MakeEtag(2));
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(type ORDER BY sequence) FROM outbox_events"
                             " WHERE subject = '",
                             obligation.name(), "'")),
            "duban.submission.obligation.opened,duban.submission.obligation.rescheduled");
  Now("2024-03-31T00:00:00");
  EXPECT_EQ(Open()->rescheduled(), 0);
  EXPECT_EQ(Of("loans", "office").calendar_version(), "cn-2024.2");
}

TEST_F(ObligationTest, OpeningsThatAreRefusedChangeNothing) {
  ASSERT_THAT(Open(), IsOk());
  const std::string content = AllContent();
  EXPECT_THAT(Open(R"(period: "2024-03-D2")"),
              FailsWith(kPrecondition, "SESSION_PERIOD_MISMATCH", "period"));
  EXPECT_THAT(Open(R"(period: "2024-03-D4")"), FailsWith(kInvalid, "PERIOD_INVALID", "period"));
  EXPECT_THAT(Open(R"(period: "2023-03-D3")"),
              FailsWith(kInvalid, "PERIOD_OUTSIDE_PLAN", "period"));
  EXPECT_THAT(Open(R"(session: "plans/other/sessions/dispatch-2024-03-d3")"),
              FailsWith(kInvalid, "FIELD_INVALID", "session"));
  EXPECT_THAT(Open(Instant("lock_time", "2024-04-03T17:29:59")),
              FailsWith(kInvalid, "FIELD_INVALID", "lock_time"));
  EXPECT_THAT(Open("open_time { seconds: 9223372036854775807 }"),
              FailsWith(kInvalid, "FIELD_INVALID", "open_time"));
  EXPECT_THAT(Open("due_time { nanos: -1 }"), FailsWith(kInvalid, "FIELD_INVALID", "due_time"));
  EXPECT_THAT(Open(absl::StrCat(R"(calendar_version: ")", std::string(65, 'x'), R"(")")),
              FailsWith(kInvalid, "FIELD_INVALID", "calendar_version"));
  EXPECT_THAT(Open(R"(parent: "plans/nowhere" session: "plans/nowhere/sessions/s")"),
              FailsWith(StatusCode::kNotFound, "PLAN_NOT_FOUND"));
  for (const Who& who : {kOffice, kNorth, kLeader}) {
    EXPECT_THAT(Open("", who), FailsWith(kDenied, "ROLE_NOT_ALLOWED"));
  }
  Close(plan_);
  EXPECT_THAT(Open(R"(period: "2024-03-D3")"), FailsWith(kPrecondition, "PLAN_NOT_PUBLISHED"));
  EXPECT_EQ(AllContent(), content);
}

TEST_F(ObligationTest, ALineReportedBeforeIsMetFromTheBeginning) {
  Now("2024-03-30T09:00:00");
  const v1::Report early = Submitted("2024-03-D3", "60");
  ASSERT_THAT(Create(kSouth, R"(indicator: "$/indicators/contracts" unit: "units/south"
      period: "2024-03-D3" measurement { value: "4" unit_of_measure: "项" })"),
              IsOk());
  Now("2024-04-09T09:00:00");
  ASSERT_THAT(Open(), IsOk());
  const v1::Obligation met = Of("contracts", "north");
  EXPECT_EQ(met.state(), v1::Obligation::MET);
  EXPECT_EQ(met.timeliness(), v1::ON_TIME);
  EXPECT_EQ(met.report(), early.name());
  EXPECT_EQ(met.first_submit_time().seconds(), early.first_submit_time().seconds());
  EXPECT_EQ(Of("contracts", "south").state(), v1::Obligation::MISSED);  // a draft is none
}

TEST_F(ObligationTest, ListsFilterCountAndPage) {
  ASSERT_THAT(Open(), IsOk());
  ASSERT_THAT(Open(absl::StrCat(R"(session: "$/sessions/bulletin-2024-03" period: "2024-03")",
                                Instant("due_time", "2024-04-05T17:30:00"),
                                Instant("grace_end_time", "2024-04-07T17:30:00"))),
              IsOk());
  ASSERT_THAT(Waive(kOffice, Of("opening", "north").name(), R"(reason: "已竣工")"), IsOk());
  struct Case {
    std::string filter;
    std::vector<std::string> want;
  };
  const std::vector<Case> cases = {
      {"unit = units/south", {"contracts south"}},
      {"session = $/sessions/bulletin-2024-03", {"articles north", "share north"}},
      {"indicator = $/indicators/loans", {"loans north", "loans office"}},
      {"period = 2024-03", {"articles north", "share north"}},
      {"state = WAIVED", {"opening north"}},
      {"due_before = \\\"2024-04-02T17:30:00+08:00\\\"", {}},
      {"unit = units/north AND due_before = \\\"2024-04-05T09:30:00Z\\\" AND state = OPEN",
       {"contracts north", "loans north"}},
      {"timeliness = MISSED", {}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.filter);
    const auto list = Obligations(kAuditor, absl::StrCat(R"(filter: ")", c.filter, R"(")"));
    ASSERT_THAT(list, IsOk());
    EXPECT_EQ(Lines(*list), c.want);
    EXPECT_EQ(list->counts().total(), static_cast<int>(c.want.size()));
  }
  Now("2024-04-08T17:30:00");
  EXPECT_EQ(Obligations(kAuditor, R"(filter: "timeliness = MISSED")")->counts().missed(), 6);

  std::vector<std::string> names;
  std::string token;
  do {
    const auto page = Obligations(
        kAuditor,
        absl::StrCat(R"(page_size: 3 filter: "state = MISSED" page_token: ")", token, R"(")"));
    ASSERT_THAT(page, IsOk());
    EXPECT_LE(page->obligations_size(), 3);
    EXPECT_EQ(page->counts().total(), 6);
    for (const v1::Obligation& obligation : page->obligations()) names.push_back(obligation.name());
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(names.size(), 6U);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));

  for (const char* filter : {"state = DONE", "timeliness = TIMELINESS_UNSPECIFIED", "unit = north",
                             "session = plans/x/sessions/s", "due_before = tomorrow",
                             "due_before = \\\"0001-01-01T00:00:00Z\\\""}) {
    EXPECT_THAT(Obligations(kAuditor, absl::StrCat(R"(filter: ")", filter, R"(")")),
                FailsWith(kInvalid, "FILTER_INVALID", "filter"))
        << filter;
  }
}

TEST_F(ObligationTest, AUnitSeesWhatItOwesNowWithTheFiguresHeld) {
  ASSERT_THAT(Accepted("2024-03-D1", "50").name(), ::testing::Not(""));
  ASSERT_THAT(Accepted("2024-03-D2", "55").name(), ::testing::Not(""));
  ASSERT_THAT(Open(), IsOk());
  const auto owed = Obligations(kNorth, R"(filter: "state = OPEN" include_held: true)");
  ASSERT_THAT(owed, IsOk());
  EXPECT_THAT(Lines(*owed), ElementsAre("contracts north", "loans north", "opening north"));
  for (const v1::Obligation& obligation : owed->obligations()) {
    EXPECT_THAT(obligation.permitted_actions(), ElementsAre(v1::Obligation::REQUEST_EXTENSION));
    if (LastId(obligation.indicator()) != "contracts") {
      EXPECT_FALSE(obligation.has_held());
      continue;
    }
    EXPECT_EQ(obligation.held().period(), "2024-03-D2");
    EXPECT_EQ(obligation.held().measurement().value(), "55");
    EXPECT_EQ(obligation.held().measurement().unit_of_measure(), "项");
    EXPECT_EQ(obligation.held().as_of_date(), "2024-03-20");
  }
  EXPECT_FALSE(Obligations(kNorth)->obligations(0).has_held());
  EXPECT_THAT(Obligations(kSouth, R"(filter: "unit = units/north")"),
              FailsWith(kDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Obligation(kSouth, Of("loans", "north").name()), FailsWith(kDenied, "NOT_OWN_UNIT"));
  const std::string nothing = plan_ + "/obligations/0190a1b2-0000-7000-8000-000000000000";
  EXPECT_THAT(Obligation(kSouth, nothing), FailsWith(kDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Obligation(kOffice, nothing),
              FailsWith(StatusCode::kNotFound, "OBLIGATION_NOT_FOUND"));
  EXPECT_THAT(Waive(kOffice, "plans/nowhere/obligations/x", R"(reason: "无")"),
              FailsWith(StatusCode::kNotFound, "OBLIGATION_NOT_FOUND"));
}

TEST_F(ObligationTest, AnExtensionIsAskedForAndDecided) {
  ASSERT_THAT(Open(), IsOk());
  const std::string name = Of("contracts", "south").name();
  const std::string wish =
      R"(reason: "市统计局数据未到" )" + Instant("wished_due_time", "2024-04-05T12:00:00");
  EXPECT_THAT(AskForTime(kNorth, name, wish), FailsWith(kDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(AskForTime(kOffice, name, wish), FailsWith(kDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(AskForTime(kSouth, name, wish + R"(etag: "stale")"),
              FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  EXPECT_THAT(AskForTime(kSouth, name, R"(reason: "无期限")"),
              FailsWith(kInvalid, "FIELD_INVALID", "wished_due_time"));
  EXPECT_THAT(Decide(kOffice, name, "grant: true"),
              FailsWith(kPrecondition, "OBLIGATION_MOVE_NOT_ALLOWED"));
  const std::string once = R"(request_id: "0190a1b2-0000-7000-8000-00000000cccc" )";
  const auto asked = AskForTime(kSouth, name, wish + once);
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->extension().state(), v1::Obligation::Extension::REQUESTED);
  EXPECT_EQ(AskForTime(kSouth, name, wish + once)->DebugString(), asked->DebugString());
  EXPECT_THAT(Obligation(kOffice, name)->permitted_actions(),
              ElementsAre(v1::Obligation::DECIDE_EXTENSION, v1::Obligation::WAIVE));
  EXPECT_THAT(
      Decide(kOffice, name, R"(reason: "不允" )" + Instant("due_time", "2024-04-05T12:00:00")),
      FailsWith(kInvalid, "FIELD_INVALID", "due_time"));
  EXPECT_THAT(Decide(kOffice, name, ""), FailsWith(kInvalid, "FIELD_INVALID", "reason"));
  EXPECT_THAT(Decide(kSouth, name, "grant: true"), FailsWith(kDenied, "ROLE_NOT_ALLOWED"));
  const auto granted =
      Decide(kOffice, name, "grant: true " + Instant("due_time", "2024-04-04T12:00:00"));
  ASSERT_THAT(granted, IsOk());
  EXPECT_EQ(granted->due_time().seconds(), absl::ToUnixSeconds(At("2024-04-04T12:00:00")));
  EXPECT_EQ(granted->lock_time().seconds(), absl::ToUnixSeconds(At("2024-04-10T12:00:00")));
  EXPECT_EQ(granted->original_due_time().seconds(), absl::ToUnixSeconds(At("2024-04-02T17:30:00")));
  EXPECT_EQ(Obligation(kSouth, name)->DebugString(), [&] {
    v1::Obligation seen = *granted;
    seen.clear_permitted_actions();
    seen.add_permitted_actions(v1::Obligation::REQUEST_EXTENSION);
    return seen.DebugString();
  }());
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(SUBSTRING_INDEX(type, '.', -1) ORDER BY"
                             " sequence) FROM outbox_events WHERE subject = '",
                             name, "'")),
            "opened,extension_requested,extension_decided");
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(SUBSTRING_INDEX(method, '/', -1) ORDER BY id)"
                             " FROM audit_entries WHERE outcome = 'OK' AND resource = '",
                             name, "'")),
            "OpenObligations,RequestExtension,DecideExtension");
  Now("2024-04-04T12:00:00");
  EXPECT_THAT(AskForTime(kSouth, name, wish), FailsWith(kPrecondition, "EXTENSION_TOO_LATE"));
}

TEST_F(ObligationTest, WaivingAndReopeningAreNotTheOwnOfficesToDo) {
  ASSERT_THAT(Open(), IsOk());
  const std::string own = Of("loans", "office").name();
  const std::string why = R"(reason: "系统故障" )";
  EXPECT_THAT(Waive(kOffice, own, why), FailsWith(kDenied, "OWN_UNIT_REVIEW"));
  EXPECT_THAT(Waive({common::v1::OFFICE, "units/north"}, own, why),
              FailsWith(kDenied, "RECUSAL_REQUIRED"));
  // A request for more time does not outlive what it was for.
  const std::string asked = Of("contracts", "north").name();
  ASSERT_THAT(AskForTime(kNorth, asked, why + Instant("wished_due_time", "2024-04-05T12:00:00")),
              IsOk());
  EXPECT_EQ(Waive(kOffice, asked, why)->extension().state(), v1::Obligation::Extension::REFUSED);
  const std::string until = Instant("until_time", "2024-04-10T12:00:00");
  EXPECT_THAT(Reopen(kReviewer, own, why + until),
              FailsWith(kPrecondition, "OBLIGATION_MOVE_NOT_ALLOWED"));
  Now("2024-04-08T17:30:00");
  EXPECT_EQ(Obligation(kOfficeReporter, own)->state(), v1::Obligation::MISSED);
  EXPECT_THAT(Reopen(kReviewer, own, why), FailsWith(kInvalid, "FIELD_INVALID", "until_time"));
  const auto reopened = Reopen(kReviewer, own, why + until);
  ASSERT_THAT(reopened, IsOk());
  EXPECT_EQ(reopened->state(), v1::Obligation::OPEN);
  EXPECT_EQ(reopened->reopening().reason(), "系统故障");
  Now("2024-04-10T12:00:00");
  EXPECT_EQ(Obligation(kLeader, own)->state(), v1::Obligation::MISSED);
  const auto waived = Waive(kLeader, own, why);
  ASSERT_THAT(waived, IsOk());
  EXPECT_EQ(waived->state(), v1::Obligation::WAIVED);
  EXPECT_EQ(waived->timeliness(), v1::TIMELINESS_UNSPECIFIED);
  EXPECT_THAT(waived->permitted_actions(), IsEmpty());
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(SUBSTRING_INDEX(type, '.', -1) ORDER BY"
                             " sequence) FROM outbox_events WHERE subject = '",
                             own, "'")),
            "opened,reopened,waived");
}

TEST_F(ObligationTest, CompletenessCountsByUnitAndSession) {
  Submitted("2024-03-D3", "60");
  ASSERT_THAT(Open(), IsOk());
  ASSERT_THAT(Open(absl::StrCat(R"(session: "$/sessions/bulletin-2024-03" period: "2024-03")",
                                Instant("due_time", "2024-04-05T17:30:00"),
                                Instant("grace_end_time", "2024-04-07T17:30:00"),
                                Instant("lock_time", "2024-04-10T17:30:00"))),
              IsOk());
  ASSERT_THAT(Waive(kReviewer, Of("loans", "office").name(), R"(reason: "免")"), IsOk());
  Now("2024-04-08T17:30:00");
  const auto all = Completeness(kAuditor);
  ASSERT_THAT(all, IsOk());
  // Seven obligations: one waived, one reported on time; of the other five three have been locked
  // and the two of the month are overdue.
  EXPECT_EQ(all->total().total(), 7);
  EXPECT_EQ(all->total().expected(), 6);
  EXPECT_EQ(all->total().on_time(), 1);
  EXPECT_EQ(all->total().missing(), 5);
  EXPECT_EQ(all->total().overdue(), 5);
  EXPECT_EQ(all->total().missed(), 3);
  ASSERT_EQ(all->units_size(), 3);
  EXPECT_EQ(all->units(0).unit(), "units/north");
  EXPECT_EQ(all->units(0).counts().expected(), 5);
  EXPECT_EQ(all->units(0).counts().reported(), 1);
  EXPECT_EQ(all->units(1).unit(), "units/office");
  EXPECT_EQ(all->units(1).counts().waived(), 1);
  EXPECT_EQ(all->units(1).counts().expected(), 0);
  EXPECT_EQ(all->units(2).counts().missed(), 1);
  ASSERT_EQ(all->sessions_size(), 2);
  EXPECT_EQ(all->sessions(0).session(), plan_ + "/sessions/bulletin-2024-03");
  EXPECT_EQ(all->sessions(0).counts().missing(), 2);
  EXPECT_EQ(all->sessions(0).counts().missed(), 0);
  EXPECT_EQ(all->sessions(1).counts().total(), 5);
  EXPECT_EQ(all->total().DebugString(), Obligations(kAuditor)->counts().DebugString());

  const auto own = Completeness(kSouth);
  ASSERT_THAT(own, IsOk());
  EXPECT_EQ(own->total().total(), 1);
  EXPECT_EQ(Completeness(kAuditor, "session = $/sessions/bulletin-2024-03")->total().total(), 2);
  EXPECT_THAT(Completeness(kAuditor, "state = OPEN"),
              FailsWith(kInvalid, "FILTER_INVALID", "filter"));
  EXPECT_THAT(Completeness(kSouth, "unit = units/north"), FailsWith(kDenied, "NOT_OWN_UNIT"));
}

}  // namespace
}  // namespace duban::submission
