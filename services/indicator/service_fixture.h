#ifndef DUBAN_SERVICES_INDICATOR_SERVICE_FIXTURE_H_
#define DUBAN_SERVICES_INDICATOR_SERVICE_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/database.h"
#include "common/server/call_context.h"
#include "common/server/mutation.h"
#include "common/server/process.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/indicator/amendment_service.h"
#include "services/indicator/document_service.h"
#include "services/indicator/indicator_service.h"
#include "services/indicator/member_service.h"
#include "services/indicator/plan_service.h"
#include "services/indicator/test_plan.h"
#include "services/indicator/unit_service.h"

namespace duban::indicator {

// The handlers of this service on a real, empty database, at 2024-03-29 09:00 in Linxiang.
class ServiceFixture : public ::testing::Test {
 protected:
  ServiceFixture();

  // A call by an officer of the work group's office.
  server::CallContext Call() const;

  // Imports a document; it must be right.
  v1::Plan Import(const v1::PlanDocument& document);
  // Imports and publishes it.
  v1::Plan Publish(const v1::PlanDocument& document);
  v1::PlanDocument Export(const std::string& plan);
  v1::Indicator Get(const std::string& indicator);

  // Runs a call that must fail with this code and reason (and, unless empty, for this field, told
  // in Chinese) and must leave every table as it was; returns what it answered, until the next.
  template <typename Run>
  const absl::Status& Refused(Run run, absl::StatusCode code, const std::string& reason,
                              const std::string& field = "") {
    const std::string before = Contents();
    const absl::Status& status = refusal_ = testing::StatusOf(run());
    if (field.empty()) {
      EXPECT_THAT(status, testing::FailsWith(code, reason));
    } else {
      EXPECT_THAT(status, testing::FailsWith(code, reason, field));
    }
    EXPECT_FALSE(GetLocalizedText(status, "zh-CN").empty());
    EXPECT_EQ(Contents(), before);
    return status;
  }

  // The number of rows and a checksum of every table.
  std::string Contents();

  // The answer of a SELECT of one column.
  std::vector<std::string> Column(const std::string& sql);

  absl::Status refusal_;  // the last one
  testing::FakeClock clock_;
  std::unique_ptr<db::Database> database_;
  server::Mutations mutations_;
  server::Environment environment_;
  PlanService plans_;
  DocumentService documents_;
  IndicatorService indicators_;
  AmendmentService amendments_;
  UnitService units_;
  MemberService members_;
};

// The message that a text in protobuf's text form says.
template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_SERVICE_FIXTURE_H_
