// Indicators on a real database.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "services/indicator/indicator_fixture.h"
#include "services/indicator/indicator_rules.h"

namespace duban::indicator {
namespace {

using ::testing::ElementsAre;
using testing::kInvalid;
using testing::kNotFound;
using testing::kPrecondition;
using ::testing::UnorderedElementsAre;

class IndicatorServiceTest : public IndicatorFixture {
 protected:
  absl::StatusOr<v1::Indicator> Create(const std::string& text) {
    server::CallContext call = Call();
    return indicators_.CreateIndicator(call, FromText<v1::CreateIndicatorRequest>(text));
  }
  absl::StatusOr<v1::Indicator> Update(const std::string& text) {
    server::CallContext call = Call();
    return indicators_.UpdateIndicator(call, FromText<v1::UpdateIndicatorRequest>(text));
  }
  absl::StatusOr<google::protobuf::Empty> Delete(const std::string& text) {
    server::CallContext call = Call();
    return indicators_.DeleteIndicator(call, FromText<v1::DeleteIndicatorRequest>(text));
  }
};

TEST_F(IndicatorServiceTest, CreatesAtTheEndOfADraft) {
  const v1::Plan plan = Import(SmallPlan());
  clock_.Advance(absl::Hours(1));
  const auto created = Create(
      "parent: 'plans/small' indicator_id: 'patents' indicator { display_name: '专利' kind: COUNT "
      "revision: 7 etag: 'v7' }");
  ASSERT_THAT(created, testing::IsOk());
  EXPECT_EQ(created->name(), "plans/small/indicators/patents");
  EXPECT_EQ(created->revision(), 1);
  EXPECT_EQ(created->effective_date(), "2024-01-01");
  EXPECT_EQ(created->amendment(), 0);
  EXPECT_EQ(created->etag(), "v2");
  EXPECT_EQ(FromTimestamp(created->update_time()), clock_.Now());
  EXPECT_EQ(Get(created->name()).SerializeAsString(), created->SerializeAsString());
  EXPECT_EQ(Ids(*List("")).back(), "patents");
  EXPECT_THAT(Column("SELECT CONCAT(revision, ' ', version) FROM plans"), ElementsAre("2 1"));
}

TEST_F(IndicatorServiceTest, RefusesToCreateWhatIsWrong) {
  Import(SmallPlan());
  Refused(
      [&] {
        return Create(
            "parent: 'plans/small' indicator_id: 'growth' indicator { "
            "display_name: 'x' }");
      },
      absl::StatusCode::kAlreadyExists, "INDICATOR_EXISTS");
  Refused(
      [&] {
        return Create(
            "parent: 'plans/other' indicator_id: 'a' indicator { display_name: "
            "'x' }");
      },
      kNotFound, "PLAN_NOT_FOUND");
  Refused([&] { return Create("parent: 'plans' indicator_id: 'a'"); }, kInvalid, "FIELD_INVALID",
          "parent");
  Refused(
      [&] {
        return Create(
            "parent: 'plans/small' indicator_id: '1' indicator { display_name: "
            "'x' }");
      },
      kInvalid, "FIELD_INVALID", "indicator_id");
  Refused(
      [&] {
        return Create(
            "parent: 'plans/small' indicator_id: 'a' indicator { display_name: "
            "'x' target { low: '1e999' } }");
      },
      kInvalid, "DECIMAL_INVALID", "indicator.target.low");
  Refused(
      [&] {
        return Create(
            "parent: 'plans/small' indicator_id: 'a' indicator { display_name: "
            "'x' weight: '-0.1' }");
      },
      kInvalid, "WEIGHT_INVALID", "indicator.weight");
  server::CallContext call = Call();
  ASSERT_THAT(plans_.PublishPlan(call, FromText<v1::PublishPlanRequest>("name: 'plans/small'")),
              testing::IsOk());
  Refused(
      [&] {
        return Create(
            "parent: 'plans/small' indicator_id: 'a' indicator { display_name: "
            "'x' }");
      },
      kPrecondition, "PLAN_NOT_DRAFT");
}

TEST_F(IndicatorServiceTest, ListsInTheOrderOfTheDocument) {
  Publish(SmallPlan());
  const auto first = List("page_size: 4");
  ASSERT_THAT(first, testing::IsOk());
  EXPECT_THAT(Ids(*first), ElementsAre("contracts", "growth", "spending", "opening"));
  const auto second =
      List(absl::StrCat("page_size: 4 page_token: '", first->next_page_token(), "'"));
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_THAT(Ids(*second), ElementsAre("energy", "technologies"));
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(Ids(*List("filter: 'source = NARRATIVE'")),
              ElementsAre("opening", "energy", "technologies"));
  EXPECT_THAT(Ids(*List("filter: 'task = \"industry\"'")), ElementsAre("contracts"));
  EXPECT_THAT(Ids(*List("filter: 'kind = COUNT AND source = TABLE'")), ElementsAre("contracts"));
  EXPECT_THAT(Ids(*List("filter: 'unit = \"units/science\"'")),
              ElementsAre("contracts", "growth", "spending"));
  EXPECT_THAT(Ids(*List("filter: 'unit = units/statistics'")), ElementsAre("growth"));
  EXPECT_THAT(Ids(*List("filter: 'unit = units/sci'")), ElementsAre());
  Refused(
      [&] {
        return List(
            absl::StrCat("filter: 'kind = COUNT' page_token: '", first->next_page_token(), "'"));
      },
      kInvalid, "PAGE_TOKEN_INVALID", "page_token");
  Refused([&] { return List("filter: 'kind = SUM'"); }, kInvalid, "FILTER_INVALID", "filter");
  Refused([&] { return List("filter: 'source = LIST'"); }, kInvalid, "FILTER_INVALID", "filter");
  Refused([&] { return List("filter: 'unit = science'"); }, kInvalid, "FILTER_INVALID", "filter");
  Refused([&] { return List("as_of_date: '2024-2-1'"); }, kInvalid, "DATE_INVALID", "as_of_date");
  Refused([&] { return List("read_time { seconds: -100000000000 }"); }, kInvalid, "FIELD_INVALID",
          "read_time");
  server::CallContext call = Call();
  Refused(
      [&] {
        return indicators_.ListIndicators(
            call, FromText<v1::ListIndicatorsRequest>("parent: 'plans/other'"));
      },
      kNotFound, "PLAN_NOT_FOUND");
}

TEST_F(IndicatorServiceTest, GetRefusesWhatIsNotThere) {
  Import(SmallPlan());
  Refused([&] { return TryGet("name: 'plans/small/indicators/nothing'"); }, kNotFound,
          "INDICATOR_NOT_FOUND");
  Refused([&] { return TryGet("name: 'plans/other/indicators/growth'"); }, kNotFound,
          "INDICATOR_NOT_FOUND");
  Refused([&] { return TryGet("name: 'plans/small'"); }, kInvalid, "FIELD_INVALID", "name");
  Refused([&] { return TryGet(absl::StrCat("name: '", kContracts, "' as_of_date: '2023-12-31'")); },
          kNotFound, "INDICATOR_NOT_FOUND");
}

TEST_F(IndicatorServiceTest, UpdatesTheMaskedFieldsInADraft) {
  Import(SmallPlan());
  const auto updated = Update(
      "indicator { name: 'plans/small/indicators/growth' display_name: '研发' definition: 'x' "
      "etag: "
      "'v1' } update_mask { paths: 'display_name' }");
  ASSERT_THAT(updated, testing::IsOk());
  EXPECT_EQ(updated->display_name(), "研发");
  EXPECT_EQ(updated->definition(), "");
  EXPECT_EQ(updated->revision(), 2);
  EXPECT_EQ(updated->etag(), "v2");
  EXPECT_EQ(Get(updated->name()).SerializeAsString(), updated->SerializeAsString());
  EXPECT_THAT(Ids(*List("")),
              ElementsAre("contracts", "growth", "spending", "opening", "energy", "technologies"));
  const absl::Status stale = Refused(
      [&] {
        return Update(
            "indicator { name: 'plans/small/indicators/growth' etag: 'v1' } update_mask "
            "{ paths: 'definition' }");
      },
      absl::StatusCode::kAborted, "STALE_ETAG");
  EXPECT_EQ(GetErrorInfo(stale)->metadata().at("current"), "v2");
  Refused([&] { return Update("indicator { name: 'plans/small/indicators/nothing' }"); }, kNotFound,
          "INDICATOR_NOT_FOUND");
  Refused([&] { return Update("indicator { name: 'plans/other/indicators/growth' }"); }, kNotFound,
          "INDICATOR_NOT_FOUND");
  Refused(
      [&] {
        return Update(
            "indicator { name: 'plans/small/indicators/growth' } update_mask { "
            "paths: 'revision' }");
      },
      kInvalid, "FIELD_INVALID", "update_mask");
  Refused([&] { return Update("indicator { name: 'growth' }"); }, kInvalid, "FIELD_INVALID",
          "indicator.name");
  Refused(
      [&] {
        return Update(
            "indicator { name: 'plans/small/indicators/growth' display_name: 'x' "
            "collection: 77 } ");
      },
      kInvalid, "FIELD_INVALID", "indicator.collection");
}

TEST_F(IndicatorServiceTest, DeletesFromADraftOnly) {
  Import(SmallPlan());
  Refused([&] { return Delete("name: 'plans/small/indicators/energy' etag: 'v2'"); },
          absl::StatusCode::kAborted, "STALE_ETAG");
  ASSERT_THAT(Delete("name: 'plans/small/indicators/energy' etag: 'v1'"), testing::IsOk());
  Refused([&] { return Delete("name: 'plans/small/indicators/energy'"); }, kNotFound,
          "INDICATOR_NOT_FOUND");
  EXPECT_THAT(Ids(*List("")),
              ElementsAre("contracts", "growth", "spending", "opening", "technologies"));
  // The id is free again, and nothing that was written before counts for the new one.
  const auto again =
      Create("parent: 'plans/small' indicator_id: 'energy' indicator { display_name: '能耗总量' }");
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->revision(), 1);
  EXPECT_EQ(Ids(*List("")).back(), "energy");
  ASSERT_THAT(Delete("name: 'plans/small/indicators/energy'"), testing::IsOk());
  server::CallContext call = Call();
  ASSERT_THAT(plans_.PublishPlan(call, FromText<v1::PublishPlanRequest>("name: 'plans/small'")),
              testing::IsOk());
  Refused([&] { return Delete("name: 'plans/small/indicators/opening'"); }, kPrecondition,
          "PLAN_NOT_DRAFT");
  Refused(
      [&] {
        return Update(
            "indicator { name: 'plans/small/indicators/opening' display_name: "
            "'x' } update_mask { paths: 'display_name' }");
      },
      kPrecondition, "PLAN_NOT_DRAFT");
}

TEST_F(IndicatorServiceTest, APlanHasAThousandIndicatorsAtMost) {
  v1::PlanDocument document = SmallPlan();
  const v1::Indicator opening = document.indicators(3);
  while (document.indicators_size() < kMaxIndicators) {
    v1::Indicator& indicator = *document.add_indicators();
    indicator = opening;
    indicator.set_name(absl::StrCat(opening.name(), document.indicators_size()));
  }
  Import(document);
  Refused(
      [&] {
        return Create(
            "parent: 'plans/small' indicator_id: 'one-more' indicator { "
            "display_name: 'x' }");
      },
      kInvalid, "FIELD_INVALID", "parent");
  *document.add_indicators() = opening;
  document.mutable_indicators(kMaxIndicators)->set_name(opening.name() + "-too-many");
  v1::ImportPlanRequest request;
  *request.mutable_document() = document;
  request.set_replace_draft(true);
  server::CallContext call = Call();
  Refused([&] { return documents_.ImportPlan(call, request); }, kInvalid, "FIELD_INVALID",
          "document.indicators");
}

}  // namespace
}  // namespace duban::indicator
