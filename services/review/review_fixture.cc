#include "services/review/review_fixture.h"

#include <atomic>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/clock.h"
#include "google/protobuf/util/json_util.h"
#include "services/review/review.h"

// The other services are linked in whole and met over their contract only.
namespace duban::indicator {
const server::ServiceDefinition& IndicatorDefinition();
}  // namespace duban::indicator
namespace duban::submission {
server::ServiceDefinition DefinitionFor(const std::string& indicator_target);
}  // namespace duban::submission

namespace duban::review {
namespace {

using testing::IsOk;
using PlanStub = indicator::v1::PlanService::Stub;

template <typename Message>
Message Read(const std::string& file, const std::string& from, const std::string& to) {
  std::ifstream in(absl::StrCat(DUBAN_PLANS "/", file));
  std::ostringstream json;
  json << in.rdbuf();
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(
      absl::StrReplaceAll(json.str(), {{from, to}}), &message);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return message;
}

}  // namespace

Services::Services()
    : clock(Begin()),
      indicator(std::make_unique<testing::ServiceHarness>(::duban::indicator::IndicatorDefinition(),
                                                          &clock)),
      submission(std::make_unique<testing::ServiceHarness>(
          ::duban::submission::DefinitionFor(indicator->target()), &clock)),
      review(std::make_unique<testing::ServiceHarness>(
          Definition({.indicator_target = indicator->target(),
                      .submission_target = submission->target(),
                      .scheduler_interval = absl::InfiniteDuration(),
                      .audit_seal_interval = absl::ZeroDuration()}),
          &clock)) {}

absl::Time Services::Begin() {
  return absl::FromCivil(absl::CivilSecond(2024, 3, 29, 9, 0, 0), absl::FixedTimeZone(8 * 3600));
}

Services& Services::Get() {
  static Services* services = [] {
    static std::unique_ptr<Services> owned(new Services());
    return owned.get();
  }();
  return *services;
}

indicator::v1::PlanDocument LinxiangDocument(const std::string& id) {
  return Read<indicator::v1::PlanDocument>("linxiang-2024.json", "plans/linxiang-innovation-2024",
                                           absl::StrCat("plans/", id));
}

v1::CalendarDocument ChineseCalendars() {
  return Read<v1::CalendarDocument>("working-days-cn.json", "\t", " ");
}

ReviewTest::ReviewTest()
    : plans_(indicator::v1::PlanService::NewStub(Services::Get().indicator->channel())) {
  Services::Get().clock.Set(Services::Begin());
}

ReviewTest::~ReviewTest() = default;

std::string ReviewTest::PublishLinxiang(
    const std::function<void(indicator::v1::PlanDocument*)>& change) const {
  static std::atomic<int> count = 0;
  const std::string id = absl::StrCat("linxiang-", ++count);
  indicator::v1::ImportPlanRequest import;
  *import.mutable_document() = LinxiangDocument(id);
  if (change) change(import.mutable_document());
  EXPECT_THAT(Call(kOffice, *plans_, &PlanStub::ImportPlan, import), IsOk());
  indicator::v1::PublishPlanRequest publish;
  publish.set_name(absl::StrCat("plans/", id));
  EXPECT_THAT(Call(kOffice, *plans_, &PlanStub::PublishPlan, publish), IsOk());
  return publish.name();
}

void ReviewTest::ClosePlan(const std::string& plan) const {
  indicator::v1::ClosePlanRequest request;
  request.set_name(plan);
  request.set_reason("年度结束");
  EXPECT_THAT(Call(kOffice, *plans_, &PlanStub::ClosePlan, request), IsOk());
}

std::string ReviewTest::Ask(const std::string& sql) const {
  const auto rows = database().Read(MachineNow() + absl::Seconds(10),
                                    [&](db::Session& session) { return session.Query(sql); });
  EXPECT_THAT(rows, IsOk());
  return rows.ok() && !rows->empty() && !rows->front().IsNull(0) ? rows->front().GetString(0) : "";
}

}  // namespace duban::review
