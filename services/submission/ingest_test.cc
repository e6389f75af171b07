// IngestReports: in order, refusals answered, and a stream broken anywhere resumes to what an
// unbroken one leaves.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "services/submission/report_calls_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using v1::IngestReportsRequest;
using v1::IngestReportsResponse;
using v1::Report;

const Who kSystem = {common::v1::SYSTEM, "units/north"};

// Ten thousand items take a busy machine some time.
constexpr absl::Duration kStreamTimeLimit = absl::Minutes(1);

// One stream.
class IngestCall {
 public:
  IngestCall(v1::ReportService::Stub& stub, const Who& who) {
    Services::Get().submission->Authorize(&context_, who.role, who.unit);
    context_.set_deadline(absl::ToChronoTime(MachineNow() + kStreamTimeLimit));
    stream_ = stub.IngestReports(&context_);
  }

  bool Open(const std::string& plan, const std::string& ingest, int64_t known = 0) {
    IngestReportsRequest request;
    request.mutable_opening()->set_parent(plan);
    request.mutable_opening()->set_ingest(ingest);
    request.mutable_opening()->set_known_offset(known);
    return stream_->Write(request);
  }
  bool Send(int64_t offset, const Report& report) {
    IngestReportsRequest request;
    request.mutable_item()->set_offset(offset);
    *request.mutable_item()->mutable_report() = report;
    return stream_->Write(request);
  }
  bool Hear(IngestReportsResponse* response) { return stream_->Read(response); }
  void Break() { context_.TryCancel(); }
  void Done() { stream_->WritesDone(); }
  // Reads to the end.
  absl::Status Finish() {
    IngestReportsResponse response;
    for (; Hear(&response); ++answers_) last_ = response.durable_offset();
    return client::FromGrpc(stream_->Finish());
  }
  int64_t last() const { return last_; }
  int64_t answers() const { return answers_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<IngestReportsRequest, IngestReportsResponse>> stream_;
  int64_t last_ = -1;
  int64_t answers_ = 0;
};

class IngestTest : public ReportCallsTest {
 protected:
  // A plan with lines of north's, and a load for it in which some items are refused for one reason
  // or another.
  std::string PublishLines(const std::string& suffix) {
    const std::string name = plan_ + suffix;
    indicator::v1::PlanDocument document = TestDocument(name);
    const indicator::v1::Indicator pattern = document.indicators(0);
    document.clear_indicators();
    for (int i = 0; i < 30; ++i) {
      indicator::v1::Indicator* indicator = document.add_indicators();
      *indicator = pattern;
      indicator->set_name(absl::StrCat(name, "/indicators/m", i));
      indicator->set_display_name(absl::StrCat("事项", i));
      indicator->set_table_row(i + 1);
    }
    Import(document);
    Publish(name);
    return name;
  }

  static std::vector<Report> Load(const std::string& plan) {
    std::vector<Report> load;
    for (const Period& period : Period::TilesOf(2024, common::v1::DEKAD)) {
      if (period.ToString() > "2024-04-D1") break;
      for (int i = 0; i < 30; ++i) {
        Report& report = load.emplace_back();
        report.set_indicator(absl::StrCat(plan, "/indicators/m", i));
        report.set_unit(load.size() % 41 == 0 ? "units/south" : "units/north");
        report.set_period(load.size() % 37 == 0 ? "2024-12-D1" : period.ToString());
        report.mutable_measurement()->set_value(
            load.size() % 29 == 0 ? "0.5" : std::to_string(load.size()));
        report.mutable_measurement()->set_unit_of_measure("项");
        if (load.size() % 23 == 0) load.push_back(report);  // twice: the second one is refused
      }
    }
    return load;
  }

  // Everything that an ingest leaves, ids and times left out.
  std::string Left(const std::string& plan) const {
    const std::string id = plan.substr(6);
    const auto count = [&](const std::string& from) {
      return Ask("SELECT CAST(COUNT(*) AS CHAR) FROM " + from);
    };
    const std::string of_plan = " WHERE plan = '" + id + "'";
    return absl::StrCat(
        Ask("SELECT GROUP_CONCAT(CONCAT_WS('|', indicator, unit, period, state, entered_value,"
            " version, details) ORDER BY indicator, unit, period SEPARATOR '\n') FROM reports" +
            of_plan),
        "\n",
        Ask("SELECT GROUP_CONCAT(CONCAT_WS('|', item_offset, JSON_VALUE(error, '$.reason'))"
            " ORDER BY item_offset) FROM ingest_refusals" +
            of_plan),
        "\n", Ask("SELECT CAST(durable_offset AS CHAR) FROM ingests" + of_plan), " ",
        count("report_revisions" + of_plan), " ",
        count("outbox_events WHERE plan = '" + plan + "'"), " ",
        count("audit_entries WHERE outcome = 'OK' AND resource LIKE '" + plan + "/reports/%'"));
  }

  // Opens the ingest again, sends `count` more items, hears `answers` of the answers and breaks the
  // stream.
  void SendSome(const std::string& plan, const std::vector<Report>& load, int64_t count,
                int answers, std::map<int64_t, std::string>* refusals, int64_t* known) {
    IngestCall call(*reports_, kSystem);
    IngestReportsResponse response;
    const auto hear = [&] {
      if (!call.Hear(&response)) return false;
      EXPECT_GE(response.durable_offset(), *known);
      *known = response.durable_offset();
      for (const auto& refusal : response.refusals()) {
        (*refusals)[refusal.offset()] = refusal.error().reason();
      }
      return true;
    };
    ASSERT_TRUE(call.Open(plan, "nightly", *known));
    ASSERT_TRUE(hear());
    const int64_t first = *known + 1;
    const int64_t end = std::min(first + count, static_cast<int64_t>(load.size()) + 1);
    for (int64_t offset = first; offset < end; ++offset) {
      ASSERT_TRUE(call.Send(offset, load[static_cast<size_t>(offset - 1)]));
    }
    while (answers-- > 0 && *known + 1 < end && hear()) {
    }
    call.Break();
    call.Finish().IgnoreError();
  }
};

TEST_F(IngestTest, AStreamBrokenAnywhereLeavesWhatAnUnbrokenOneLeaves) {
  const std::string whole = PublishLines("-whole");
  const std::string broken = PublishLines("-broken");
  const std::vector<Report> load = Load(whole);
  IngestCall call(*reports_, kSystem);
  std::thread sender([&] {
    ASSERT_TRUE(call.Open(whole, "nightly"));
    for (size_t i = 0; i < load.size(); ++i) {
      ASSERT_TRUE(call.Send(static_cast<int64_t>(i) + 1, load[i]));
    }
    call.Done();
  });
  ASSERT_THAT(call.Finish(), IsOk());
  sender.join();
  EXPECT_EQ(call.last(), static_cast<int64_t>(load.size()));
  EXPECT_LT(call.answers(), call.last() / 2);  // many items share a transaction

  std::mt19937 random(20240401);
  std::map<int64_t, std::string> refusals;
  int64_t known = 0;
  const std::vector<Report> same = Load(broken);
  int streams = 0;
  for (; known < static_cast<int64_t>(same.size()); ++streams) {
    ASSERT_LT(streams, 1000);
    SendSome(broken, same, 1 + static_cast<int64_t>(random() % 80), static_cast<int>(random() % 3),
             &refusals, &known);
  }
  EXPECT_GT(streams, 3);
  EXPECT_EQ(Left(broken), Left(whole));
  std::string told;
  for (const auto& [offset, reason] : refusals) {
    absl::StrAppend(&told, told.empty() ? "" : ",", offset, "|", reason);
  }
  EXPECT_NE(Left(whole).find("\n" + told + "\n"), std::string::npos) << told;
}

TEST_F(IngestTest, AnswersInOrderAndGoesOn) {
  IngestCall call(*reports_, kSystem);
  IngestReportsResponse response;
  ASSERT_TRUE(call.Open(plan_, "a"));
  ASSERT_TRUE(call.Hear(&response));
  EXPECT_EQ(response.durable_offset(), 0);
  const auto contracts = [&](const char* period, const char* value) {
    return Parse<Report>(Expand(
        absl::StrCat(R"(indicator: "$/indicators/contracts" unit: "units/north" period: ")", period,
                     R"(" measurement { value: ")", value, R"(" unit_of_measure: "项" })")));
  };
  ASSERT_TRUE(call.Send(1, contracts("2024-03-D1", "40")));
  ASSERT_TRUE(call.Hear(&response));
  EXPECT_EQ(response.durable_offset(), 1);
  EXPECT_EQ(response.refusals_size(), 0);
  ASSERT_TRUE(call.Send(1, contracts("2024-03-D2", "50")));  // done already: passed over
  ASSERT_TRUE(call.Hear(&response));
  EXPECT_EQ(response.durable_offset(), 1);
  ASSERT_TRUE(call.Send(2, contracts("2024-03-D2", "-1")));
  ASSERT_TRUE(call.Hear(&response));
  EXPECT_EQ(response.durable_offset(), 2);
  ASSERT_EQ(response.refusals_size(), 1);
  EXPECT_EQ(response.refusals(0).offset(), 2);
  EXPECT_EQ(response.refusals(0).error().reason(), "MEASUREMENT_INVALID");
  EXPECT_EQ(response.refusals(0).error().fields(0), "measurement.value");
  ASSERT_TRUE(call.Send(4, contracts("2024-03-D2", "50")));
  EXPECT_THAT(call.Finish(), FailsWith(StatusCode::kFailedPrecondition, "INGEST_OFFSET_GAP"));
  EXPECT_EQ(List(kNorth, "")->reports_size(), 1);
}

// Ten thousand items of which one is good; every other is refused by itself, in order, and the
// stream goes on. Bytes that are no text end it, and it resumes behind what was durable.
TEST_F(IngestTest, AHostileStreamIsRefusedItemByItem) {
  constexpr int64_t kItems = 10'000;
  const Report good = Parse<Report>(Expand(R"(indicator: "$/indicators/contracts"
      unit: "units/north" period: "2024-03-D1" measurement { value: "40" unit_of_measure: "项" }
      comment: '=cmd()')"));
  const auto item = [&](int64_t offset) {
    Report report = good;
    if (offset % 100 == 2) return report;  // the first one again
    if (offset % 2 == 0) report.set_comment(std::string("a\0b", 3));
    if (offset % 2 == 1 && offset > 1) report.set_period("=cmd()");
    return report;
  };
  std::map<std::string, int> reasons;
  int64_t known = 0;
  const auto hear = [&](IngestCall& call) {
    IngestReportsResponse response;
    if (!call.Hear(&response)) return false;
    known = response.durable_offset();
    for (const auto& refusal : response.refusals()) ++reasons[refusal.error().reason()];
    return true;
  };
  {
    IngestCall call(*reports_, kSystem);
    std::thread sender([&] {
      ASSERT_TRUE(call.Open(plan_, "hostile"));
      for (int64_t offset = 1; offset <= kItems; ++offset) {
        ASSERT_TRUE(call.Send(offset, item(offset)));
      }
      Report bytes = good;
      bytes.set_comment("\xff\xfe");
      call.Send(kItems + 1, bytes);
      call.Done();
    });
    while (hear(call)) {
    }
    sender.join();
    EXPECT_EQ(call.Finish().code(), StatusCode::kInvalidArgument);
  }
  IngestCall again(*reports_, kSystem);  // tells what was lost with the stream
  ASSERT_TRUE(again.Open(plan_, "hostile", known));
  ASSERT_TRUE(hear(again));
  EXPECT_EQ(known, kItems);
  const std::map<std::string, int> want = {
      {"FIELD_INVALID", 4900}, {"PERIOD_INVALID", 4999}, {"REPORT_MOVE_NOT_ALLOWED", 100}};
  EXPECT_EQ(reasons, want);
  const auto taken = List(kNorth, "");
  ASSERT_THAT(taken, IsOk());
  ASSERT_EQ(taken->reports_size(), 1);
  EXPECT_EQ(taken->reports(0).comment(), "=cmd()");
}

TEST_F(IngestTest, OpeningsThatAreNone) {
  const auto finish = [&](const std::string& plan, const std::string& ingest) {
    IngestCall call(*reports_, kSystem);
    call.Open(plan, ingest);
    return call.Finish();
  };
  EXPECT_THAT(finish("plans", "a"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "opening.parent"));
  EXPECT_THAT(finish(plan_, "A b"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "opening.ingest"));
  EXPECT_THAT(finish("plans/nowhere", "a"), FailsWith(StatusCode::kNotFound, "PLAN_NOT_FOUND"));
  IngestCall unopened(*reports_, kSystem);
  unopened.Send(1, Report());
  EXPECT_THAT(unopened.Finish(), FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "part"));
  IngestCall twice(*reports_, kSystem);
  twice.Open(plan_, "a");
  twice.Open(plan_, "a");
  EXPECT_THAT(twice.Finish(), FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "part"));
  IngestCall office(*reports_, kOffice);
  office.Open(plan_, "a");
  EXPECT_THAT(office.Finish(), FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
}

TEST_F(IngestTest, AForeignUnitIsRefusedAndOnRecord) {
  IngestCall call(*reports_, kSystem);
  IngestReportsResponse response;
  ASSERT_TRUE(call.Open(plan_, "a"));
  ASSERT_TRUE(call.Hear(&response));
  ASSERT_TRUE(call.Send(1, Parse<Report>(Expand(R"(indicator: "$/indicators/contracts"
      unit: "units/south" period: "2024-03-D1" measurement { value: "1" unit_of_measure: "项" })"))));
  ASSERT_TRUE(call.Hear(&response));
  ASSERT_EQ(response.refusals_size(), 1);
  EXPECT_EQ(response.refusals(0).error().reason(), "NOT_OWN_UNIT");
  call.Done();
  EXPECT_THAT(call.Finish(), IsOk());
  EXPECT_EQ(Ask("SELECT CAST(COUNT(*) AS CHAR) FROM audit_entries WHERE outcome = 'NOT_OWN_UNIT'"
                " AND method LIKE '%IngestReports' AND resource = '" +
                plan_ + "'"),
            "1");
}

}  // namespace
}  // namespace duban::submission
