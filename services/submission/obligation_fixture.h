#ifndef DUBAN_SERVICES_SUBMISSION_OBLIGATION_FIXTURE_H_
#define DUBAN_SERVICES_SUBMISSION_OBLIGATION_FIXTURE_H_

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "duban/submission/v1/obligation_service.grpc.pb.h"
#include "services/submission/report_calls_fixture.h"
#include "services/submission/test_plan.h"

namespace duban::submission {

inline const Who kService = {common::v1::SERVICE, ""};

// A test over the obligations of its plan. The dekad 2024-03-D3 is owed by five lines: contracts of
// north and south, loans of north and office, opening of north. Its instants, local time: open
// 03-31 00:00, due 04-02 17:30, grace end 04-03 17:30, lock 04-08 17:30.
class ObligationTest : public ReportCallsTest {
 protected:
  using Stub = v1::ObligationService::Stub;

  ObligationTest()
      : obligations_(v1::ObligationService::NewStub(Services::Get().submission->channel())) {}

  // Local time `2024-04-02T17:30:00`, as an instant and as the fields of a request.
  static absl::Time At(const std::string& local) {
    absl::Time time;
    std::string error;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, local + "+08:00", &time, &error)) << local;
    return time;
  }
  static std::string Instant(const std::string& field, const std::string& local) {
    return absl::StrCat(field, " { seconds: ", absl::ToUnixSeconds(At(local)), " } ");
  }
  static void Now(const std::string& local) { Services::Get().clock.Set(At(local)); }

  // Requests, from text; `$` stands for plan_. Fields named in `change` replace those above.
  v1::OpenObligationsRequest OpenRequest(const std::string& change = "") const {
    auto request = Parse<v1::OpenObligationsRequest>(Expand(absl::StrCat(
        R"(parent: "$" session: "$/sessions/dispatch-2024-03-d3"
            period: "2024-03-D3" calendar_version: "cn-2024.1" )",
        Instant("open_time", "2024-03-31T00:00:00"), Instant("due_time", "2024-04-02T17:30:00"),
        Instant("grace_end_time", "2024-04-03T17:30:00"),
        Instant("lock_time", "2024-04-08T17:30:00"))));
    request.MergeFrom(Parse<v1::OpenObligationsRequest>(Expand(change)));
    return request;
  }
  absl::StatusOr<v1::OpenObligationsResponse> Open(const std::string& change = "",
                                                   const Who& who = kService) const {
    return Call(who, *obligations_, &Stub::OpenObligations, OpenRequest(change));
  }
  absl::StatusOr<v1::ListObligationsResponse> Obligations(const Who& who,
                                                          const std::string& request = "") const {
    auto list = Parse<v1::ListObligationsRequest>(Expand(request));
    if (list.parent().empty()) list.set_parent(plan_);
    return Call(who, *obligations_, &Stub::ListObligations, list);
  }
  absl::StatusOr<v1::Obligation> Obligation(const Who& who, const std::string& name) const {
    v1::GetObligationRequest request;
    request.set_name(name);
    return Call(who, *obligations_, &Stub::GetObligation, request);
  }
  absl::StatusOr<v1::Obligation> AskForTime(const Who& who, const std::string& name,
                                            const std::string& fields) const {
    return Verb(who, &Stub::RequestExtension, name, fields);
  }
  absl::StatusOr<v1::Obligation> Decide(const Who& who, const std::string& name,
                                        const std::string& fields) const {
    return Verb(who, &Stub::DecideExtension, name, fields);
  }
  absl::StatusOr<v1::Obligation> Waive(const Who& who, const std::string& name,
                                       const std::string& fields) const {
    return Verb(who, &Stub::WaiveObligation, name, fields);
  }
  absl::StatusOr<v1::Obligation> Reopen(const Who& who, const std::string& name,
                                        const std::string& fields) const {
    return Verb(who, &Stub::ReopenObligation, name, fields);
  }
  absl::StatusOr<v1::Completeness> Completeness(const Who& who,
                                                const std::string& filter = "") const {
    v1::GetCompletenessRequest request;
    request.set_plan(plan_);
    request.set_filter(Expand(filter));
    return Call(who, *progress_, &v1::ProgressService::Stub::GetCompleteness, request);
  }

  // The obligation of a line for 2024-03-D3; the test fails if there is none.
  v1::Obligation Of(const std::string& indicator, const std::string& unit,
                    const std::string& period = "2024-03-D3") const {
    const auto list = Obligations(
        kAuditor, absl::StrCat(R"(filter: "indicator = $/indicators/)", indicator,
                               " AND unit = ", "units/", unit, " AND period = ", period, R"(")"));
    EXPECT_TRUE(list.ok() && list->obligations_size() == 1) << indicator << " " << unit;
    return list.ok() && list->obligations_size() == 1 ? list->obligations(0) : v1::Obligation();
  }

  // Everything that a change of obligations may write, beside what Content() knows.
  std::string AllContent() const {
    return absl::StrCat(Content(), " ",
                        Ask("SELECT CAST(COALESCE(SUM(version), 0) AS CHAR) FROM obligations"));
  }

  std::unique_ptr<Stub> obligations_;

 private:
  template <typename Request>
  absl::StatusOr<v1::Obligation> Verb(const Who& who,
                                      grpc::Status (Stub::*rpc)(grpc::ClientContext*,
                                                                const Request&, v1::Obligation*),
                                      const std::string& name, const std::string& fields) const {
    auto request = Parse<Request>(fields);
    request.set_name(name);
    return Call(who, *obligations_, rpc, request);
  }
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_OBLIGATION_FIXTURE_H_
