// The service as it is served: real gRPC, real tokens, the delivered plan.
#include <memory>
#include <string>

#include "common/testing/fake_clock.h"
#include "common/testing/service_harness.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "duban/indicator/v1/directory_service.grpc.pb.h"
#include "duban/indicator/v1/indicator_service.grpc.pb.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/indicator/indicator.h"
#include "services/indicator/test_plan.h"

namespace duban::indicator {
namespace {

using common::v1::OFFICE;
using common::v1::REPORTER;
using common::v1::SERVICE;

class IndicatorTest : public ::testing::Test {
 protected:
  IndicatorTest()
      : clock_(absl::FromCivil(absl::CivilHour(2024, 1, 2, 1), absl::UTCTimeZone())),
        harness_(IndicatorDefinition(), &clock_),
        plans_(v1::PlanService::NewStub(harness_.channel())),
        units_(v1::DirectoryService::NewStub(harness_.channel())),
        indicators_(v1::IndicatorService::NewStub(harness_.channel())) {}

  // Runs `verb` of `stub` as a caller of this role.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Run(Stub& stub,
                               grpc::Status (Stub::*verb)(grpc::ClientContext*, const Request&,
                                                          Response*),
                               const Request& request, common::v1::Role role) {
    grpc::ClientContext context;
    harness_.Authorize(&context, role, "units/sci-industry");
    Response response;
    const grpc::Status status = (stub.*verb)(&context, request, &response);
    if (!status.ok()) return client::FromGrpc(status);
    return response;
  }

  testing::FakeClock clock_;
  testing::ServiceHarness harness_;
  std::unique_ptr<v1::PlanService::Stub> plans_;
  std::unique_ptr<v1::DirectoryService::Stub> units_;
  std::unique_ptr<v1::IndicatorService::Stub> indicators_;
};

TEST_F(IndicatorTest, TheDeliveredPlanIsImportedPublishedExportedAndRead) {
  v1::ImportPlanRequest import;
  *import.mutable_document() = LinxiangPlan();
  const auto draft = Run(*plans_, &v1::PlanService::Stub::ImportPlan, import, OFFICE);
  ASSERT_THAT(draft, testing::IsOk());

  v1::PublishPlanRequest publish;
  publish.set_name(draft->plan().name());
  publish.set_etag(draft->plan().etag());
  const auto plan = Run(*plans_, &v1::PlanService::Stub::PublishPlan, publish, OFFICE);
  ASSERT_THAT(plan, testing::IsOk());
  EXPECT_EQ(plan->state(), v1::Plan::PUBLISHED);

  v1::ExportPlanRequest request;
  request.set_name(plan->name());
  const auto document = Run(*plans_, &v1::PlanService::Stub::ExportPlan, request, OFFICE);
  ASSERT_THAT(document, testing::IsOk());
  EXPECT_EQ(document->SerializeAsString(), LinxiangPlan().SerializeAsString());

  v1::GetPlanHistoryRequest history;
  history.set_name(plan->name());
  const auto known = Run(*plans_, &v1::PlanService::Stub::GetPlanHistory, history, SERVICE);
  ASSERT_THAT(known, testing::IsOk());
  EXPECT_EQ(known->indicators_size(), 45);

  v1::ResolveUnitRequest resolve;
  resolve.set_text("科工局");
  const auto unit = Run(*units_, &v1::DirectoryService::Stub::ResolveUnit, resolve, REPORTER);
  ASSERT_THAT(unit, testing::IsOk());
  EXPECT_EQ(unit->name(), "units/sci-industry");

  v1::ListIndicatorsRequest list;
  list.set_parent(plan->name());
  list.set_filter("unit = units/sci-industry");
  const auto mine = Run(*indicators_, &v1::IndicatorService::Stub::ListIndicators, list, REPORTER);
  ASSERT_THAT(mine, testing::IsOk());
  EXPECT_EQ(mine->indicators_size(), 9);
}

TEST_F(IndicatorTest, ARefusalCarriesEveryViolationToTheCaller) {
  v1::ImportPlanRequest import;
  *import.mutable_document() = LinxiangPlan();
  import.mutable_document()->mutable_plan()->mutable_light_bands(0)->set_gap_at_least("-20");
  import.mutable_document()->mutable_indicators(3)->mutable_target()->set_low("46");
  const absl::Status status =
      Run(*plans_, &v1::PlanService::Stub::ImportPlan, import, OFFICE).status();
  EXPECT_THAT(status, testing::FailsWith(absl::StatusCode::kInvalidArgument, "PLAN_INVALID",
                                         "document.indicators[3].responsibility.lines"));
  EXPECT_THAT(ViolationsOf(status),
              ::testing::Contains("document.plan.light_bands[1].gap_at_least LIGHT_BANDS_INVALID"));
}

// gRPC's metadata has room for some twenty violations, a message for all.
TEST_F(IndicatorTest, ValidationAnswersHundredsOfViolations) {
  constexpr int kWrong = 300;
  v1::ImportPlanRequest import;
  v1::PlanDocument& document = *import.mutable_document();
  document = LinxiangPlan();
  const v1::Indicator pattern = document.indicators(3);
  const int before = document.indicators_size();
  for (int i = 0; i < kWrong; ++i) {
    v1::Indicator& indicator = *document.add_indicators();
    indicator = pattern;
    indicator.set_name(document.plan().name() + "/indicators/wrong-" + std::to_string(i));
    indicator.set_table_row(1000 + i);
    indicator.mutable_target()->set_low("46");
    indicator.clear_weight();  // the others' weights add up to 100
  }
  import.set_validate_only(true);
  const auto answer = Run(*plans_, &v1::PlanService::Stub::ImportPlan, import, OFFICE);
  ASSERT_THAT(answer, testing::IsOk());
  EXPECT_FALSE(answer->has_plan());
  EXPECT_EQ(answer->violation_count(), kWrong);
  ASSERT_EQ(answer->violations_size(), kWrong);
  for (int i = 0; i < kWrong; ++i) {
    const common::v1::Violation& violation = answer->violations(i);
    EXPECT_EQ(violation.path(),
              "document.indicators[" + std::to_string(before + i) + "].responsibility.lines");
    EXPECT_EQ(violation.reason(), "QUOTA_SUM_MISMATCH");
    EXPECT_THAT(violation.text_zh(), ::testing::HasSubstr("尚缺 1"));
    EXPECT_THAT(violation.text_en(), ::testing::HasSubstr("The quotas sum to 45"));
  }

  import.set_validate_only(false);
  const absl::Status refused =
      Run(*plans_, &v1::PlanService::Stub::ImportPlan, import, OFFICE).status();
  EXPECT_THAT(refused,
              testing::FailsWith(absl::StatusCode::kInvalidArgument, "QUOTA_SUM_MISMATCH"));
  const auto info = GetErrorInfo(refused);
  EXPECT_EQ(info->metadata().at("violations"), "300");
  EXPECT_EQ(info->metadata().at("hint"), "validate_only answers every violation");
  EXPECT_GE(GetBadRequest(refused)->field_violations_size(), 5);
}

TEST_F(IndicatorTest, OfMoreViolationsThanAnAnswerHoldsItTellsTheNumber) {
  v1::ImportPlanRequest import;
  *import.mutable_document() = SmallPlan();
  for (int i = 0; i < 3000; ++i) import.mutable_document()->mutable_plan()->add_tasks();
  import.set_validate_only(true);
  const auto answer = Run(*plans_, &v1::PlanService::Stub::ImportPlan, import, OFFICE);
  ASSERT_THAT(answer, testing::IsOk());
  EXPECT_EQ(answer->violations_size(), 2000);
  EXPECT_GE(answer->violation_count(), 3000);
}

TEST_F(IndicatorTest, OnlyTheOfficeImportsAndOnlyServicesReadTheHistory) {
  v1::ImportPlanRequest import;
  *import.mutable_document() = SmallPlan();
  EXPECT_THAT(Run(*plans_, &v1::PlanService::Stub::ImportPlan, import, REPORTER),
              testing::FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  v1::GetPlanHistoryRequest history;
  history.set_name("plans/small");
  EXPECT_THAT(Run(*plans_, &v1::PlanService::Stub::GetPlanHistory, history, OFFICE),
              testing::FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  // Refusals are put on record beside the answer, not before it.
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(10), [&] {
    const auto refusals =
        harness_.database().Read(MachineNow() + absl::Seconds(10), [](db::Session& session) {
          return session.Query(
              "SELECT outcome FROM audit_entries WHERE outcome = 'ROLE_NOT_ALLOWED' LIMIT 10");
        });
    return refusals.ok() && refusals->size() == 2;
  }));
}

}  // namespace
}  // namespace duban::indicator
