#include "services/notification/webhook_rules.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "common/base/timestamp.h"
#include "duban/submission/v1/events.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace duban::notification {
namespace {

using ::testing::ElementsAre;

// The example of the Standard Webhooks specification.
TEST(WebhookRulesTest, SignsAsTheSpecification) {
  EXPECT_THAT(
      SignWebhook("msg_p5jXN8AQM9LWM0D4loKWxJek", absl::FromUnixSeconds(1614265330),
                  R"({"test": 2432232314})", {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}),
      ElementsAre("webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp: 1614265330",
                  "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
}

TEST(WebhookRulesTest, SignsWithEverySecret) {
  const auto headers =
      SignWebhook("a", absl::FromUnixSeconds(1), "body", {NewWebhookSecret(), NewWebhookSecret()});
  EXPECT_THAT(headers[2], ::testing::MatchesRegex("webhook-signature: v1,[^ ]+ v1,[^ ]+"));
}

TEST(WebhookRulesTest, SecretsAreLongAndUnlike) {
  const std::string secret = NewWebhookSecret();
  std::string key;
  ASSERT_TRUE(absl::StartsWith(secret, "whsec_"));
  ASSERT_TRUE(absl::Base64Unescape(secret.substr(6), &key));
  EXPECT_EQ(key.size(), 32);
  EXPECT_NE(secret, NewWebhookSecret());
}

TEST(WebhookRulesTest, ABodyTellsOfNobody) {
  common::v1::Event event;
  event.set_id("0190a000-0000-7000-8000-000000000001");
  event.set_type("duban.submission.report.returned");
  event.set_source("submission");
  event.set_subject("plans/p/reports/r");
  event.set_plan("plans/p");
  event.set_unit("units/water");
  event.set_sequence(3);
  *event.mutable_time() = ToTimestamp(absl::FromUnixMicros(1711674000123456));
  submission::v1::ReportReturned data;
  data.set_submitter("members/li");
  data.set_reason("“口径”不符");
  event.mutable_data()->PackFrom(data);
  const nlohmann::json body = nlohmann::json::parse(CloudEventOf(event));
  const nlohmann::json want = {
      {"specversion", "1.0"},
      {"id", "0190a000-0000-7000-8000-000000000001"},
      {"source", "/duban/submission"},
      {"type", "duban.submission.report.returned"},
      {"subject", "plans/p/reports/r"},
      {"time", "2024-03-29T01:00:00.123456Z"},
      {"datacontenttype", "application/json"},
      {"data", {{"plan", "plans/p"}, {"unit", "units/water"}, {"version", 3}}}};
  EXPECT_EQ(body, want);
}

// The longest that an event's fields may be.
TEST(WebhookRulesTest, ABodyIsSmall) {
  common::v1::Event event;
  event.set_type(std::string(128, 'a'));
  event.set_subject(std::string(255 * 4, '\x01'));
  event.set_plan(std::string(255 * 4, '\xff'));
  event.set_unit(std::string(255 * 4, '"'));
  EXPECT_LT(CloudEventOf(event).size(), 20'000);
}

}  // namespace
}  // namespace duban::notification
