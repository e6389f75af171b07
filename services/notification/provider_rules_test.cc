#include "services/notification/provider_rules.h"

#include <string>

#include "absl/strings/escaping.h"
#include "common/base/hmac.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;

constexpr char kChannelsFile[] = R"({
  "email": {"url": "smtp://mail:587", "from": "duban@example.gov.cn", "from_name": "督办",
            "user": "duban", "password_file": "/run/mail"},
  "providers": [{"name": "sms-gateway", "channel": "SMS", "url": "https://sms/send",
    "headers": {"authorization": "Bearer {secret}"}, "body": "{\"to\": \"{address}\"}",
    "success_pointer": "/code", "success_value": "0", "refused_values": ["7", "8"],
    "message_pointer": "/data/id", "receipt_within_seconds": 60,
    "rate_per_second": 2.5}]})";

TEST(ProviderRulesTest, ReadsTheChannels) {
  const auto channels = ParseChannels(kChannelsFile);
  ASSERT_THAT(channels, IsOk());
  ASSERT_EQ(channels->mail.size(), 1);
  EXPECT_TRUE(channels->mail[0].starttls);
  EXPECT_EQ(channels->mail[0].from_name, "督办");
  ASSERT_EQ(channels->providers.size(), 1);
  EXPECT_EQ(channels->providers[0].channel, v1::SMS);
  EXPECT_EQ(channels->providers[0].headers.at("authorization"), "Bearer {secret}");
  EXPECT_EQ(channels->providers[0].receipt_within_seconds, 60);
  EXPECT_EQ(channels->providers[0].rate_per_second, 2.5);
  EXPECT_THAT(ParseChannels("{}"), IsOk());
}

struct BadFileCase {
  const char* json;
  const char* what;
};

const BadFileCase kBadFiles[] = {
    {"", "no JSON object"},
    {"[]", "no JSON object"},
    {R"({"mail": {}})", "file.mail is unknown"},
    {R"({"email": {}})", "email.url is missing"},
    {R"({"email": 1})", "email is no object"},
    {R"({"email": {"url": "http://a", "from": "a@b"}})", "email.url"},
    {R"({"email": {"url": "smtp://a", "from": "a b"}})", "email.from"},
    {R"({"email": {"url": "smtp://a", "from": "a@b", "starttls": "no"}})", "email.starttls"},
    {R"({"email": {"url": "smtp://a", "from": "a@b", "rate_per_second": 0}})", "rate_per_second"},
    {R"({"providers": {}})", "file.providers"},
    {R"({"providers": [{"name": "a", "channel": "EMAIL", "url": "https://a", "body": ""}]})",
     "channel"},
    {R"({"providers": [{"name": "A", "channel": "SMS", "url": "https://a", "body": ""}]})", "slug"},
    {R"({"providers": [{"name": "a", "channel": "SMS", "url": "a", "body": ""}]})", "url"},
    {R"({"providers": [{"name": "a", "channel": "SMS", "url": "https://a", "body": "",
        "success_pointer": "code"}]})",
     "pointer"},
    {R"({"providers": [{"name": "a", "channel": "SMS", "url": "https://a", "body": "",
        "receipt_within_seconds": 0}]})",
     "receipt_within_seconds"},
    {R"({"providers": [{"name": "a", "channel": "SMS", "url": "https://a", "body": ""},
        {"name": "b", "channel": "SMS", "url": "https://a", "body": ""}]})",
     "same channel"},
};

TEST(ProviderRulesTest, SaysWhatIsWrongWithAFile) {
  for (const BadFileCase& test : kBadFiles) {
    const auto channels = ParseChannels(test.json);
    EXPECT_EQ(channels.status().code(), absl::StatusCode::kInvalidArgument) << test.json;
    EXPECT_THAT(channels.status().message(), HasSubstr(test.what)) << test.json;
  }
}

TEST(ProviderRulesTest, FillsInOncePerName) {
  const Placeholders names = {{"text", "他说\"{id}\"\n"}, {"id", "7"}};
  EXPECT_EQ(FillIn(R"({"id":{id},"t":"{text}","x":{"y":"{z}"}})", names, true),
            "{\"id\":7,\"t\":\"他说\\\"{id}\\\"\\n\",\"x\":{\"y\":\"{z}\"}}");
  EXPECT_EQ(FillIn("{id}{id", names, false), "7{id");
  EXPECT_EQ(FillIn("{text}", names, false), "他说\"{id}\"\n");
}

struct AnswerCase {
  const char* name;
  int status;
  const char* body;
  Verdict verdict;
  const char* message;
};

const AnswerCase kAnswerCases[] = {
    {"taken", 200, R"({"code": 0, "data": {"id": "m-7"}})", Verdict::kTaken, "m-7"},
    {"a number as id", 200, R"({"code": "0", "data": {"id": 7}})", Verdict::kTaken, "7"},
    {"no id", 200, R"({"code": 0})", Verdict::kTaken, ""},
    {"its own failure", 200, R"({"code": 12})", Verdict::kLater, ""},
    {"a bad number", 200, R"({"code": 8})", Verdict::kRefused, ""},
    {"no JSON", 200, "OK", Verdict::kLater, ""},
    {"overloaded", 503, R"({"code": 0})", Verdict::kLater, ""},
    {"a bad request", 400, "", Verdict::kRefused, ""},
    {"no answer", 0, "", Verdict::kLater, ""},
};

TEST(ProviderRulesTest, ReadsAnAnswerByItsRule) {
  const Provider provider = ParseChannels(kChannelsFile)->providers[0];
  for (const AnswerCase& test : kAnswerCases) {
    const ProviderAnswer answer = ReadProviderAnswer(provider, test.status, test.body);
    EXPECT_EQ(answer.verdict, test.verdict) << test.name;
    EXPECT_EQ(answer.message, test.message) << test.name;
  }
}

TEST(ProviderRulesTest, ReceiptsAreSigned) {
  v1::RecordReceiptRequest receipt;
  receipt.set_provider("sms-gateway");
  receipt.set_provider_message("m-7");
  receipt.set_receipt(v1::Delivery::ARRIVED);
  *receipt.mutable_time() = ToTimestamp(absl::FromUnixMillis(1711674000123));
  receipt.set_signature(
      absl::BytesToHexString(HmacSha256("key", "sms-gateway\nm-7\nARRIVED\n1711674000123")));
  EXPECT_TRUE(IsSigned(receipt, "key"));
  EXPECT_FALSE(IsSigned(receipt, "another key"));
  EXPECT_FALSE(IsSigned(receipt, ""));
  v1::RecordReceiptRequest altered = receipt;
  altered.set_receipt(v1::Delivery::FAILED);
  EXPECT_FALSE(IsSigned(altered, "key"));
  altered = receipt;
  altered.set_provider_message("m-8");
  EXPECT_FALSE(IsSigned(altered, "key"));
}

}  // namespace
}  // namespace duban::notification
