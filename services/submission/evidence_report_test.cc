// Evidence of reports.
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "duban/submission/v1/check_service.grpc.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/submission/evidence_fixture.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using testing::FailsWith;
using testing::IsOk;
using testing::kPrecondition;
using v1::Report;

class EvidenceOfReportTest : public EvidenceTest {
 protected:
  // Uploads a file and answers its name.
  std::string Brought(const Who& who, uint32_t seed) const {
    const std::string bytes = Pdf(50, seed);
    const auto sent = Send(who, Header(bytes, "a.pdf", kPdfType, who.unit), bytes);
    EXPECT_THAT(sent, IsOk());
    return NameOf(bytes);
  }

  static std::string Contracts(const std::string& period, const std::string& value,
                               const std::string& evidence) {
    return absl::StrCat(R"(indicator: "$/indicators/contracts" unit: "units/north" period: ")",
                        period, R"(" measurement { value: ")", value,
                        R"(" unit_of_measure: "项" } )", evidence);
  }
  static std::string Attached(const std::string& name) {
    return absl::StrCat("evidence: '", name, "' ");
  }

  // The draft with other evidence.
  absl::StatusOr<Report> Attach(const Report& draft, const std::string& name) const {
    return Update(kNorth, absl::StrCat("report { name: '", draft.name(), "' ", Attached(name),
                                       "} update_mask { paths: 'evidence' }"));
  }

  void AskForEvidence(Indicator::EvidencePolicy policy) const {
    Amend("contracts", "2024-01-01",
          [&](Indicator* indicator) { indicator->set_evidence_policy(policy); });
  }
};

TEST_F(EvidenceOfReportTest, IsOfTheReportsOwnUnitAndPlan) {
  const std::string own = Brought(kNorth, 1);
  const std::string others = Brought(kSouth, 2);
  const auto report = Create(kNorth, Contracts("2024-01-D1", "5", Attached(own)));
  ASSERT_THAT(report, IsOk());
  ASSERT_EQ(report->evidence_size(), 1);
  EXPECT_EQ(Get(kOffice, report->name())->evidence(0), own);

  const std::string nowhere = absl::StrCat(plan_, "/evidence/", std::string(64, '0'));
  for (const std::string& wrong : {others, nowhere}) {
    const auto refused =
        FailsWith(absl::StatusCode::kNotFound, "EVIDENCE_NOT_FOUND", "report.evidence");
    EXPECT_THAT(
        Create(kNorth, Contracts("2024-01-D2", "5", absl::StrCat(Attached(own), Attached(wrong)))),
        refused);
    EXPECT_THAT(Attach(*report, wrong), refused);
  }
  EXPECT_THAT(Attach(*report, Brought(kNorth, 2)), IsOk());  // now it is north's, too
}

TEST_F(EvidenceOfReportTest, ABatchIsToldRowByRow) {
  const std::string own = Brought(kNorth, 3);
  const std::string nowhere = absl::StrCat(plan_, "/evidence/", std::string(64, '0'));
  v1::BatchSubmitReportsRequest request;
  request.set_parent(plan_);
  request.set_per_item(true);
  for (const std::string& name : {own, nowhere}) {
    Report* report = request.add_reports();
    report->set_indicator(IndicatorName("contracts"));
    report->set_unit("units/north");
    report->set_period(name == own ? "2024-01-D1" : "2024-01-D2");
    report->mutable_measurement()->set_value("5");
    report->mutable_measurement()->set_unit_of_measure("项");
    report->add_evidence(name);
  }
  const auto answer =
      Call(kNorth, *reports_, &v1::ReportService::Stub::BatchSubmitReports, request);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(Count(absl::StrCat("reports WHERE plan = '", plan_.substr(6), "'")), "1");
  EXPECT_NE(answer->ShortDebugString().find("EVIDENCE_NOT_FOUND"), std::string::npos)
      << answer->ShortDebugString();
}

TEST_F(EvidenceOfReportTest, MayBeRequiredAlways) {
  AskForEvidence(Indicator::REQUIRED);
  const Report draft = Draft("2024-01-D1", "0");
  EXPECT_THAT(Submit(kNorth, draft.name()),
              FailsWith(kPrecondition, "EVIDENCE_REQUIRED", "evidence"));
  ASSERT_THAT(Attach(draft, Brought(kNorth, 4)), IsOk());
  EXPECT_THAT(Submit(kNorth, draft.name()), IsOk());
}

TEST_F(EvidenceOfReportTest, MayBeRequiredWhereTheFigureRises) {
  AskForEvidence(Indicator::REQUIRED_FOR_INCREASE);
  const Report first = Draft("2024-01-D1", "5");
  EXPECT_THAT(Submit(kNorth, first.name()),
              FailsWith(kPrecondition, "EVIDENCE_REQUIRED", "evidence"));
  ASSERT_THAT(Attach(first, Brought(kNorth, 5)), IsOk());
  ASSERT_THAT(Submit(kNorth, first.name()), IsOk());
  ASSERT_THAT(Accept(kOffice, first.name()), IsOk());
  EXPECT_THAT(Submit(kNorth, Draft("2024-01-D2", "5").name()), IsOk());
  EXPECT_THAT(Submit(kNorth, Draft("2024-01-D3", "6").name()),
              FailsWith(kPrecondition, "EVIDENCE_REQUIRED", "evidence"));
}

TEST_F(EvidenceOfReportTest, TheCheckTellsBeforehand) {
  const auto codes = [&](const std::string& evidence) {
    v1::CheckReportRequest request;
    request.set_parent(plan_);
    const std::string text = Expand(Contracts("2024-01-D1", "5", evidence));
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request.mutable_report()));
    const auto stub = v1::CheckService::NewStub(Services::Get().submission->channel());
    const auto answer = Call(kNorth, *stub, &v1::CheckService::Stub::CheckReport, request);
    EXPECT_THAT(answer, IsOk());
    std::string all = answer->passes() ? "passes" : "";
    for (const v1::Finding& finding : answer->findings()) absl::StrAppend(&all, finding.code());
    return all;
  };
  AskForEvidence(Indicator::REQUIRED);
  EXPECT_EQ(codes(""), "EVIDENCE_REQUIRED");
  const std::string nowhere = absl::StrCat(plan_, "/evidence/", std::string(64, '0'));
  EXPECT_EQ(codes(Attached(nowhere)), "EVIDENCE_NOT_FOUND");
  EXPECT_EQ(codes(Attached(Brought(kNorth, 6))), "passes");
}

TEST_F(EvidenceOfReportTest, IsNotAskedForWhereThePlanDoesNot) {
  EXPECT_THAT(Submit(kNorth, Draft("2024-01-D1", "5").name()), IsOk());
}

}  // namespace
}  // namespace duban::submission
