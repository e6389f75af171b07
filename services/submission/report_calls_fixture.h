#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_CALLS_FIXTURE_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_CALLS_FIXTURE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/submission_fixture.h"
#include "services/submission/test_plan.h"

namespace duban::submission {

inline const Who kNorthHead = {common::v1::UNIT_HEAD, "units/north"};
inline const Who kSouthHead = {common::v1::UNIT_HEAD, "units/south"};

// Calls of the whole life of a report, requests from text; `$` stands for plan_.
class ReportCallsTest : public SubmissionTest {
 protected:
  using Stub = v1::ReportService::Stub;

  absl::StatusOr<v1::Report> Endorse(const Who& who, const std::string& name,
                                     const std::string& fields = "") const {
    return Named(who, &Stub::EndorseReport, name, fields);
  }
  absl::StatusOr<v1::Report> Withdraw(const Who& who, const std::string& name,
                                      const std::string& reason = "",
                                      const std::string& fields = "") const {
    return Named(who, &Stub::WithdrawReport, name, ReasonField(reason) + fields);
  }
  absl::StatusOr<v1::Report> Correct(const Who& who, const std::string& name,
                                     const std::string& report, const std::string& reason = "更正",
                                     const std::string& fields = "") const {
    return Named(who, &Stub::CorrectReport, name,
                 absl::StrCat(ReasonField(reason), " report { ", report, " } ", fields));
  }
  absl::StatusOr<v1::Report> NoChange(const Who& who, const std::string& report,
                                      const std::string& request_id = "") const {
    v1::ReportNoChangeRequest request;
    request.set_parent(plan_);
    *request.mutable_report() = Parse<v1::Report>(Expand(report));
    request.set_request_id(request_id);
    return Call(who, *reports_, &Stub::ReportNoChange, request);
  }
  absl::StatusOr<v1::DiffReportRevisionsResponse> Diff(const Who& who, const std::string& report,
                                                       int64_t from, int64_t to) const {
    v1::DiffReportRevisionsRequest request;
    request.set_parent(report);
    request.set_from_revision(from);
    request.set_to_revision(to);
    return Call(who, *reports_, &Stub::DiffReportRevisions, request);
  }
  absl::StatusOr<v1::ReportComment> Comment(const Who& who, const std::string& report,
                                            const std::string& comment) const {
    v1::CommentOnReportRequest request;
    request.set_parent(report);
    *request.mutable_comment() = Parse<v1::ReportComment>(comment);
    return Call(who, *reports_, &Stub::CommentOnReport, request);
  }
  absl::StatusOr<v1::ListReportCommentsResponse> Comments(const Who& who,
                                                          const std::string& request) const {
    return Call(who, *reports_, &Stub::ListReportComments,
                Parse<v1::ListReportCommentsRequest>(request));
  }
  absl::StatusOr<v1::ReportComment> Resolve(const Who& who, const std::string& name) const {
    v1::ResolveCommentRequest request;
    request.set_name(name);
    return Call(who, *reports_, &Stub::ResolveComment, request);
  }

  // The correction of north's accepted report with another value, accepted too.
  absl::StatusOr<v1::Report> Replace(const v1::Report& accepted, const std::string& value,
                                     const std::string& fields = "") const {
    const auto correction =
        Correct(kNorth, accepted.name(),
                absl::StrCat("measurement { value: '", value, "' unit_of_measure: '",
                             accepted.measurement().unit_of_measure(), "' } ", fields));
    if (!correction.ok()) return correction;
    const auto submitted = Submit(kNorth, correction->name());
    return submitted.ok() ? Accept(kOffice, correction->name()) : submitted;
  }

  // A report of north for a period, accepted.
  v1::Report AcceptedOf(const std::string& indicator, const std::string& period,
                        const std::string& measurement) const {
    const auto draft = Create(
        kNorth, absl::StrCat(R"(indicator: "$/indicators/)", indicator, R"(" unit: "units/north"
        period: ")",
                             period, R"(" measurement { )", measurement, " }"));
    EXPECT_THAT(draft, ::duban::testing::IsOk());
    EXPECT_THAT(Submit(kNorth, draft->name()), ::duban::testing::IsOk());
    const auto accepted = Accept(kOffice, draft->name());
    EXPECT_THAT(accepted, ::duban::testing::IsOk());
    return *accepted;
  }

  // The types of the events about a resource, in their order.
  std::string Events(const std::string& subject) const {
    return Ask(
        absl::StrCat("SELECT GROUP_CONCAT(SUBSTRING_INDEX(type, '.', -1) ORDER BY sequence)"
                     " FROM outbox_events WHERE type NOT LIKE '%.light_changed' AND subject = '",
                     subject, "'"));
  }
  // What an acceptance did to its line's light, such as `GREY GREEN`; empty: nothing.
  std::string LightChangeBy(const std::string& report) const {
    return Ask(
        absl::StrCat("SELECT COALESCE(MIN(CONCAT(JSON_VALUE(data_json, '$.before'), ' ',"
                     " JSON_VALUE(data_json, '$.after'))), '') FROM outbox_events"
                     " WHERE type LIKE '%.light_changed' AND subject = '",
                     report, "'"));
  }

 private:
  static std::string ReasonField(const std::string& reason) {
    return absl::StrCat("reason: '", reason, "' ");
  }

  template <typename Request>
  absl::StatusOr<v1::Report> Named(const Who& who,
                                   grpc::Status (Stub::*rpc)(grpc::ClientContext*, const Request&,
                                                             v1::Report*),
                                   const std::string& name, const std::string& fields) const {
    auto request = Parse<Request>(Expand(fields));
    request.set_name(name);
    return Call(who, *reports_, rpc, request);
  }
};

// A test over a plan that asks for endorsement.
class EndorsementTest : public ReportCallsTest {
 protected:
  EndorsementTest() {
    plan_ += "-endorsed";
    indicator::v1::PlanDocument document = TestDocument(plan_);
    document.mutable_plan()->set_endorsement_required(true);
    Import(document);
    Publish(plan_);
  }
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_CALLS_FIXTURE_H_
