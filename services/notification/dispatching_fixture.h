#ifndef DUBAN_SERVICES_NOTIFICATION_DISPATCHING_FIXTURE_H_
#define DUBAN_SERVICES_NOTIFICATION_DISPATCHING_FIXTURE_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "duban/notification/v1/preference_service.grpc.pb.h"
#include "duban/review/v1/action_item_events.pb.h"
#include "duban/review/v1/session_events.pb.h"
#include "duban/submission/v1/events.pb.h"
#include "duban/submission/v1/obligation_events.pb.h"
#include "services/notification/routing_fixture.h"

namespace duban::notification {

// What services tell of, with the routes of deploy/notification/routing.json.
class DispatchingTest : public RoutingTest {
 protected:
  using Preferences = v1::PreferenceService::Stub;
  static constexpr char kPlan[] = "plans/linxiang-innovation-2024";
  static constexpr char kMessageRows[] =
      "SELECT member, sequence, type FROM messages ORDER BY member, sequence";
  static constexpr char kNotices[] =
      "SELECT member, state, DATE_FORMAT(due_time, '%m-%d %H:%i') FROM notices"
      " ORDER BY member, due_time";

  DispatchingTest() { ImportDefaults(); }

  static submission::v1::ReportReturned Returned() {
    submission::v1::ReportReturned returned;
    returned.set_indicator(absl::StrCat(kPlan, "/indicators/none"));
    returned.set_period("2024-03-D2");
    returned.set_submitter("members/zhao");
    returned.set_reason("数字有误");
    return returned;
  }

  std::string ReturnReport(const std::string& report, int64_t sequence = 1) {
    return Publish("duban.submission.report.returned", "reports/" + report, sequence, Returned());
  }

  void OpenObligation(const std::string& id, const std::string& unit,
                      const std::string& indicator) {
    submission::v1::ObligationOpened opened;
    opened.set_indicator(absl::StrCat(kPlan, "/indicators/", indicator));
    opened.set_period("2024-03-D3");
    opened.set_session(absl::StrCat(kPlan, "/sessions/dispatch-2024-03-d3"));
    *opened.mutable_due_time() = ToTimestamp(clock().Now() + absl::Hours(72));
    Publish("duban.submission.obligation.opened", "obligations/" + id, 1, opened, "units/" + unit);
  }

  void SubmitReport(const std::string& indicator, const std::string& report) {
    submission::v1::ReportSubmitted submitted;
    submitted.set_indicator(absl::StrCat(kPlan, "/indicators/", indicator));
    submitted.set_period("2024-03-D3");
    Publish("duban.submission.report.submitted", "reports/" + report, 1, submitted);
  }

  void Remind(const std::vector<std::string>& obligations) {
    review::v1::SessionDueSoon soon;
    soon.set_kind(indicator::v1::CadenceRule::DISPATCH);
    soon.set_period("2024-03-D3");
    *soon.mutable_due_time() = ToTimestamp(clock().Now() + absl::Hours(90));
    for (const std::string& id : obligations) {
      soon.add_obligations(absl::StrCat(kPlan, "/obligations/", id));
    }
    Publish("duban.review.session.due_soon", "sessions/dispatch-2024-03-d3", 1, soon);
  }

  void Escalate(const std::string& item) {
    review::v1::ActionItemEscalated escalated;
    escalated.set_title("补齐合同登记");
    escalated.set_step(indicator::v1::EscalationStep::RED_SLIP);
    *escalated.mutable_due_time() = ToTimestamp(clock().Now());
    Publish("duban.review.action_item.escalated", "actionItems/" + item, 3, escalated);
  }

  void WantDigest(const std::string& member) {
    const auto stub = v1::PreferenceService::NewStub(channel());
    v1::UpdatePreferencesRequest request;
    request.mutable_preferences()->set_name(absl::StrCat("members/", member, "/preferences"));
    request.mutable_preferences()->set_digest(true);
    ASSERT_THAT(Call(*stub, &Preferences::UpdatePreferences, request, common::v1::REPORTER, member),
                testing::IsOk());
  }

  void DispatchAndTell() {
    Dispatch();
    Tell();
  }
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DISPATCHING_FIXTURE_H_
