// What happens in the other services reaches the people whom it concerns, over the real binaries.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "duban/review/v1/bulletin_events.pb.h"
#include "duban/review/v1/session_events.pb.h"
#include "gtest/gtest.h"
#include "tests/e2e/local_stack.h"

namespace duban::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Reports = submission::v1::ReportService::Stub;

constexpr absl::Duration kLong = absl::Seconds(90);
// Lines that are reported every ten days.
constexpr size_t kLinesOfEveryDekad = 26;
constexpr char kDekadSession[] = "plans/linxiang-innovation-2024/sessions/dispatch-2024-03-d3";

class NotificationTest : public ::testing::Test {
 protected:
  std::vector<std::string> Select(const std::string& sql) {
    const auto rows = stack_.database().Read(
        MachineNow() + absl::Seconds(10), [&](db::Session& session) { return session.Query(sql); });
    EXPECT_THAT(rows, IsOk());
    std::vector<std::string> texts;
    for (const db::Row& row : *rows) texts.push_back(row.GetString(0));
    return texts;
  }

  // Tells an event in the name of the review service, for a unit (empty: none).
  void TellAsReview(const std::string& type, const std::string& subject, const std::string& unit,
                    const google::protobuf::Message& data) {
    notification::v1::PublishEventsRequest request;
    common::v1::Event& event = *request.add_events();
    event.set_id(NewUuid7(MachineNow()));
    event.set_type(type);
    event.set_source("review");
    event.set_subject(absl::StrCat(kPlan, "/", subject));
    event.set_plan(kPlan);
    event.set_unit(unit);
    event.set_sequence(1);
    *event.mutable_time() = ToTimestamp(MachineNow());
    event.mutable_data()->PackFrom(data);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(MachineNow() + absl::Seconds(10)));
    context.AddMetadata("authorization", "Bearer " + stack_.SignAt({.subject = "services/review",
                                                                    .unit = "",
                                                                    .units = {},
                                                                    .roles = {common::v1::SERVICE}},
                                                                   MachineNow()));
    notification::v1::PublishEventsResponse response;
    ASSERT_THAT(client::FromGrpc(stack_.events().PublishEvents(&context, request, &response)),
                IsOk());
    ASSERT_EQ(response.outcomes(0).reason(), "");
  }

  // housing reports, and the office sends it back.
  void ReportAndReturn() {
    const auto draft =
        stack_.Call(stack_.reports(), &Reports::CreateReport, Reporter("housing"),
                    DraftOf("contract-count", "housing", "2024-03-D3", Value("4", "项")));
    ASSERT_THAT(draft, IsOk());
    submission::v1::SubmitReportRequest submit;
    submit.set_name(draft->name());
    ASSERT_THAT(stack_.Call(stack_.reports(), &Reports::SubmitReport, Reporter("housing"), submit),
                IsOk());
    submission::v1::ReturnReportRequest back;
    back.set_name(draft->name());
    back.set_reason("请附合同清单");
    ASSERT_THAT(stack_.Call(stack_.reports(), &Reports::ReturnReport, Office(), back), IsOk());
  }

  // Waits until a SELECT of one column has this many rows.
  bool WaitForRows(size_t rows, const std::string& sql) {
    return WaitUntil(kLong, [&] { return Select(sql).size() == rows; });
  }

  // Ten seconds before the third dekad of March opens, on a Saturday night.
  LocalStack stack_{"2024-03-30T23:59:50+08:00"};
};

TEST_F(NotificationTest, ThoseWhomItConcernsAreToldOnceAtTheRightHour) {
  ASSERT_THAT(stack_.LoadCalendars(), IsOk());
  ASSERT_THAT(stack_.LoadRouting(), IsOk());
  ASSERT_THAT(stack_.LoadLinxiang(), IsOk());
  ASSERT_THAT(stack_.AddLiaisons(), IsOk());
  const std::string opened =
      absl::StrCat(" FROM notices WHERE event_type = 'duban.review.session.opened' AND subject = '",
                   kDekadSession, "'");
  ASSERT_TRUE(WaitUntil(kLong, [&] { return !Select("SELECT member" + opened).empty(); }));
  const std::vector<std::string> owing = Select(absl::StrCat(
      "SELECT DISTINCT CONCAT('reporter-', unit) FROM tracked_obligations WHERE session = '",
      kDekadSession, "' ORDER BY 1"));
  EXPECT_THAT(Select(absl::StrCat("SELECT obligation FROM tracked_obligations WHERE session = '",
                                  kDekadSession, "'")),
              SizeIs(kLinesOfEveryDekad));
  EXPECT_EQ(Select("SELECT member" + opened + " ORDER BY member"), owing);
  // Sunday is no working day: nobody is told before Monday, 08:30 (00:30 in UTC).
  EXPECT_THAT(Select("SELECT DISTINCT CAST(due_time AS CHAR)" + opened),
              ElementsAre(::testing::StartsWith("2024-04-01 00:30:00")));
  EXPECT_THAT(Select("SELECT member FROM messages"), IsEmpty());

  review::v1::SessionDueSoon soon;
  soon.set_kind(indicator::v1::CadenceRule::DISPATCH);
  soon.set_period("2024-03-D3");
  *soon.mutable_due_time() = ToTimestamp(absl::FromUnixSeconds(1711963800));
  for (const std::string& obligation :
       Select("SELECT obligation FROM tracked_obligations WHERE unit = 'housing' AND indicator ="
              " 'contract-count' AND period = '2024-03-D3'")) {
    soon.add_obligations(obligation);
  }
  ASSERT_EQ(soon.obligations_size(), 1);
  TellAsReview("duban.review.session.due_soon", "sessions/dispatch-2024-03-d3", "units/housing",
               soon);
  ReportAndReturn();
  review::v1::BulletinPublished published;
  published.set_kind(indicator::v1::CadenceRule::BULLETIN);
  published.set_period("2024-02");
  published.set_title("关于2024年2月推进情况的通报");
  published.set_document_number("临创发〔2024〕2号");
  TellAsReview("duban.review.bulletin.published", "bulletins/b", "", published);
  ASSERT_TRUE(WaitForRows(1,
                          "SELECT event FROM notification_events WHERE state = 2 AND type ="
                          " 'duban.submission.report.returned'"));
  ASSERT_TRUE(WaitForRows(1,
                          "SELECT event FROM notification_events WHERE state = 2 AND type ="
                          " 'duban.review.bulletin.published'"));
  EXPECT_THAT(Select("SELECT member FROM messages"), IsEmpty());

  stack_.RestartNotificationAt("2024-04-01T08:29:58+08:00");
  ASSERT_TRUE(WaitUntil(kLong, [&] {
    return Select(
               "SELECT notice FROM notices WHERE state = 1"
               " AND digest_date = ''")
        .empty();
  }));
  const auto told = [&](const std::string& type) {
    return Select(
        absl::StrCat("SELECT member FROM messages WHERE type = '", type, "' ORDER BY member"));
  };
  EXPECT_EQ(Select(absl::StrCat("SELECT member FROM messages WHERE type ="
                                " 'duban.review.session.opened' AND subject = '",
                                kDekadSession, "' ORDER BY member")),
            owing);
  EXPECT_THAT(told("duban.submission.report.returned"), ElementsAre("reporter-housing"));
  std::vector<std::string> members;
  const auto document = LocalStack::LinxiangDocument();
  for (const std::string& unit : document.plan().work_group().members()) {
    members.push_back("reporter-" + unit.substr(6));
  }
  EXPECT_THAT(told("duban.review.bulletin.published"),
              ::testing::UnorderedElementsAreArray(members));
  EXPECT_THAT(told("duban.review.session.due_soon"), IsEmpty());
  EXPECT_THAT(Select("SELECT CONCAT(member, ' ', state) FROM notices WHERE event_type ="
                     " 'duban.review.session.due_soon'"),
              ElementsAre("reporter-housing 3"));
}

}  // namespace
}  // namespace duban::testing
