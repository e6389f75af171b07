// The life of a plan, on a real database.
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "services/indicator/rows.h"
#include "services/indicator/service_fixture.h"

namespace duban::indicator {
namespace {

using ::testing::ElementsAre;
using testing::kInvalid;
using testing::kNotFound;
using testing::kPrecondition;
using ::testing::UnorderedElementsAre;

constexpr char kCreate[] = R"(
  plan_id: "p"
  plan { title: "方案" jurisdiction: "临湘市" year: 2024 time_zone: "Asia/Shanghai"
         state: CLOSED revision: 9 etag: "v9" })";

class PlanServiceTest : public ServiceFixture {
 protected:
  absl::StatusOr<v1::Plan> Create(const std::string& text) {
    server::CallContext call = Call();
    return plans_.CreatePlan(call, FromText<v1::CreatePlanRequest>(text));
  }
  absl::StatusOr<v1::Plan> Update(const std::string& text) {
    server::CallContext call = Call();
    return plans_.UpdatePlan(call, FromText<v1::UpdatePlanRequest>(text));
  }
  absl::StatusOr<v1::Plan> TryPublish(const std::string& text) {
    server::CallContext call = Call();
    return plans_.PublishPlan(call, FromText<v1::PublishPlanRequest>(text));
  }
  absl::StatusOr<v1::Plan> Close(const std::string& text) {
    server::CallContext call = Call();
    return plans_.ClosePlan(call, FromText<v1::ClosePlanRequest>(text));
  }
  absl::StatusOr<google::protobuf::Empty> Delete(const std::string& text) {
    server::CallContext call = Call();
    return plans_.DeletePlan(call, FromText<v1::DeletePlanRequest>(text));
  }
  absl::StatusOr<v1::Plan> GetPlan(const std::string& name) {
    server::CallContext call = Call();
    v1::GetPlanRequest request;
    request.set_name(name);
    return plans_.GetPlan(call, request);
  }
  absl::StatusOr<v1::ListPlansResponse> List(const std::string& text) {
    server::CallContext call = Call();
    return plans_.ListPlans(call, FromText<v1::ListPlansRequest>(text));
  }
  absl::StatusOr<v1::PlanHistory> History(int64_t known_revision) {
    server::CallContext call = Call();
    v1::GetPlanHistoryRequest request;
    request.set_name("plans/small");
    request.set_known_revision(known_revision);
    return plans_.GetPlanHistory(call, request);
  }
};

TEST_F(PlanServiceTest, CreatesADraftWhateverTheCallerSaysOfItsState) {
  const absl::StatusOr<v1::Plan> plan = Create(kCreate);
  ASSERT_THAT(plan, testing::IsOk());
  EXPECT_EQ(plan->name(), "plans/p");
  EXPECT_EQ(plan->state(), v1::Plan::DRAFT);
  EXPECT_EQ(plan->revision(), 1);
  EXPECT_EQ(plan->etag(), "v1");
  EXPECT_FALSE(plan->has_publish_time());
  EXPECT_EQ(GetPlan("plans/p")->SerializeAsString(), plan->SerializeAsString());
  EXPECT_THAT(Column("SELECT CONCAT(resource, ' ', method, ' ', actor) FROM audit_entries"),
              ElementsAre("plans/p /duban.indicator.v1.Test/Call members/chen-jing"));
}

TEST_F(PlanServiceTest, RefusesToCreateWhatIsWrong) {
  ASSERT_THAT(Create(kCreate), testing::IsOk());
  Refused([&] { return Create(kCreate); }, absl::StatusCode::kAlreadyExists, "PLAN_EXISTS");
  Refused([&] { return Create(absl::StrCat(kCreate, " request_id: 'seven'")); }, kInvalid,
          "FIELD_INVALID", "request_id");
  Refused(
      [&] {
        return Create(
            "plan_id: 'Plan' plan { title: '方案' jurisdiction: '临湘市' year: "
            "2024 time_zone: 'Asia/Shanghai' }");
      },
      kInvalid, "FIELD_INVALID", "plan_id");
  const absl::Status status = Refused(
      [&] {
        return Create(
            "plan_id: 'q' plan { title: '方案' jurisdiction: '临湘市' year: 2024 "
            "time_zone: 'Asia/Shanghai' light_bands { gap_at_least: '1e2' } "
            "reminders { time_of_day: '9:00' } }");
      },
      kInvalid, "REQUEST_INVALID");
  EXPECT_THAT(ViolationsOf(status),
              UnorderedElementsAre("plan.light_bands[0].gap_at_least DECIMAL_INVALID",
                                   "plan.reminders[0].time_of_day FIELD_INVALID"));
}

TEST_F(PlanServiceTest, GetRefusesWhatIsNotThere) {
  Refused([&] { return GetPlan("plans/p"); }, kNotFound, "PLAN_NOT_FOUND");
  Refused([&] { return GetPlan("p"); }, kInvalid, "FIELD_INVALID", "name");
}

TEST_F(PlanServiceTest, ListsByIdInPagesThatBelongToTheirQuery) {
  for (const char* id : {"b", "d", "a", "c"}) {
    const std::string year = id == std::string("c") ? "2025" : "2024";
    ASSERT_THAT(Create(absl::StrCat("plan_id: '", id, "' plan { title: '方案' jurisdiction: ",
                                    id == std::string("d") ? "'岳阳市'" : "'临湘市'",
                                    " year: ", year, " time_zone: 'Asia/Shanghai' }")),
                testing::IsOk());
  }
  const auto names = [](const v1::ListPlansResponse& page) {
    std::vector<std::string> all;
    for (const v1::Plan& plan : page.plans()) all.push_back(plan.name());
    return all;
  };
  const auto first = List("page_size: 3");
  ASSERT_THAT(first, testing::IsOk());
  EXPECT_THAT(names(*first), ElementsAre("plans/a", "plans/b", "plans/c"));
  const auto second =
      List(absl::StrCat("page_size: 3 page_token: '", first->next_page_token(), "'"));
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_THAT(names(*second), ElementsAre("plans/d"));
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(names(*List("filter: 'year = 2025'")), ElementsAre("plans/c"));
  EXPECT_THAT(names(*List("filter: 'state = DRAFT AND jurisdiction = \"岳阳市\"'")),
              ElementsAre("plans/d"));
  EXPECT_THAT(names(*List("filter: 'state = CLOSED'")), ElementsAre());
  Refused(
      [&] {
        return List(
            absl::StrCat("filter: 'year = 2024' page_token: '", first->next_page_token(), "'"));
      },
      kInvalid, "PAGE_TOKEN_INVALID", "page_token");
  Refused([&] { return List("filter: 'state = OPEN'"); }, kInvalid, "FILTER_INVALID", "filter");
  Refused([&] { return List("filter: 'year = next'"); }, kInvalid, "FILTER_INVALID", "filter");
  Refused([&] { return List("filter: 'title = x'"); }, kInvalid, "FILTER_INVALID", "filter");
  Refused([&] { return List("page_size: -1"); }, kInvalid, "FIELD_INVALID", "page_size");
}

TEST_F(PlanServiceTest, UpdatesTheMaskedFieldsOfADraft) {
  ASSERT_THAT(Create(kCreate), testing::IsOk());
  clock_.Advance(absl::Hours(1));
  const auto plan = Update(
      "plan { name: 'plans/p' title: '新方案' jurisdiction: '岳阳市' etag: 'v1' }"
      "update_mask { paths: 'title' }");
  ASSERT_THAT(plan, testing::IsOk());
  EXPECT_EQ(plan->title(), "新方案");
  EXPECT_EQ(plan->jurisdiction(), "临湘市");
  EXPECT_EQ(plan->etag(), "v2");
  EXPECT_EQ(FromTimestamp(plan->update_time()), clock_.Now());
  EXPECT_LT(plan->create_time().seconds(), plan->update_time().seconds());
  const absl::Status stale = Refused(
      [&] {
        return Update(
            "plan { name: 'plans/p' title: 'x' etag: 'v1' } update_mask { paths: "
            "'title' }");
      },
      absl::StatusCode::kAborted, "STALE_ETAG");
  EXPECT_EQ(GetErrorInfo(stale)->metadata().at("current"), "v2");
  Refused([&] { return Update("plan { name: 'plans/p' } update_mask { paths: 'state' }"); },
          kInvalid, "FIELD_INVALID", "update_mask");
  Refused([&] { return Update("plan { name: 'plans/p' } update_mask { paths: 'title' }"); },
          kInvalid, "FIELD_INVALID", "plan.title");
  Refused([&] { return Update("plan { name: 'plans/q' title: 'x' }"); }, kNotFound,
          "PLAN_NOT_FOUND");
  Refused([&] { return Update("plan { title: 'x' }"); }, kInvalid, "FIELD_INVALID", "plan.name");
}

TEST_F(PlanServiceTest, OnlyADraftIsEditedOrDeleted) {
  Publish(SmallPlan());
  const absl::Status edit = Refused(
      [&] {
        return Update("plan { name: 'plans/small' title: 'x' } update_mask { paths: 'title' }");
      },
      kPrecondition, "PLAN_NOT_DRAFT");
  EXPECT_EQ(GetErrorInfo(edit)->metadata().at("allowed"), "amend, close");
  EXPECT_EQ(GetErrorInfo(edit)->metadata().at("state"), "PUBLISHED");
  Refused([&] { return Delete("name: 'plans/small'"); }, kPrecondition, "PLAN_NOT_DRAFT");
}

TEST_F(PlanServiceTest, ADeletedDraftIsGoneAndItsRevisionsAreNotGivenOutAgain) {
  Import(SmallPlan());
  Refused([&] { return Delete("name: 'plans/small' etag: 'v7'"); }, absl::StatusCode::kAborted,
          "STALE_ETAG");
  ASSERT_THAT(Delete("name: 'plans/small' etag: 'v1'"), testing::IsOk());
  Refused([&] { return GetPlan("plans/small"); }, kNotFound, "PLAN_NOT_FOUND");
  Refused([&] { return Delete("name: 'plans/small'"); }, kNotFound, "PLAN_NOT_FOUND");
  Refused([&] { return History(2); }, kNotFound, "PLAN_NOT_FOUND");
  server::CallContext call = Call();
  v1::GetIndicatorRequest indicator;
  indicator.set_name("plans/small/indicators/contracts");
  Refused([&] { return indicators_.GetIndicator(call, indicator); }, kNotFound,
          "INDICATOR_NOT_FOUND");
  EXPECT_EQ(List("")->plans_size(), 0);
  EXPECT_THAT(Column("SELECT CAST(COUNT(*) AS CHAR) FROM units"), ElementsAre("5"));
  const v1::Plan again = Import(SmallPlan());
  EXPECT_EQ(again.revision(), 3);
  EXPECT_EQ(Get("plans/small/indicators/contracts").revision(), 1);
}

TEST_F(PlanServiceTest, PublishesAndTellsIt) {
  Import(SmallPlan());
  clock_.Advance(absl::Hours(1));
  const auto plan = TryPublish("name: 'plans/small' etag: 'v1'");
  ASSERT_THAT(plan, testing::IsOk());
  EXPECT_EQ(plan->state(), v1::Plan::PUBLISHED);
  EXPECT_EQ(FromTimestamp(plan->publish_time()), clock_.Now());
  EXPECT_EQ(plan->revision(), 2);
  EXPECT_EQ(GetPlan("plans/small")->SerializeAsString(), plan->SerializeAsString());
  EXPECT_THAT(Column("SELECT CONCAT(type, ' ', subject, ' ', plan, ' ', sequence, ' ', data_json)"
                     " FROM outbox_events"),
              ElementsAre("duban.indicator.plan.published plans/small plans/small 2 "
                          "{\"title\":\"小方案\"}"));
  Refused([&] { return TryPublish("name: 'plans/small'"); }, kPrecondition, "PLAN_NOT_DRAFT");
  Refused([&] { return TryPublish("name: 'plans/other'"); }, kNotFound, "PLAN_NOT_FOUND");
}

TEST_F(PlanServiceTest, DoesNotPublishWhatIsWrongAndSaysEverything) {
  ASSERT_THAT(Create(kCreate), testing::IsOk());
  const absl::Status status =
      Refused([&] { return TryPublish("name: 'plans/p'"); }, kPrecondition, "PLAN_INVALID");
  EXPECT_THAT(ViolationsOf(status),
              ::testing::IsSupersetOf({"plan.light_bands LIGHT_BANDS_INVALID",
                                       "plan.cadences CADENCE_INVALID",
                                       "plan.default_pacing.kind PACING_INVALID",
                                       "plan.work_group.recusal_reviewer RECUSAL_REVIEWER_INVALID",
                                       "plan.work_group.office FIELD_INVALID"}));
  Import(SmallPlan());
  Refused([&] { return TryPublish("name: 'plans/small' etag: 'v9'"); }, absl::StatusCode::kAborted,
          "STALE_ETAG");
}

// A stored draft breaks one rule at a time; each is told under its own reason when it is published.
struct PublishCase {
  std::string name;
  std::string plan;       // an UpdatePlanRequest, or
  std::string indicator;  // an UpdateIndicatorRequest
  std::string reason;
  std::string field;
};

void PrintTo(const PublishCase& c, std::ostream* out) { *out << c.name; }

class PublishCheckTest : public PlanServiceTest,
                         public ::testing::WithParamInterface<PublishCase> {};

TEST_P(PublishCheckTest, IsRefused) {
  Import(SmallPlan());
  if (!GetParam().plan.empty()) {
    ASSERT_THAT(Update(GetParam().plan), testing::IsOk());
  }
  if (!GetParam().indicator.empty()) {
    server::CallContext call = Call();
    ASSERT_THAT(indicators_.UpdateIndicator(
                    call, FromText<v1::UpdateIndicatorRequest>(GetParam().indicator)),
                testing::IsOk());
  }
  Refused([&] { return TryPublish("name: 'plans/small'"); }, kPrecondition, GetParam().reason,
          GetParam().field);
}

INSTANTIATE_TEST_SUITE_P(
    Publishing, PublishCheckTest,
    ::testing::Values(
        PublishCase{"split misses by one", "",
                    "indicator { name: 'plans/small/indicators/contracts' target { operator: GE "
                    "low: '31' } } update_mask { paths: 'target' }",
                    "QUOTA_SUM_MISMATCH", "indicators[0].responsibility.lines"},
        PublishCase{"hole in the light bands",
                    "plan { name: 'plans/small' light_bands { light: GREEN gap_at_least: '0' } "
                    "light_bands { light: RED gap_at_least: '-10' } } update_mask { paths: "
                    "'light_bands' }",
                    "", "LIGHT_BANDS_INVALID", "plan.light_bands[1].gap_at_least"},
        PublishCase{"pacing that ends at 90", "",
                    "indicator { name: 'plans/small/indicators/contracts' pacing { kind: POINTS "
                    "points { date: '2024-06-30' percent: '90' } } } update_mask { paths: 'pacing' "
                    "}",
                    "PACING_INVALID", "indicators[0].pacing.points[0].percent"},
        PublishCase{"no data reporter", "",
                    "indicator { name: 'plans/small/indicators/growth' responsibility { mode: "
                    "JOINT lines { unit: 'units/science' } lines { unit: 'units/statistics' } } } "
                    "update_mask { paths: 'responsibility' }",
                    "DATA_REPORTER_COUNT", "indicators[1].responsibility.lines"},
        PublishCase{"cadences incomplete",
                    "plan { name: 'plans/small' } update_mask { paths: 'cadences' }", "",
                    "CADENCE_INVALID", "plan.cadences"},
        PublishCase{"the office judges itself",
                    "plan { name: 'plans/small' work_group { convener { title: '副市长' } office: "
                    "'units/science' recusal_reviewer: 'units/science' } } update_mask { paths: "
                    "'work_group' }",
                    "", "RECUSAL_REVIEWER_INVALID", "plan.work_group.recusal_reviewer"},
        PublishCase{"a collective unit owes", "",
                    "indicator { name: 'plans/small/indicators/spending' responsibility { mode: "
                    "SINGLE lines { unit: 'units/towns' } } } update_mask { paths: "
                    "'responsibility' }",
                    "COLLECTIVE_UNIT_OWES", "indicators[2].responsibility.lines[0].unit"},
        PublishCase{"a unit that nobody knows", "",
                    "indicator { name: 'plans/small/indicators/spending' responsibility { mode: "
                    "SINGLE lines { unit: 'units/nobody' } } } update_mask { paths: "
                    "'responsibility' }",
                    "UNIT_UNKNOWN", "indicators[2].responsibility.lines[0].unit"},
        PublishCase{"units not there yet on the first day",
                    "plan { name: 'plans/small' year: 2019 } update_mask { paths: 'year' }",
                    "indicator { name: 'plans/small/indicators/spending' } update_mask { paths: "
                    "'pacing' }",
                    "UNIT_NOT_VALID", "plan.work_group.members[1]"},
        PublishCase{"an indicator without a target", "",
                    "indicator { name: 'plans/small/indicators/growth' } update_mask { paths: "
                    "'target' paths: 'pacing' }",
                    "TARGET_INVALID", "indicators[1].target.low"},
        PublishCase{"a link to nothing", "",
                    "indicator { name: 'plans/small/indicators/growth' linked_indicator: 'gone' } "
                    "update_mask { paths: 'linked_indicator' }",
                    "LINK_UNKNOWN", "indicators[1].linked_indicator"},
        PublishCase{"a task that is not in the plan", "",
                    "indicator { name: 'plans/small/indicators/growth' task: 'gone' } update_mask "
                    "{ paths: 'task' }",
                    "TASK_UNKNOWN", "indicators[1].task"}));

TEST_F(PlanServiceTest, OfTwoPublishersAtOnceOneWins) {
  const v1::Plan draft = Import(SmallPlan());
  std::vector<absl::Status> answers(6);
  std::vector<std::thread> callers;
  for (absl::Status& answer : answers) {
    callers.emplace_back([&] {
      answer = TryPublish(absl::StrCat("name: 'plans/small' etag: '", draft.etag(), "'")).status();
    });
  }
  for (std::thread& caller : callers) caller.join();
  int won = 0;
  for (const absl::Status& answer : answers) {
    won += answer.ok() ? 1 : 0;
    if (!answer.ok()) {
      EXPECT_THAT(answer, testing::FailsWith(kPrecondition, "PLAN_NOT_DRAFT"));
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_THAT(Column("SELECT type FROM outbox_events"),
              ElementsAre("duban.indicator.plan.published"));
  EXPECT_EQ(GetPlan("plans/small")->revision(), 2);
}

TEST_F(PlanServiceTest, OfManyImportersAtOnceOneWins) {
  std::vector<absl::Status> answers(4);
  std::vector<std::thread> callers;
  for (absl::Status& answer : answers) {
    callers.emplace_back([&] {
      v1::ImportPlanRequest request;
      *request.mutable_document() = SmallPlan();
      server::CallContext call = Call();
      answer = documents_.ImportPlan(call, request).status();
    });
  }
  for (std::thread& caller : callers) caller.join();
  int won = 0;
  for (const absl::Status& answer : answers) {
    won += answer.ok() ? 1 : 0;
    if (!answer.ok()) {
      EXPECT_THAT(answer, testing::FailsWith(absl::StatusCode::kAlreadyExists, "PLAN_EXISTS"));
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(Export("plans/small").SerializeAsString(), SmallPlan().SerializeAsString());
}

TEST_F(PlanServiceTest, ClosesWithAReason) {
  Import(SmallPlan());
  const absl::Status draft = Refused([&] { return Close("name: 'plans/small' reason: '年终'"); },
                                     kPrecondition, "PLAN_NOT_PUBLISHED");
  EXPECT_EQ(GetErrorInfo(draft)->metadata().at("allowed"), "edit, delete, publish");
  ASSERT_THAT(TryPublish("name: 'plans/small'"), testing::IsOk());
  Refused([&] { return Close("name: 'plans/small'"); }, kInvalid, "FIELD_INVALID", "reason");
  Refused([&] { return Close("name: 'plans/small' reason: '年终' etag: 'v1'"); },
          absl::StatusCode::kAborted, "STALE_ETAG");
  const auto plan = Close("name: 'plans/small' reason: '年终' etag: 'v2'");
  ASSERT_THAT(plan, testing::IsOk());
  EXPECT_EQ(plan->state(), v1::Plan::CLOSED);
  EXPECT_THAT(Column("SELECT data_json FROM outbox_events WHERE type ="
                     " 'duban.indicator.plan.closed'"),
              ElementsAre("{\"reason\":\"年终\"}"));
  EXPECT_THAT(Column("SELECT after_json FROM audit_entries ORDER BY id DESC LIMIT 1"),
              ElementsAre(::testing::HasSubstr("\"reason\":\"年终\"")));
  const absl::Status closed = Refused([&] { return Close("name: 'plans/small' reason: '年终'"); },
                                      kPrecondition, "PLAN_NOT_PUBLISHED");
  EXPECT_EQ(GetErrorInfo(closed)->metadata().at("allowed"), "none");
  Refused([&] { return Close("name: 'plans/other' reason: '年终'"); }, kNotFound, "PLAN_NOT_FOUND");
}

TEST_F(PlanServiceTest, HistoryAnswersOnlyTheRevisionToWhoHasIt) {
  const v1::Plan plan = Publish(SmallPlan());
  const auto whole = History(0);
  ASSERT_THAT(whole, testing::IsOk());
  EXPECT_EQ(whole->revision(), plan.revision());
  EXPECT_EQ(whole->plan().SerializeAsString(), plan.SerializeAsString());
  EXPECT_EQ(whole->indicators_size(), 6);
  const auto known = History(plan.revision());
  ASSERT_THAT(known, testing::IsOk());
  EXPECT_EQ(known->revision(), plan.revision());
  EXPECT_FALSE(known->has_plan());
  EXPECT_EQ(known->indicators_size(), 0);
}

TEST_F(PlanServiceTest, HistoryHoldsEveryRevisionOfWhatExists) {
  Import(SmallPlan());
  server::CallContext call = Call();
  for (const char* low : {"31", "32"}) {
    ASSERT_THAT(indicators_.UpdateIndicator(
                    call, FromText<v1::UpdateIndicatorRequest>(absl::StrCat(
                              "indicator { name: 'plans/small/indicators/growth' target { low: '",
                              low, "' } } update_mask { paths: 'target' }"))),
                testing::IsOk());
  }
  ASSERT_THAT(indicators_.DeleteIndicator(call, FromText<v1::DeleteIndicatorRequest>(
                                                    "name: 'plans/small/indicators/energy'")),
              testing::IsOk());
  const auto history = History(0);
  ASSERT_THAT(history, testing::IsOk());
  std::vector<std::string> revisions;
  for (const v1::Indicator& indicator : history->indicators()) {
    revisions.push_back(absl::StrCat(indicator.name().substr(23), " ", indicator.revision(), " ",
                                     indicator.target().low(), " ", indicator.etag()));
  }
  EXPECT_THAT(revisions, ElementsAre("contracts 1 30 v1", "growth 1 18.1 v3", "growth 2 31 v3",
                                     "growth 3 32 v3", "spending 1 2 v1", "opening 1 1 v1",
                                     "technologies 1 3 v1"));
}

}  // namespace
}  // namespace duban::indicator
