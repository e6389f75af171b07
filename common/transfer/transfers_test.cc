#include "common/transfer/transfers.h"

#include <atomic>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/testing/wait_until.h"
#include "common/transfer/test_receiver.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TestReceiver;

class TransfersTest : public ::testing::Test {
 protected:
  static TestReceiver& Receiver() {
    static TestReceiver receiver;
    return receiver;
  }

  static Transfers::Options Short() {
    return {.ca_file = Receiver().ca_file(),
            .connect_time_limit = absl::Milliseconds(500),
            .time_limit = absl::Seconds(2)};
  }

  TransferAnswer Post(const std::string& url) {
    return transfers_.Run({.url = url, .headers = {"x-test: 1"}, .body = "{}"});
  }

  static TransferRequest MailTo(const std::string& recipient) {
    return {.url = Receiver().Smtp(),
            .body = "Subject: test\r\n\r\n.\r\nbody\r\n",
            .sender = "duban@example.gov.cn",
            .recipient = recipient,
            .user = "duban",
            .password = "right",
            .starttls = true};
  }

  Transfers transfers_{Short()};
};

struct FaultCase {
  const char* path;
  int status;
  std::string_view fault;
};

const FaultCase kFaultCases[] = {
    {"/ok", 200, ""},        {"/status/500", 500, ""}, {"/status/410", 410, ""},
    {"/redirect", 302, ""},  {"/hang", 0, "timeout"},  {"/drip", 0, "timeout"},
    {"/reset", 0, "broken"},
};

TEST_F(TransfersTest, SaysHowItEnded) {
  for (const FaultCase& test : kFaultCases) {
    const absl::Time begin = MachineNow();
    const TransferAnswer answer = Post(Receiver().Http(test.path));
    EXPECT_EQ(answer.status, test.status) << test.path;
    EXPECT_EQ(answer.fault, test.fault) << test.path;
    EXPECT_EQ(answer.error.empty(), test.fault.empty()) << test.path;
    EXPECT_LT(MachineNow() - begin, absl::Seconds(5)) << test.path;
  }
  const auto received = Receiver().Received();
  EXPECT_EQ(received.back().at("path"), "/reset");
  EXPECT_EQ(received.back().at("headers").at("x-test"), "1");
  EXPECT_EQ(received.back().at("body"), "{}");
}

TEST_F(TransfersTest, NobodyListens) {
  EXPECT_EQ(Post("http://127.0.0.1:1/").fault, "connect");
  EXPECT_EQ(Post("http://nowhere.invalid/").fault, "resolve");
  EXPECT_EQ(Post("file:///etc/passwd").fault, "broken");
}

TEST_F(TransfersTest, ReadsRetryAfter) {
  const TransferAnswer answer = Post(Receiver().Http("/after/429/7"));
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.retry_after, "7");
}

TEST_F(TransfersTest, ReadsNoMoreThanItWants) {
  const TransferAnswer answer = Post(Receiver().Http("/flood"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.size(), 16 << 10);
  EXPECT_EQ(answer.fault, "");
}

TEST_F(TransfersTest, VerifiesCertificates) {
  EXPECT_EQ(Post(Receiver().Https("/ok")).status, 200);
  Transfers::Options options = Short();
  options.ca_file.clear();
  Transfers distrustful(options);
  EXPECT_EQ(distrustful.Run({.url = Receiver().Https("/ok")}).fault, "tls");
}

TEST_F(TransfersTest, AsksBeforeItConnects) {
  std::vector<std::string> asked;
  Transfers::Options options = Short();
  options.may_call = [&](std::string_view address) {
    asked.emplace_back(address);
    return false;
  };
  {
    Transfers careful(options);
    const TransferAnswer answer = careful.Run({.url = Receiver().Http("/asked")});
    EXPECT_EQ(answer.status, 0);
    EXPECT_EQ(answer.fault, "address");
    // A name is judged by what it stands for.
    EXPECT_EQ(careful.Run({.url = "http://localhost:1/"}).fault, "address");
  }
  EXPECT_THAT(asked, ::testing::Contains("127.0.0.1"));
  EXPECT_GE(asked.size(), 2);
  for (const auto& request : Receiver().Received()) {
    EXPECT_NE(request.value("path", ""), "/asked");
  }
}

TEST_F(TransfersTest, ManyAreUnderWayAtOnce) {
  std::atomic<int> done = 0;
  for (int i = 0; i < 50; ++i) {
    transfers_.Start({.url = Receiver().Http("/hang")}, [&](TransferAnswer answer) {
      EXPECT_EQ(answer.fault, "timeout");
      ++done;
    });
  }
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(10), [&] { return done == 50; }));
}

TEST_F(TransfersTest, WhatIsUnderWayIsAnsweredAtTheEnd) {
  std::string fault;
  {
    Transfers ending({});
    ending.Start({.url = Receiver().Http("/hang/on")},
                 [&](TransferAnswer answer) { fault = answer.fault; });
    EXPECT_TRUE(testing::WaitUntil(absl::Seconds(10), [] {
      const auto received = Receiver().Received();
      return !received.empty() && received.back().value("path", "") == "/hang/on";
    }));
  }
  EXPECT_EQ(fault, "stopped");
}

TEST_F(TransfersTest, SendsMailEncryptedAndByName) {
  const TransferAnswer answer = transfers_.Run(MailTo("li@example.gov.cn"));
  EXPECT_EQ(answer.status, 250) << answer.error;
  const auto mail = Receiver().Received().back();
  EXPECT_EQ(mail.at("recipient"), "li@example.gov.cn");
  EXPECT_EQ(mail.at("user"), "duban");
  EXPECT_EQ(mail.at("secure"), true);
  EXPECT_EQ(mail.at("body"), "Subject: test\r\n\r\n.\r\nbody\r\n");
}

TEST_F(TransfersTest, SaysWhyAMailWasNotTaken) {
  EXPECT_EQ(transfers_.Run(MailTo("refused@example.gov.cn")).status, 550);
  EXPECT_EQ(transfers_.Run(MailTo("later@example.gov.cn")).status, 451);
  TransferRequest request = MailTo("li@example.gov.cn");
  request.password = "wrong";
  const TransferAnswer denied = transfers_.Run(request);
  EXPECT_EQ(denied.fault, "login");
  EXPECT_EQ(denied.status, 535);
  Transfers::Options options = Short();
  options.ca_file.clear();
  options.connect_time_limit = options.time_limit = absl::Seconds(20);  // to read all authorities
  EXPECT_EQ(Transfers(options).Run(MailTo("li@example.gov.cn")).fault, "tls");
}

}  // namespace
}  // namespace duban
