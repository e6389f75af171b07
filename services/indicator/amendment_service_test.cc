// Amendments of indicators on a real database: the old and the new stay readable.
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "services/indicator/indicator_fixture.h"

namespace duban::indicator {
namespace {

using ::testing::ElementsAre;
using testing::kInvalid;
using testing::kNotFound;
using testing::kPrecondition;

// Raises the target of contracts from 30 to 40, by 10 of the water bureau.
constexpr char kAmend[] = R"(
  indicator {
    name: "plans/small/indicators/contracts"
    target { operator: GE low: "40" commitment: COMMITTED source_text: "40项" }
    responsibility {
      mode: SPLIT
      lines { unit: "units/science" role: ACCOUNTABLE quota: "10" }
      lines { unit: "units/water" role: ACCOUNTABLE quota: "30" }
    }
  }
  update_mask { paths: "target" paths: "responsibility" }
  reason: "市政府常务会议决定"
  document_number: "临政发〔2024〕5号"
  effective_date: "2024-07-01" )";

// From July on the bulletin is due on the fifth working day at noon.
constexpr char kAmendCadences[] = R"(
  name: "plans/small"
  rules {
    kind: BULLETIN every: MONTH
    deadline { offset_workdays: 5 cutoff: "12:00" grace_workdays: 1 lock_workdays: 3 }
  }
  effective_date: "2024-07-01"
  reason: "基层反映时限过紧"
  document_number: "临政办〔2024〕9号" )";

class AmendmentServiceTest : public IndicatorFixture {
 protected:
  absl::StatusOr<v1::AmendCadencesResponse> AmendCadences(const std::string& text) {
    server::CallContext call = Call();
    return amendments_.AmendCadences(call, FromText<v1::AmendCadencesRequest>(text));
  }
  absl::StatusOr<v1::Amendment> Amend(const std::string& text) {
    server::CallContext call = Call();
    return amendments_.AmendIndicator(call, FromText<v1::AmendIndicatorRequest>(text));
  }
  absl::StatusOr<v1::Amendment> GetAmendment(const std::string& name) {
    server::CallContext call = Call();
    v1::GetAmendmentRequest request;
    request.set_name(name);
    return amendments_.GetAmendment(call, request);
  }
  absl::StatusOr<v1::ListAmendmentsResponse> ListAmendments(const std::string& text) {
    server::CallContext call = Call();
    return amendments_.ListAmendments(call, FromText<v1::ListAmendmentsRequest>(text));
  }
  // The target in force on a date, as known at an instant.
  std::string TargetAt(const std::string& as_of_date, absl::Time read_time) {
    v1::GetIndicatorRequest request;
    request.set_name(kContracts);
    request.set_as_of_date(as_of_date);
    *request.mutable_read_time() = ToTimestamp(read_time);
    server::CallContext call = Call();
    const auto indicator = indicators_.GetIndicator(call, request);
    return indicator.ok() ? indicator->target().low() : GetReason(indicator.status());
  }
};

TEST_F(AmendmentServiceTest, AnAmendmentKeepsTheOldAndTheNew) {
  Publish(SmallPlan());
  const v1::Indicator before = Get(kContracts);
  clock_.Advance(absl::Hours(1));
  const auto amendment = Amend(kAmend);
  ASSERT_THAT(amendment, testing::IsOk());
  EXPECT_EQ(amendment->name(), "plans/small/amendments/1");
  EXPECT_EQ(amendment->indicator(), kContracts);
  EXPECT_EQ(amendment->reason(), "市政府常务会议决定");
  EXPECT_EQ(amendment->document_number(), "临政发〔2024〕5号");
  EXPECT_EQ(amendment->effective_date(), "2024-07-01");
  EXPECT_EQ(amendment->actor(), "members/chen-jing");
  EXPECT_EQ(FromTimestamp(amendment->create_time()), clock_.Now());
  EXPECT_EQ(amendment->old().SerializeAsString(), before.SerializeAsString());
  const v1::Indicator after = Get(kContracts);
  EXPECT_EQ(amendment->new_().SerializeAsString(), after.SerializeAsString());
  EXPECT_EQ(after.target().low(), "40");
  EXPECT_EQ(after.revision(), 2);
  EXPECT_EQ(after.amendment(), 1);
  EXPECT_EQ(after.effective_date(), "2024-07-01");
  EXPECT_NE(after.etag(), before.etag());
  EXPECT_EQ(GetAmendment("plans/small/amendments/1")->SerializeAsString(),
            amendment->SerializeAsString());
  EXPECT_THAT(Column("SELECT CONCAT(subject, ' ', plan, ' ', sequence, ' ', data_json) FROM"
                     " outbox_events WHERE type = 'duban.indicator.indicator.amended'"),
              ElementsAre(absl::StrCat(
                  kContracts,
                  " plans/small 2 {\"amendment\":\"plans/small/amendments/1\","
                  "\"reason\":\"市政府常务会议决定\",\"effectiveDate\":\"2024-07-01\"}")));
  EXPECT_THAT(
      Column("SELECT resource FROM audit_entries WHERE resource LIKE 'plans/small/%' ORDER BY id"),
      ElementsAre(kContracts, "plans/small/amendments/1"));
}

TEST_F(AmendmentServiceTest, ReadsAreBitemporal) {
  Publish(SmallPlan());
  const absl::Time published = clock_.Now();
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(Amend(kAmend), testing::IsOk());
  const absl::Time amended = clock_.Now();
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(Amend("indicator { name: 'plans/small/indicators/contracts' target { operator: GE "
                    "low: '50' } responsibility { mode: SINGLE lines { unit: 'units/science' } } } "
                    "update_mask { paths: 'target' paths: 'responsibility' } reason: '再调' "
                    "document_number: '6号' effective_date: '2024-10-01'"),
              testing::IsOk());
  const absl::Time again = clock_.Now();
  EXPECT_EQ(TargetAt("2024-03-01", published), "30");
  EXPECT_EQ(TargetAt("2024-12-31", published), "30");
  EXPECT_EQ(TargetAt("2024-06-30", amended), "30");
  EXPECT_EQ(TargetAt("2024-07-01", amended), "40");
  EXPECT_EQ(TargetAt("2024-12-31", amended), "40");
  EXPECT_EQ(TargetAt("2024-06-30", again), "30");
  EXPECT_EQ(TargetAt("2024-09-30", again), "40");
  EXPECT_EQ(TargetAt("2024-10-01", again), "50");
  EXPECT_EQ(TargetAt("", published), "30");
  EXPECT_EQ(TargetAt("", again), "50");
  EXPECT_EQ(TargetAt("", published - absl::Seconds(1)), "INDICATOR_NOT_FOUND");
  // Whichever definition is asked for, its etag is that of the newest one.
  EXPECT_EQ(TryGet(absl::StrCat("name: '", kContracts, "' as_of_date: '2024-01-01'"))->etag(),
            Get(kContracts).etag());
  EXPECT_EQ(List("as_of_date: '2024-08-01'")->indicators(0).target().low(), "40");
  // The filter looks at the definition that is answered.
  EXPECT_THAT(Ids(*List("filter: 'unit = units/water'")), ElementsAre());
  EXPECT_THAT(Ids(*List("as_of_date: '2024-08-01' filter: 'unit = units/water'")),
              ElementsAre("contracts"));
  EXPECT_EQ(List("as_of_date: '2023-12-31'")->indicators_size(), 0);
}

TEST_F(AmendmentServiceTest, RefusesAWrongAmendment) {
  Import(SmallPlan());
  Refused([&] { return Amend(kAmend); }, kPrecondition, "PLAN_NOT_PUBLISHED");
  server::CallContext call = Call();
  ASSERT_THAT(plans_.PublishPlan(call, FromText<v1::PublishPlanRequest>("name: 'plans/small'")),
              testing::IsOk());
  auto request = FromText<v1::AmendIndicatorRequest>(kAmend);
  const auto amend = [&] { return amendments_.AmendIndicator(call, request); };
  request.mutable_indicator()->set_etag("v9");
  Refused(amend, absl::StatusCode::kAborted, "STALE_ETAG");
  request.mutable_indicator()->clear_etag();
  request.mutable_indicator()->mutable_responsibility()->mutable_lines(1)->set_quota("29");
  const absl::Status sum =
      Refused(amend, kInvalid, "QUOTA_SUM_MISMATCH", "indicator.responsibility.lines");
  EXPECT_EQ(GetErrorInfo(sum)->metadata().at("missing"), "1");
  request = FromText<v1::AmendIndicatorRequest>(kAmend);
  request.set_effective_date("2025-01-01");
  Refused(amend, kInvalid, "FIELD_INVALID", "effective_date");
  request = FromText<v1::AmendIndicatorRequest>(kAmend);
  request.clear_reason();
  Refused(amend, kInvalid, "FIELD_INVALID", "reason");
  request = FromText<v1::AmendIndicatorRequest>(kAmend);
  request.mutable_update_mask()->add_paths("accumulation");
  request.mutable_indicator()->set_accumulation(v1::Indicator::LEVEL);
  Refused(amend, kInvalid, "REDEFINITION", "indicator.accumulation");
  request = FromText<v1::AmendIndicatorRequest>(kAmend);
  request.mutable_indicator()->mutable_responsibility()->mutable_lines(1)->set_unit("units/towns");
  Refused(amend, kInvalid, "COLLECTIVE_UNIT_OWES", "indicator.responsibility.lines[1].unit");
  request.mutable_indicator()->set_name("plans/small/indicators/nothing");
  Refused(amend, kNotFound, "INDICATOR_NOT_FOUND");
  request.mutable_indicator()->set_name("plans/other/indicators/contracts");
  Refused(amend, kNotFound, "INDICATOR_NOT_FOUND");
}

TEST_F(AmendmentServiceTest, AClosedUnitsDutiesPassToItsSuccessorByAmendment) {
  Publish(SmallPlan());
  server::CallContext call = Call();
  ASSERT_THAT(units_.CreateUnit(call, FromText<v1::CreateUnitRequest>(
                                          "unit_id: 'waterworks' unit { display_name: '市水务局' "
                                          "kind: BUREAU valid_from: '2024-06-01' }")),
              testing::IsOk());
  ASSERT_THAT(units_.CloseUnit(call, FromText<v1::CloseUnitRequest>(
                                         "name: 'units/water' valid_until: '2024-05-31' successor: "
                                         "'units/waterworks'")),
              testing::IsOk());
  auto request = FromText<v1::AmendIndicatorRequest>(kAmend);
  const auto amend = [&] { return amendments_.AmendIndicator(call, request); };
  Refused(amend, kInvalid, "UNIT_NOT_VALID", "indicator.responsibility.lines[1].unit");
  auto& line = *request.mutable_indicator()->mutable_responsibility()->mutable_lines(1);
  line.set_unit("units/waterworks");
  request.set_effective_date("2024-05-31");
  Refused(amend, kInvalid, "UNIT_NOT_VALID", "indicator.responsibility.lines[1].unit");
  request.set_effective_date("2024-06-01");
  EXPECT_THAT(amend(), testing::IsOk());
}

TEST_F(AmendmentServiceTest, AmendmentsAreNumberedWithoutGaps) {
  Publish(SmallPlan());
  std::vector<std::thread> callers;
  for (const char* id : {"contracts", "growth", "opening", "energy"}) {
    callers.emplace_back([this, id] {
      EXPECT_THAT(Amend(absl::StrCat("indicator { name: 'plans/small/indicators/", id,
                                     "' interpretation: '改' } update_mask { paths: "
                                     "'interpretation' } reason: '改' document_number: '1号' "
                                     "effective_date: '2024-04-01'")),
                  testing::IsOk());
    });
  }
  for (std::thread& caller : callers) caller.join();
  Refused([&] { return Amend("indicator { name: 'plans/small/indicators/growth' }"); }, kInvalid,
          "REQUEST_INVALID");
  const auto first = ListAmendments("parent: 'plans/small' page_size: 3");
  ASSERT_THAT(first, testing::IsOk());
  std::vector<std::string> names;
  for (const auto& amendment : first->amendments()) names.push_back(amendment.name());
  EXPECT_THAT(names, ElementsAre("plans/small/amendments/1", "plans/small/amendments/2",
                                 "plans/small/amendments/3"));
  const auto second = ListAmendments(absl::StrCat(
      "parent: 'plans/small' page_size: 3 page_token: '", first->next_page_token(), "'"));
  ASSERT_THAT(second, testing::IsOk());
  ASSERT_EQ(second->amendments_size(), 1);
  EXPECT_EQ(second->amendments(0).name(), "plans/small/amendments/4");
  EXPECT_EQ(second->next_page_token(), "");
  const auto of_growth =
      ListAmendments("parent: 'plans/small' filter: 'indicator = plans/small/indicators/growth'");
  ASSERT_THAT(of_growth, testing::IsOk());
  ASSERT_EQ(of_growth->amendments_size(), 1);
  EXPECT_EQ(of_growth->amendments(0).indicator(), "plans/small/indicators/growth");
}

TEST_F(AmendmentServiceTest, RefusesToReadAmendmentsThatAreNotThere) {
  Publish(SmallPlan());
  Refused([&] { return GetAmendment("plans/small/amendments/1"); }, kNotFound,
          "AMENDMENT_NOT_FOUND");
  Refused([&] { return GetAmendment("plans/small/amendments/one"); }, kInvalid, "FIELD_INVALID",
          "name");
  Refused([&] { return GetAmendment("plans/small/amendments/01"); }, kInvalid, "FIELD_INVALID",
          "name");
  Refused([&] { return ListAmendments("parent: 'plans/other'"); }, kNotFound, "PLAN_NOT_FOUND");
  Refused([&] { return ListAmendments("parent: 'plans/small' page_token: 'x'"); }, kInvalid,
          "PAGE_TOKEN_INVALID", "page_token");
  Refused(
      [&] {
        return ListAmendments(
            "parent: 'plans/small' filter: 'indicator = plans/other/indicators/growth'");
      },
      kInvalid, "FILTER_INVALID", "filter");
}

TEST_F(AmendmentServiceTest, ARepeatedAmendmentHappensOnce) {
  Publish(SmallPlan());
  const std::string text =
      absl::StrCat(kAmend, " request_id: '018e8a00-0000-7000-8000-000000000002'");
  const auto first = Amend(text);
  ASSERT_THAT(first, testing::IsOk());
  const std::string before = Contents();
  const auto again = Amend(text);
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Contents(), before);
  auto other = FromText<v1::AmendIndicatorRequest>(text);
  other.set_document_number("7号");
  server::CallContext call = Call();
  Refused([&] { return amendments_.AmendIndicator(call, other); }, kInvalid, "REQUEST_ID_REUSED",
          "request_id");
}

TEST_F(AmendmentServiceTest, CadencesAreAmendedFromADayOn) {
  const v1::Plan before = Publish(SmallPlan());
  clock_.Advance(absl::Hours(1));
  const std::string contents = Contents();
  const auto would = AmendCadences(absl::StrCat(kAmendCadences, "validate_only: true"));
  ASSERT_THAT(would, testing::IsOk());
  EXPECT_EQ(Contents(), contents);
  const auto amended = AmendCadences(absl::StrCat(kAmendCadences, "etag: '", before.etag(), "'"));
  ASSERT_THAT(amended, testing::IsOk());
  const v1::Plan& plan = amended->plan();
  ASSERT_EQ(plan.cadences_size(), 5);
  EXPECT_EQ(plan.cadences(1).deadline().offset_workdays(), 3);
  EXPECT_EQ(plan.cadences(2).deadline().offset_workdays(), 5);
  EXPECT_EQ(plan.cadences(2).effective_date(), "2024-07-01");
  EXPECT_EQ(plan.revision(), before.revision() + 1);
  EXPECT_NE(plan.etag(), before.etag());
  EXPECT_EQ(plan.state(), v1::Plan::PUBLISHED);
  EXPECT_EQ(would->plan().cadences(2).SerializeAsString(), plan.cadences(2).SerializeAsString());
  EXPECT_EQ(would->amendment().name(), "");
  // It is on record, told, and in the plan's history.
  const v1::Amendment& amendment = amended->amendment();
  EXPECT_EQ(amendment.name(), "plans/small/amendments/1");
  EXPECT_EQ(amendment.indicator(), "");
  EXPECT_EQ(amendment.document_number(), "临政办〔2024〕9号");
  EXPECT_EQ(amendment.actor(), "members/chen-jing");
  EXPECT_EQ(amendment.old_cadences_size(), 4);
  EXPECT_EQ(amendment.new_cadences_size(), 5);
  EXPECT_EQ(GetAmendment(amendment.name())->SerializeAsString(), amendment.SerializeAsString());
  EXPECT_EQ(ListAmendments("parent: 'plans/small'")->amendments_size(), 1);
  EXPECT_THAT(Column("SELECT CONCAT(subject, ' ', plan, ' ', sequence, ' ', data_json) FROM"
                     " outbox_events WHERE type = 'duban.indicator.plan.cadences_amended'"),
              ElementsAre(absl::StrCat(
                  "plans/small plans/small ", plan.revision(),
                  " {\"amendment\":\"plans/small/amendments/1\","
                  "\"reason\":\"基层反映时限过紧\",\"effectiveDate\":\"2024-07-01\"}")));
  EXPECT_THAT(Column("SELECT resource FROM audit_entries ORDER BY id DESC LIMIT 2"),
              ElementsAre("plans/small/amendments/1", "plans/small"));
  // An amendment of an indicator takes the next number.
  EXPECT_EQ(Amend(kAmend)->name(), "plans/small/amendments/2");
  EXPECT_EQ(ListAmendments("parent: 'plans/small' filter: 'indicator = "
                           "plans/small/indicators/contracts'")
                ->amendments_size(),
            1);
  EXPECT_EQ(Export("plans/small").plan().cadences_size(), 5);
}

TEST_F(AmendmentServiceTest, RefusesAWrongAmendmentOfCadences) {
  Import(SmallPlan());
  Refused([&] { return AmendCadences(kAmendCadences); }, kPrecondition, "PLAN_NOT_PUBLISHED");
  server::CallContext call = Call();
  ASSERT_THAT(plans_.PublishPlan(call, FromText<v1::PublishPlanRequest>("name: 'plans/small'")),
              testing::IsOk());
  auto request = FromText<v1::AmendCadencesRequest>(kAmendCadences);
  const auto amend = [&] { return amendments_.AmendCadences(call, request); };
  for (const bool validate_only : {true, false}) {
    request = FromText<v1::AmendCadencesRequest>(kAmendCadences);
    request.set_validate_only(validate_only);
    request.set_etag("v9");
    Refused(amend, absl::StatusCode::kAborted, "STALE_ETAG");
    request.clear_etag();
    request.mutable_rules(0)->mutable_deadline()->set_lock_workdays(0);
    Refused(amend, kInvalid, "CADENCE_INVALID", "rules[0].deadline.lock_workdays");
    request.mutable_rules(0)->mutable_deadline()->set_lock_workdays(3);
    request.set_effective_date("2025-01-01");
    Refused(amend, kInvalid, "FIELD_INVALID", "effective_date");
    request.set_name("plans/other");
    Refused(amend, kNotFound, "PLAN_NOT_FOUND");
    request.set_name("small");
    Refused(amend, kInvalid, "FIELD_INVALID", "name");
  }
}

TEST_F(AmendmentServiceTest, ARepeatedAmendmentOfCadencesHappensOnce) {
  const v1::Plan plan = Publish(SmallPlan());
  const std::string text = absl::StrCat(kAmendCadences, "etag: '", plan.etag(),
                                        "' request_id: '018e8a00-0000-7000-8000-000000000003'");
  const auto first = AmendCadences(text);
  ASSERT_THAT(first, testing::IsOk());
  const std::string before = Contents();
  const auto again = AmendCadences(text);
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Contents(), before);
  auto other = FromText<v1::AmendCadencesRequest>(text);
  other.set_reason("又改");
  server::CallContext call = Call();
  Refused([&] { return amendments_.AmendCadences(call, other); }, kInvalid, "REQUEST_ID_REUSED",
          "request_id");
}

TEST_F(AmendmentServiceTest, AnAmendedPlanStillExportsWhole) {
  Publish(SmallPlan());
  const absl::Time published = clock_.Now();
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(Amend(kAmend), testing::IsOk());
  EXPECT_EQ(Export("plans/small").indicators(0).target().low(), "40");
  v1::ExportPlanRequest request;
  request.set_name("plans/small");
  *request.mutable_read_time() = ToTimestamp(published);
  server::CallContext call = Call();
  const auto then = documents_.ExportPlan(call, request);
  ASSERT_THAT(then, testing::IsOk());
  EXPECT_EQ(then->SerializeAsString(), SmallPlan().SerializeAsString());
}

}  // namespace
}  // namespace duban::indicator
