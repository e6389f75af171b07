// Whole plans in and out, on a real database.
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "services/indicator/rows.h"
#include "services/indicator/service_fixture.h"

namespace duban::indicator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using testing::kAborted;
using testing::kExists;
using testing::kInvalid;
using ::testing::UnorderedElementsAre;

std::string Json(const google::protobuf::Message& message) {
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &json).ok());
  return json;
}

class DocumentServiceTest : public ServiceFixture {
 protected:
  absl::StatusOr<v1::Plan> TryImport(const v1::PlanDocument& document, bool replace_draft = false,
                                     const std::string& etag = "") {
    v1::ImportPlanRequest request;
    *request.mutable_document() = document;
    request.set_replace_draft(replace_draft);
    request.set_etag(etag);
    server::CallContext call = Call();
    DUBAN_ASSIGN_OR_RETURN(v1::ImportPlanResponse response, documents_.ImportPlan(call, request));
    return std::move(*response.mutable_plan());
  }

  // Asks only whether the document is right; nothing may be left of it.
  absl::StatusOr<v1::ImportPlanResponse> Validate(const v1::PlanDocument& document,
                                                  bool replace_draft = false,
                                                  const std::string& etag = "") {
    v1::ImportPlanRequest request;
    *request.mutable_document() = document;
    request.set_validate_only(true);
    request.set_replace_draft(replace_draft);
    request.set_etag(etag);
    server::CallContext call = Call();
    const std::string before = Contents();
    absl::StatusOr<v1::ImportPlanResponse> response = documents_.ImportPlan(call, request);
    EXPECT_EQ(Contents(), before);
    return response;
  }

  // `path REASON` of each violation.
  static std::vector<std::string> Found(const absl::StatusOr<v1::ImportPlanResponse>& response) {
    EXPECT_THAT(response, testing::IsOk());
    std::vector<std::string> found;
    if (!response.ok()) return found;
    for (const auto& violation : response->violations()) {
      found.push_back(violation.path() + " " + violation.reason());
    }
    EXPECT_EQ(response->violation_count(), found.size());
    EXPECT_EQ(response->has_plan(), found.empty());
    return found;
  }

  absl::StatusOr<v1::PlanDocument> ExportAt(const std::string& plan, absl::Time read_time) {
    v1::ExportPlanRequest request;
    request.set_name(plan);
    *request.mutable_read_time() = ToTimestamp(read_time);
    server::CallContext call = Call();
    return documents_.ExportPlan(call, request);
  }

  void ExpectSame(const v1::PlanDocument& got, const v1::PlanDocument& want) {
    EXPECT_EQ(got.SerializeAsString(), want.SerializeAsString());
    EXPECT_EQ(Json(got), Json(want));
  }
};

TEST_F(DocumentServiceTest, TheRealPlanComesOutAsItWentIn) {
  const v1::PlanDocument document = LinxiangPlan();
  const absl::Time start = absl::Now();
  const v1::Plan plan = Import(document);
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  EXPECT_EQ(plan.state(), v1::Plan::DRAFT);
  EXPECT_EQ(plan.revision(), 1);
  EXPECT_EQ(FromTimestamp(plan.create_time()), clock_.Now());
  ExpectSame(Export(plan.name()), document);

  v1::PublishPlanRequest publish;
  publish.set_name(plan.name());
  publish.set_etag(plan.etag());
  server::CallContext call = Call();
  ASSERT_THAT(plans_.PublishPlan(call, publish), testing::IsOk());
  ExpectSame(Export(plan.name()), document);
  EXPECT_THAT(Column("SELECT CAST(COUNT(*) AS CHAR) FROM indicator_revisions"), ElementsAre("45"));
  EXPECT_THAT(Column("SELECT CAST(COUNT(*) AS CHAR) FROM units"), ElementsAre("22"));
}

TEST_F(DocumentServiceTest, TheOrderOfUnitsAndMembersIsKept) {
  v1::PlanDocument document = SmallPlan();
  document.mutable_units()->SwapElements(0, 4);
  document.mutable_indicators()->SwapElements(1, 4);
  v1::Member& second = *document.add_members();
  second = document.members(0);
  second.set_name("members/an");
  Import(document);
  ExpectSame(Export("plans/small"), document);
}

TEST_F(DocumentServiceTest, ValidateOnlyAnswersThePlanAsItWouldBe) {
  const auto valid = Validate(SmallPlan());
  EXPECT_THAT(Found(valid), ElementsAre());
  EXPECT_EQ(valid->plan().name(), "plans/small");
  EXPECT_EQ(valid->plan().state(), v1::Plan::DRAFT);
}

TEST_F(DocumentServiceTest, ValidateOnlyAnswersWhatIsWrongInBothLanguages) {
  v1::PlanDocument wrong = SmallPlan();
  wrong.mutable_plan()->clear_title();
  wrong.mutable_indicators(0)->mutable_responsibility()->mutable_lines(1)->set_quota("19");
  const auto response = Validate(wrong);
  EXPECT_THAT(Found(response),
              ElementsAre("document.plan.title FIELD_INVALID",
                          "document.indicators[0].responsibility.lines QUOTA_SUM_MISMATCH"));
  EXPECT_THAT(response->violations(1).text_zh(), ::testing::HasSubstr("尚缺 1"));
  EXPECT_THAT(response->violations(1).text_en(), ::testing::StartsWith("The quotas sum to "));
}

TEST_F(DocumentServiceTest, APlanThatIsThereIsValidatedAllTheSame) {
  const v1::Plan draft = Import(SmallPlan());
  const std::string exists = "document.plan.name PLAN_EXISTS";
  EXPECT_THAT(Found(Validate(SmallPlan())), ElementsAre(exists));
  EXPECT_THAT(Found(Validate(SmallPlan(), /*replace_draft=*/true, draft.etag())), ElementsAre());
  v1::PlanDocument wrong = SmallPlan();
  wrong.mutable_plan()->clear_title();
  EXPECT_THAT(Found(Validate(wrong)), ElementsAre("document.plan.title FIELD_INVALID", exists));

  v1::PublishPlanRequest publish;
  publish.set_name("plans/small");
  server::CallContext call = Call();
  ASSERT_THAT(plans_.PublishPlan(call, publish), testing::IsOk());
  EXPECT_THAT(Found(Validate(wrong, true)),
              ElementsAre("document.plan.title FIELD_INVALID", exists));
}

TEST_F(DocumentServiceTest, AReplacementIsOfTheDraftThatItsAuthorSaw) {
  Refused([&] { return TryImport(SmallPlan(), true, "v1"); }, kAborted, "STALE_ETAG", "etag");
  const std::string first = Import(SmallPlan()).etag();
  v1::PlanDocument shorter = SmallPlan();
  shorter.mutable_indicators()->RemoveLast();
  const auto second = TryImport(shorter, true, first);
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_NE(second->etag(), first);
  const absl::Status stale =
      Refused([&] { return TryImport(SmallPlan(), true, first); }, kAborted, "STALE_ETAG", "etag");
  EXPECT_EQ(GetErrorInfo(stale)->metadata().at("current"), second->etag());
  EXPECT_THAT(Validate(SmallPlan(), true, first), testing::FailsWith(kAborted, "STALE_ETAG"));
  ExpectSame(Export("plans/small"), shorter);
  Refused([&] { return TryImport(SmallPlan(), false, second->etag()); }, kInvalid, "FIELD_INVALID",
          "etag");
}

TEST_F(DocumentServiceTest, AnswersEveryViolationAndStoresNothing) {
  v1::PlanDocument document = SmallPlan();
  document.mutable_plan()->mutable_light_bands(1)->set_gap_at_least("5");
  document.mutable_indicators(0)->mutable_responsibility()->mutable_lines(1)->set_quota("19");
  document.mutable_indicators(1)->mutable_target()->set_low("1e999");
  const absl::Status status =
      Refused([&] { return TryImport(document); }, kInvalid, "PLAN_INVALID");
  EXPECT_THAT(ViolationsOf(status),
              UnorderedElementsAre("document.plan.light_bands[1].gap_at_least LIGHT_BANDS_INVALID",
                                   "document.indicators[0].responsibility.lines QUOTA_SUM_MISMATCH",
                                   "document.indicators[1].target.low DECIMAL_INVALID"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("violations"), "3");
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("hint"), "validate_only answers every violation");
}

TEST_F(DocumentServiceTest, ASplitThatMissesByOneSaysByHowMuch) {
  v1::PlanDocument document = LinxiangPlan();
  document.mutable_indicators(15)->mutable_responsibility()->mutable_lines(0)->set_quota("49");
  const absl::Status status =
      Refused([&] { return TryImport(document); }, kInvalid, "QUOTA_SUM_MISMATCH",
              "document.indicators[15].responsibility.lines");
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("missing"), "1");
  EXPECT_THAT(GetLocalizedText(status, "zh-CN"), ::testing::HasSubstr("尚缺 1"));
}

TEST_F(DocumentServiceTest, APlanIsReplacedOnlyAsADraftAndOnRequest) {
  const v1::Plan first = Import(SmallPlan());
  Refused([&] { return TryImport(SmallPlan()); }, kExists, "PLAN_EXISTS");
  v1::PlanDocument shorter = SmallPlan();
  shorter.mutable_indicators()->RemoveLast();
  clock_.Advance(absl::Hours(1));
  const absl::StatusOr<v1::Plan> second = TryImport(shorter, /*replace_draft=*/true);
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_GT(second->revision(), first.revision());
  EXPECT_EQ(FromTimestamp(second->create_time()), FromTimestamp(first.create_time()));
  ExpectSame(Export("plans/small"), shorter);
  EXPECT_EQ(Get("plans/small/indicators/contracts").revision(), 1);

  v1::PublishPlanRequest publish;
  publish.set_name("plans/small");
  server::CallContext call = Call();
  ASSERT_THAT(plans_.PublishPlan(call, publish), testing::IsOk());
  Refused([&] { return TryImport(shorter, true); }, kExists, "PLAN_EXISTS");
}

TEST_F(DocumentServiceTest, UnitsAndMembersThatExistMustBeTheSame) {
  Import(SmallPlan());
  v1::PlanDocument other = SmallPlan();
  std::string text = other.DebugString();
  for (size_t at = 0; (at = text.find("plans/small", at)) != std::string::npos;) {
    text.replace(at, 11, "plans/other");
  }
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &other));
  v1::PlanDocument differs = other;
  differs.mutable_units(1)->set_kind(v1::Unit::CENTER);
  Refused([&] { return TryImport(differs); }, kInvalid, "UNIT_DIFFERS", "document.units[1].kind");
  differs = other;
  differs.mutable_members(0)->set_display_name("章伟");
  Refused([&] { return TryImport(differs); }, kInvalid, "MEMBER_DIFFERS",
          "document.members[0].display_name");
  differs = other;
  v1::Unit& unit = *differs.add_units();
  unit.set_name("units/science-2");
  unit.set_display_name("科工局");
  unit.set_kind(v1::Unit::BUREAU);
  Refused([&] { return TryImport(differs); }, kInvalid, "UNIT_NAME_TAKEN",
          "document.units[5].display_name");
  ASSERT_THAT(TryImport(other), testing::IsOk());
  ExpectSame(Export("plans/other"), other);
  EXPECT_THAT(Column("SELECT CAST(COUNT(*) AS CHAR) FROM unit_revisions"), ElementsAre("5"));
}

TEST_F(DocumentServiceTest, AUnitClosedBeforeThePlanIsNotValidInIt) {
  for (const char* id : {"water", "waterworks"}) {
    v1::CreateUnitRequest create;
    create.set_unit_id(id);
    create.mutable_unit()->set_display_name(id == std::string("water") ? "市水利局" : "市水务局");
    create.mutable_unit()->set_kind(v1::Unit::BUREAU);
    create.mutable_unit()->set_valid_from("2020-01-01");
    server::CallContext call = Call();
    ASSERT_THAT(units_.CreateUnit(call, create), testing::IsOk());
  }
  v1::CloseUnitRequest close;
  close.set_name("units/water");
  close.set_valid_until("2023-06-30");
  close.set_successor("units/waterworks");
  server::CallContext call = Call();
  ASSERT_THAT(units_.CloseUnit(call, close), testing::IsOk());
  Refused([&] { return TryImport(SmallPlan()); }, kInvalid, "UNIT_NOT_VALID",
          "document.indicators[0].responsibility.lines[1].unit");
}

TEST_F(DocumentServiceTest, ADocumentHoldsNothingThatTheServerWrites) {
  v1::PlanDocument document = SmallPlan();
  document.mutable_plan()->set_state(v1::Plan::PUBLISHED);
  Refused([&] { return TryImport(document); }, kInvalid, "FIELD_INVALID", "document.plan.state");
  document = SmallPlan();
  document.mutable_plan()->set_name("plans/Small Plan");
  document.clear_indicators();
  Refused([&] { return TryImport(document); }, kInvalid, "FIELD_INVALID", "document.plan.name");
}

TEST_F(DocumentServiceTest, ARepeatGetsTheFirstAnswer) {
  v1::ImportPlanRequest request;
  *request.mutable_document() = SmallPlan();
  request.set_request_id("018e8a00-0000-7000-8000-000000000001");
  server::CallContext call = Call();
  const auto first = documents_.ImportPlan(call, request);
  ASSERT_THAT(first, testing::IsOk());
  const std::string before = Contents();
  clock_.Advance(absl::Hours(1));
  const auto again = documents_.ImportPlan(call, request);
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Contents(), before);
  request.mutable_document()->mutable_plan()->set_title("另一个方案");
  Refused([&] { return documents_.ImportPlan(call, request); }, kInvalid, "REQUEST_ID_REUSED",
          "request_id");
}

TEST_F(DocumentServiceTest, ExportAnswersWhatWasKnownThen) {
  const v1::PlanDocument document = SmallPlan();
  Import(document);
  const absl::Time imported = clock_.Now();
  clock_.Advance(absl::Hours(1));
  server::CallContext call = Call();
  auto update = FromText<v1::UpdatePlanRequest>(
      "plan { name: 'plans/small' title: '新方案' } update_mask { paths: 'title' }");
  ASSERT_THAT(plans_.UpdatePlan(call, update), testing::IsOk());
  auto unit = FromText<v1::UpdateUnitRequest>(
      "unit { name: 'units/water' display_name: '市水务局' } update_mask { paths: 'display_name' "
      "}");
  ASSERT_THAT(units_.UpdateUnit(call, unit), testing::IsOk());
  auto indicator = FromText<v1::DeleteIndicatorRequest>("name: 'plans/small/indicators/energy'");
  ASSERT_THAT(indicators_.DeleteIndicator(call, indicator), testing::IsOk());

  const v1::PlanDocument now = Export("plans/small");
  EXPECT_EQ(now.plan().title(), "新方案");
  EXPECT_EQ(now.units(1).display_name(), "市水务局");
  EXPECT_EQ(now.indicators_size(), 5);
  const absl::StatusOr<v1::PlanDocument> then = ExportAt("plans/small", imported);
  ASSERT_THAT(then, testing::IsOk());
  ExpectSame(*then, document);
  Refused([&] { return ExportAt("plans/small", imported - absl::Seconds(1)); },
          absl::StatusCode::kNotFound, "PLAN_NOT_FOUND");

  v1::DeletePlanRequest remove;
  remove.set_name("plans/small");
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(plans_.DeletePlan(call, remove), testing::IsOk());
  const absl::StatusOr<v1::PlanDocument> before = ExportAt("plans/small", imported);
  ASSERT_THAT(before, testing::IsOk());
  ExpectSame(*before, document);
}

TEST_F(DocumentServiceTest, ExportRefusesWhatItCannotRead) {
  v1::ExportPlanRequest request;
  request.set_name("plans/nothing");
  server::CallContext call = Call();
  Refused([&] { return documents_.ExportPlan(call, request); }, absl::StatusCode::kNotFound,
          "PLAN_NOT_FOUND");
  request.mutable_read_time()->set_nanos(-1);
  Refused([&] { return documents_.ExportPlan(call, request); }, kInvalid, "FIELD_INVALID",
          "read_time");
  request.set_name("plan");
  Refused([&] { return documents_.ExportPlan(call, request); }, kInvalid, "FIELD_INVALID", "name");
}

TEST_F(DocumentServiceTest, TheAuditLogHoldsTheWholeDocument) {
  Import(SmallPlan());
  EXPECT_THAT(Column("SELECT resource FROM audit_entries"), ElementsAre("plans/small"));
  v1::PlanDocument logged;
  const std::string json = Column("SELECT after_json FROM audit_entries").front();
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &logged).ok());
  ExpectSame(logged, SmallPlan());
}

TEST_F(DocumentServiceTest, ADraftWrittenPiecewiseExportsWhatItNames) {
  Import(SmallPlan());
  server::CallContext call = Call();
  auto create = FromText<v1::CreatePlanRequest>(R"(
    plan_id: "pieces"
    plan { title: "分步" jurisdiction: "临湘市" year: 2024 time_zone: "Asia/Shanghai"
           work_group { office: "units/water" members: "units/towns" } })");
  ASSERT_THAT(plans_.CreatePlan(call, create), testing::IsOk());
  std::vector<std::string> units;
  const v1::PlanDocument document = Export("plans/pieces");
  for (const v1::Unit& unit : document.units()) units.push_back(unit.name());
  // What a collective unit stands for comes with it.
  EXPECT_THAT(units, ElementsAre("units/towns", "units/water", "units/statistics"));
}

}  // namespace
}  // namespace duban::indicator
