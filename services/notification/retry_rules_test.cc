#include "services/notification/retry_rules.h"

#include <optional>

#include "gtest/gtest.h"

namespace duban::notification {
namespace {

TEST(RetryRulesTest, TheTableEndsWithTheTenthTry) {
  const absl::Duration table[] = {absl::Seconds(5), absl::Minutes(5), absl::Minutes(30),
                                  absl::Hours(2),   absl::Hours(5),   absl::Hours(10),
                                  absl::Hours(14),  absl::Hours(20),  absl::Hours(24)};
  for (int i = 0; i < 9; ++i) EXPECT_EQ(RetryDelay(i + 1, 0), table[i]) << i;
  EXPECT_EQ(RetryDelay(10, 0), std::nullopt);
  EXPECT_EQ(RetryDelay(11, 0), std::nullopt);
}

TEST(RetryRulesTest, JitterOnlyPutsOff) {
  EXPECT_EQ(RetryDelay(2, 0.5), absl::Seconds(315));
  EXPECT_LT(*RetryDelay(9, 0.999), absl::Hours(27));
}

struct RetryAfterCase {
  const char* name;
  const char* value;
  std::optional<absl::Duration> wait;
};

// 2024-03-29 01:00:00 GMT.
const absl::Time kRetryNow = absl::FromUnixSeconds(1711674000);

const RetryAfterCase kRetryAfterCases[] = {
    {"seconds", "120", absl::Seconds(120)},
    {"blanks around", " 7 ", absl::Seconds(7)},
    {"a date", "Fri, 29 Mar 2024 01:02:00 GMT", absl::Minutes(2)},
    {"a date that is over", "Fri, 29 Mar 2024 00:00:00 GMT", absl::ZeroDuration()},
    {"at most a day", "999999", absl::Hours(24)},
    {"negative", "-5", absl::ZeroDuration()},
    {"words", "soon", std::nullopt},
    {"a fraction", "1.5", std::nullopt},
    {"empty", "", std::nullopt},
};

TEST(RetryRulesTest, ReadsRetryAfter) {
  for (const RetryAfterCase& test : kRetryAfterCases) {
    EXPECT_EQ(ParseRetryAfter(test.value, kRetryNow), test.wait) << test.name;
  }
}

struct VerdictCase {
  int status;
  Verdict webhook;
  Verdict provider;
  Verdict mail;
};

constexpr Verdict kTaken = Verdict::kTaken;
constexpr Verdict kLater = Verdict::kLater;
constexpr Verdict kRefused = Verdict::kRefused;

const VerdictCase kVerdictCases[] = {
    {0, kLater, kLater, kLater},
    {200, kTaken, kTaken, kTaken},
    {204, kTaken, kTaken, kTaken},
    {250, kTaken, kTaken, kTaken},
    {302, kLater, kLater, kLater},
    {400, kLater, kRefused, kLater},
    {401, kLater, kLater, kLater},
    {404, kLater, kRefused, kLater},
    {410, Verdict::kGone, kRefused, kLater},
    {429, kLater, kLater, kLater},
    {451, kLater, kRefused, kLater},
    {500, kLater, kLater, kRefused},
    {550, kLater, kLater, kRefused},
};

TEST(RetryRulesTest, JudgesWhatWasAnswered) {
  for (const VerdictCase& test : kVerdictCases) {
    EXPECT_EQ(JudgeWebhook(test.status), test.webhook) << test.status;
    EXPECT_EQ(JudgeProvider(test.status), test.provider) << test.status;
    EXPECT_EQ(JudgeMail(test.status), test.mail) << test.status;
  }
}

struct OutageCase {
  const char* name;
  v1::Channel channel;
  Verdict verdict;
  int status;
  bool outage;
};

const OutageCase kOutageCases[] = {
    {"a full mailbox", v1::EMAIL, kLater, 452, false},
    {"a mailbox put off", v1::EMAIL, kLater, 450, false},
    {"the server closes", v1::EMAIL, kLater, 421, true},
    {"the login fails", v1::EMAIL, kLater, 535, true},
    {"no answer", v1::EMAIL, kLater, 0, true},
    {"no such mailbox", v1::EMAIL, kRefused, 550, false},
    {"refused by its own rule", v1::SMS, kLater, 200, false},
    {"overloaded", v1::SMS, kLater, 503, true},
    {"no answer of a provider", v1::CHAT, kLater, 0, true},
    {"taken", v1::SMS, kTaken, 200, false},
    {"a webhook that fails", v1::WEBHOOK, kLater, 500, true},
    {"a webhook that redirects", v1::WEBHOOK, kLater, 302, true},
};

TEST(RetryRulesTest, TellsAnOutageFromARecipientsTrouble) {
  for (const OutageCase& test : kOutageCases) {
    EXPECT_EQ(ShowsOutage(test.channel, test.verdict, test.status), test.outage) << test.name;
  }
}

}  // namespace
}  // namespace duban::notification
