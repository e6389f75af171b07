#include "services/submission/submission_fixture.h"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "google/protobuf/util/json_util.h"
#include "services/submission/submission.h"
#include "services/submission/test_plan.h"

// The indicator service is linked in whole and met over its contract only.
namespace duban::indicator {
const server::ServiceDefinition& IndicatorDefinition();
}  // namespace duban::indicator

namespace duban::submission {
namespace {

using ::duban::testing::IsOk;
using indicator::v1::PlanDocument;
using v1::Report;

constexpr char kDocument[] = R"pb(
  plan {
    name: "$"
    title: "测试方案"
    jurisdiction: "临湘市"
    year: 2024
    time_zone: "Asia/Shanghai"
    work_group {
      convener { title: "召集人" }
      members: "units/office"
      members: "units/north"
      office: "units/office"
      recusal_reviewer: "units/reviewer"
    }
    tasks { id: "task" title: "任务" leads: "units/office" }
    cadences {
      kind: DISPATCH
      every: DEKAD
      deadline { offset_workdays: 1 cutoff: "17:30" }
    }
    cadences {
      kind: BULLETIN
      every: MONTH
      deadline { offset_workdays: 3 cutoff: "17:30" }
    }
    cadences {
      kind: SUMMARY
      every: QUARTER
      deadline { offset_workdays: 5 cutoff: "17:30" }
    }
    cadences {
      kind: APPRAISAL
      every: HALF_YEAR
      deadline { offset_workdays: 10 cutoff: "17:30" }
    }
    light_bands { light: GREEN gap_at_least: "0" }
    light_bands { light: YELLOW gap_at_least: "-10" }
    light_bands { light: RED }
    default_pacing { kind: LINEAR_BY_DEKAD }
  }
  units { name: "units/north" display_name: "北局" kind: BUREAU }
  units { name: "units/south" display_name: "南局" kind: BUREAU }
  units { name: "units/office" display_name: "办公室所在局" kind: BUREAU }
  units { name: "units/reviewer" display_name: "复核办" kind: OFFICE }
  units { name: "units/survey" display_name: "统计调查队" kind: BUREAU }
  indicators {
    name: "$/indicators/contracts"
    display_name: "技术合同项数"
    kind: COUNT
    unit_of_measure: "项"
    accumulation: CUMULATIVE
    target { operator: GE low: "500" }
    collection: DEKAD
    responsibility {
      mode: SPLIT
      lines { unit: "units/north" role: ACCOUNTABLE quota: "240" }
      lines { unit: "units/south" role: ACCOUNTABLE quota: "260" }
    }
    source: TABLE
    table_row: 1
  }
  indicators {
    name: "$/indicators/articles"
    display_name: "报道篇数"
    kind: COUNT
    unit_of_measure: "篇"
    accumulation: INCREMENT
    target { operator: GE low: "12" }
    collection: MONTH
    responsibility {
      mode: SINGLE
      lines { unit: "units/north" role: ACCOUNTABLE }
    }
    source: TABLE
    table_row: 2
  }
  indicators {
    name: "$/indicators/growth"
    display_name: "研发投入"
    kind: GROWTH
    unit_of_measure: "%"
    reported_unit: "亿元"
    accumulation: LEVEL
    target { operator: GE low: "10" }
    collection: QUARTER
    responsibility {
      mode: JOINT
      lines { unit: "units/office" role: ACCOUNTABLE }
      lines { unit: "units/survey" role: DATA_REPORTER }
    }
    source: TABLE
    table_row: 3
  }
  indicators {
    name: "$/indicators/loans"
    display_name: "贷款"
    kind: AMOUNT
    unit_of_measure: "亿元"
    accumulation: CUMULATIVE
    target { operator: GE low: "2" }
    collection: DEKAD
    responsibility {
      mode: SPLIT
      lines { unit: "units/north" role: ACCOUNTABLE quota: "1" }
      lines { unit: "units/office" role: ACCOUNTABLE quota: "1" }
    }
    source: TABLE
    table_row: 4
  }
  indicators {
    name: "$/indicators/share"
    display_name: "占比"
    kind: SHARE
    unit_of_measure: "%"
    accumulation: INCREMENT
    target { operator: GE low: "50" }
    collection: MONTH
    responsibility {
      mode: SINGLE
      lines { unit: "units/north" role: ACCOUNTABLE }
    }
    source: TABLE
    table_row: 5
  }
  indicators {
    name: "$/indicators/opening"
    display_name: "开工"
    kind: MILESTONE
    accumulation: CUMULATIVE
    target { operator: GE low: "1" }
    collection: DEKAD
    responsibility {
      mode: SINGLE
      lines { unit: "units/north" role: ACCOUNTABLE }
    }
    source: TABLE
    table_row: 6
  }
  indicators {
    name: "$/indicators/nobody"
    display_name: "无人负责"
    kind: COUNT
    unit_of_measure: "家"
    accumulation: CUMULATIVE
    target { operator: GE low: "5" }
    collection: DEKAD
    source: NARRATIVE
  }
)pb";

template <typename T>
T Need(absl::StatusOr<T> result) {
  EXPECT_THAT(result, IsOk());
  return result.ok() ? *std::move(result) : T();
}

}  // namespace

Services::Services()
    : clock(Begin()),
      indicator(std::make_unique<testing::ServiceHarness>(::duban::indicator::IndicatorDefinition(),
                                                          &clock)),
      submission(std::make_unique<testing::ServiceHarness>(
          Definition({.indicator_target = indicator->target(), .figures_interval = absl::Hours(1)}),
          &clock)) {}

absl::Time Services::Begin() {
  return absl::FromCivil(absl::CivilSecond(2024, 4, 2, 9, 0, 0), absl::FixedTimeZone(8 * 3600));
}

Services& Services::Get() {
  static Services* services = [] {
    static std::unique_ptr<Services> owned(new Services());
    return owned.get();
  }();
  return *services;
}

PlanDocument TestDocument(const std::string& plan) {
  return Parse<PlanDocument>(absl::StrReplaceAll(kDocument, {{"$", plan}}));
}

PlanDocument LinxiangDocument() {
  std::ifstream file(DUBAN_PLANS "/linxiang-2024.json");
  std::ostringstream json;
  json << file.rdbuf();
  PlanDocument document;
  const auto status = google::protobuf::util::JsonStringToMessage(json.str(), &document);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return document;
}

SubmissionTest::SubmissionTest() {
  static std::atomic<int> count = 0;
  Services& services = Services::Get();
  services.clock.Set(Services::Begin());
  reports_ = v1::ReportService::NewStub(services.submission->channel());
  progress_ = v1::ProgressService::NewStub(services.submission->channel());
  plans_ = indicator::v1::PlanService::NewStub(services.indicator->channel());
  indicators_ = indicator::v1::IndicatorService::NewStub(services.indicator->channel());
  plan_ = absl::StrCat("plans/test-", ++count);
  Import(TestDocument(plan_));
  Publish(plan_);
}

SubmissionTest::~SubmissionTest() = default;

void SubmissionTest::Import(const PlanDocument& document) const {
  indicator::v1::ImportPlanRequest request;
  *request.mutable_document() = document;
  Need(Call(kOffice, *plans_, &indicator::v1::PlanService::Stub::ImportPlan, request));
}

void SubmissionTest::Publish(const std::string& plan) const {
  indicator::v1::PublishPlanRequest request;
  request.set_name(plan);
  Need(Call(kOffice, *plans_, &indicator::v1::PlanService::Stub::PublishPlan, request));
}

void SubmissionTest::Close(const std::string& plan) const {
  indicator::v1::ClosePlanRequest request;
  request.set_name(plan);
  request.set_reason("年度结束");
  Need(Call(kOffice, *plans_, &indicator::v1::PlanService::Stub::ClosePlan, request));
}

void SubmissionTest::Amend(const std::string& id, const std::string& date,
                           const std::function<void(indicator::v1::Indicator*)>& change) const {
  indicator::v1::GetIndicatorRequest get;
  get.set_name(IndicatorName(id));
  indicator::v1::AmendIndicatorRequest request;
  *request.mutable_indicator() =
      Need(Call(kOffice, *indicators_, &indicator::v1::IndicatorService::Stub::GetIndicator, get));
  change(request.mutable_indicator());
  request.set_reason("经批准调整");
  request.set_document_number("临政办函〔2024〕1号");
  request.set_effective_date(date);
  Need(
      Call(kOffice, *indicators_, &indicator::v1::IndicatorService::Stub::AmendIndicator, request));
}

absl::StatusOr<Report> SubmissionTest::Create(const Who& who, const std::string& report,
                                              const std::string& request_id) const {
  v1::CreateReportRequest request;
  request.set_parent(plan_);
  *request.mutable_report() = Parse<Report>(Expand(report));
  request.set_request_id(request_id);
  return Call(who, *reports_, &v1::ReportService::Stub::CreateReport, request);
}

absl::StatusOr<Report> SubmissionTest::Update(const Who& who, const std::string& request) const {
  return Call(who, *reports_, &v1::ReportService::Stub::UpdateReport,
              Parse<v1::UpdateReportRequest>(Expand(request)));
}

absl::StatusOr<Report> SubmissionTest::Get(const Who& who, const std::string& name) const {
  v1::GetReportRequest request;
  request.set_name(name);
  return Call(who, *reports_, &v1::ReportService::Stub::GetReport, request);
}

absl::StatusOr<v1::ListReportsResponse> SubmissionTest::List(const Who& who,
                                                             const std::string& request) const {
  auto list = Parse<v1::ListReportsRequest>(Expand(request));
  if (list.parent().empty()) list.set_parent(plan_);
  return Call(who, *reports_, &v1::ReportService::Stub::ListReports, list);
}

absl::StatusOr<v1::ListReportRevisionsResponse> SubmissionTest::Revisions(
    const Who& who, const std::string& request) const {
  return Call(who, *reports_, &v1::ReportService::Stub::ListReportRevisions,
              Parse<v1::ListReportRevisionsRequest>(request));
}

absl::StatusOr<Report> SubmissionTest::Submit(const Who& who, const std::string& name,
                                              const std::string& fields) const {
  auto request = Parse<v1::SubmitReportRequest>(fields);
  request.set_name(name);
  return Call(who, *reports_, &v1::ReportService::Stub::SubmitReport, request);
}

absl::StatusOr<Report> SubmissionTest::Accept(const Who& who, const std::string& name,
                                              const std::string& fields) const {
  auto request = Parse<v1::AcceptReportRequest>(fields);
  request.set_name(name);
  return Call(who, *reports_, &v1::ReportService::Stub::AcceptReport, request);
}

absl::StatusOr<Report> SubmissionTest::Return(const Who& who, const std::string& name,
                                              const std::string& reason,
                                              const std::string& fields) const {
  auto request = Parse<v1::ReturnReportRequest>(fields);
  request.set_name(name);
  request.set_reason(reason);
  return Call(who, *reports_, &v1::ReportService::Stub::ReturnReport, request);
}

absl::StatusOr<v1::Scoreboard> SubmissionTest::Board(const Who& who,
                                                     const std::string& date) const {
  v1::GetScoreboardRequest request;
  request.set_plan(plan_);
  request.set_as_of_date(date);
  return Call(who, *progress_, &v1::ProgressService::Stub::GetScoreboard, request);
}

Report SubmissionTest::Draft(const std::string& period, const std::string& value) const {
  return Need(Create(kNorth, absl::StrCat(R"(indicator: "$/indicators/contracts"
      unit: "units/north" period: ")",
                                          period, R"(" measurement { value: ")", value,
                                          R"(" unit_of_measure: "项" })")));
}

Report SubmissionTest::Submitted(const std::string& period, const std::string& value) const {
  return Need(Submit(kNorth, Draft(period, value).name()));
}

Report SubmissionTest::Accepted(const std::string& period, const std::string& value) const {
  return Need(Accept(kOffice, Submitted(period, value).name()));
}

std::string SubmissionTest::Expand(std::string text) const {
  return absl::StrReplaceAll(text, {{"$", plan_}});
}

std::string SubmissionTest::Ask(const std::string& sql) const {
  const auto rows = database().Read(MachineNow() + absl::Seconds(10),
                                    [&](db::Session& session) { return session.Query(sql); });
  EXPECT_THAT(rows, IsOk());
  return rows.ok() && !rows->empty() && !rows->front().IsNull(0) ? rows->front().GetString(0) : "";
}

std::string SubmissionTest::Content() const {
  std::string content;
  const auto rows = database().Read(MachineNow() + absl::Seconds(10), [&](db::Session& session) {
    return session.Query(
        "CHECKSUM TABLE reports, report_revisions, report_comments, report_lines, standings,"
        " plan_versions,"
        " outbox_events, request_log");
  });
  EXPECT_THAT(rows, IsOk());
  for (const db::Row& row : *rows) absl::StrAppend(&content, row.GetString(1), " ");
  return content +
         Ask("SELECT CAST(COUNT(*) AS CHAR) FROM audit_entries WHERE after_json IS NOT NULL");
}

v1::ScoreboardLine LineOf(const v1::Scoreboard& board, const std::string& indicator,
                          const std::string& unit) {
  for (const v1::ScoreboardLine& line : board.lines()) {
    if (line.indicator() == board.plan() + "/indicators/" + indicator && line.unit() == unit) {
      return line;
    }
  }
  ADD_FAILURE() << "no line of " << indicator << " for " << unit;
  return {};
}

}  // namespace duban::submission
