#ifndef DUBAN_SERVICES_REVIEW_REVIEW_FIXTURE_H_
#define DUBAN_SERVICES_REVIEW_REVIEW_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/client/caller.h"
#include "common/testing/fake_clock.h"
#include "common/testing/service_harness.h"
#include "common/testing/status_matchers.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"
#include "duban/review/v1/calendar.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace duban::review {

// Who calls.
struct Who {
  common::v1::Role role;
  std::string unit;
};

inline const Who kWater = {common::v1::REPORTER, "units/water"};
inline const Who kFinance = {common::v1::REPORTER, "units/finance"};
inline const Who kOffice = {common::v1::OFFICE, "units/sci-industry"};
inline const Who kReviewer = {common::v1::OFFICE, "units/government-office"};
inline const Who kLeader = {common::v1::LEADER, ""};
inline const Who kAuditor = {common::v1::AUDITOR, ""};
inline const Who kAdmin = {common::v1::ADMIN, ""};
inline const Who kService = {common::v1::SERVICE, ""};

// This service and the real indicator and submission services behind it, in this process over real
// gRPC and a real database. Made once per test program. It is 2024-03-29 09:00 in the plans' zone.
struct Services {
  static Services& Get();

  testing::FakeClock clock;
  std::unique_ptr<testing::ServiceHarness> indicator;
  std::unique_ptr<testing::ServiceHarness> submission;
  std::unique_ptr<testing::ServiceHarness> review;

  static absl::Time Begin();

 private:
  Services();
};

// The message that a text in protobuf's text form says.
template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// deploy/plans/linxiang-2024.json, named plans/{id}.
indicator::v1::PlanDocument LinxiangDocument(const std::string& id);

// deploy/plans/working-days-cn.json.
v1::CalendarDocument ChineseCalendars();

class ReviewTest : public ::testing::Test {
 protected:
  ReviewTest();
  ~ReviewTest() override;

  // Calls an RPC of one of the services over the wire.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(const Who& who, Stub& stub,
                                grpc::Status (Stub::*rpc)(grpc::ClientContext*, const Request&,
                                                          Response*),
                                const Request& request) const {
    grpc::ClientContext context;
    Services::Get().review->Authorize(&context, who.role, who.unit);
    Response response;
    const absl::Status status = client::FromGrpc((stub.*rpc)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }

  // Imports and publishes the Linxiang plan under a name of its own, which is answered; `change`
  // changes the document before.
  std::string PublishLinxiang(
      const std::function<void(indicator::v1::PlanDocument*)>& change = nullptr) const;

  void ClosePlan(const std::string& plan) const;

  db::Database& database() const { return Services::Get().review->database(); }
  // The first column of the first row as text.
  std::string Ask(const std::string& sql) const;

  std::unique_ptr<indicator::v1::PlanService::Stub> plans_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_REVIEW_FIXTURE_H_
