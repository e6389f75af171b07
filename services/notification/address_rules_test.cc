#include "services/notification/address_rules.h"

#include <string>

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using testing::IsOk;

struct AddressCase {
  const char* address;
  bool may_call;
};

const AddressCase kAddressCases[] = {
    {"8.8.8.8", true},
    {"172.15.255.255", true},
    {"172.32.0.1", true},
    {"2400:3200::1", true},
    {"::ffff:8.8.8.8", true},
    {"127.0.0.1", false},
    {"127.255.255.254", false},
    {"0.0.0.0", false},
    {"10.1.2.3", false},
    {"172.16.0.1", false},
    {"172.31.255.255", false},
    {"192.168.1.1", false},
    {"169.254.169.254", false},
    {"168.63.129.16", false},
    {"100.100.100.200", false},
    {"198.19.0.1", false},
    {"224.0.0.1", false},
    {"255.255.255.255", false},
    {"::", false},
    {"::1", false},
    {"::ffff:127.0.0.1", false},
    {"::ffff:a9fe:a9fe", false},
    {"::127.0.0.1", false},
    {"64:ff9b::7f00:1", false},
    {"2002:7f00:1::", false},
    {"2001:0:1::", false},
    {"fe80::1", false},
    {"fd00:ec2::254", false},
    {"ff02::1", false},
    {"localhost", false},
    {"", false},
};

TEST(AddressRulesTest, OnlyThePublicInternetMayBeCalled) {
  const AddressRules rules({});
  for (const AddressCase& test : kAddressCases) {
    EXPECT_EQ(rules.MayCall(test.address), test.may_call) << test.address;
  }
}

TEST(AddressRulesTest, AnOperatorMayAllowRanges) {
  const auto ranges = ParseAddressRanges("10.20.0.0/15, 127.0.0.1,fd00::/8", "ranges");
  ASSERT_THAT(ranges, IsOk());
  const AddressRules rules(*ranges);
  EXPECT_TRUE(rules.MayCall("10.21.255.255"));
  EXPECT_FALSE(rules.MayCall("10.22.0.0"));
  EXPECT_TRUE(rules.MayCall("127.0.0.1"));
  EXPECT_FALSE(rules.MayCall("127.0.0.2"));
  EXPECT_TRUE(rules.MayCall("fd12::1"));
  EXPECT_FALSE(rules.MayCall("fc12::1"));
}

TEST(AddressRulesTest, RefusesRangesThatAreNone) {
  for (const char* text :
       {"10.0.0.0/33", "10.0.0/8", "localhost", "::/129", "10.0.0.0/8/8", "/8"}) {
    EXPECT_THAT(ParseAddressRanges(text, "ranges"),
                FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "ranges"))
        << text;
  }
  EXPECT_THAT(ParseAddressRanges("", "ranges"), IsOk());
}

struct UrlCase {
  std::string url;
  bool plain_allowed;
  bool good;
};

const UrlCase kUrlCases[] = {
    {"https://hooks.example.gov.cn/duban?from=1", false, true},
    {"https://hooks.example.gov.cn:8443", false, true},
    {"https://8.8.8.8/", false, true},
    {"https://[2400:3200::1]:443/", false, true},
    {"http://hooks.example.gov.cn/", true, true},
    {"http://hooks.example.gov.cn/", false, false},
    {"ftp://hooks.example.gov.cn/", true, false},
    {"HTTPS://hooks.example.gov.cn/", false, false},
    {"", false, false},
    {"https://", false, false},
    {"https://user@hooks.example.gov.cn/", false, false},
    {"https://user:pass@hooks.example.gov.cn/", false, false},
    {"https://hooks.example.gov.cn/#part", false, false},
    {"https://hooks.example.gov.cn:0/", false, false},
    {"https://hooks.example.gov.cn:65536/", false, false},
    {"https://hooks.example.gov.cn:x/", false, false},
    {"https://hooks.example.gov.cn\\@127.0.0.1/", false, false},
    {"https://hooks example/", false, false},
    {"https://钩子.example/", false, false},
    {"https://127.0.0.1/", false, false},
    {"https://127.1/", false, false},
    {"https://2130706433/", false, false},
    {"https://0x7f000001/", false, false},
    {"https://169.254.169.254/latest/meta-data", false, false},
    {"https://[::1]/", false, false},
    {"https://[::ffff:10.0.0.1]/", false, false},
    {"https://[fe80::1%25eth0]/", false, false},
    {"https://[::1/", false, false},
    {"https://h/" + std::string(2000, 'a'), false, false},
};

TEST(AddressRulesTest, RefusesUrlsThatAreNotForStrangers) {
  const AddressRules rules({});
  for (const UrlCase& test : kUrlCases) {
    const absl::Status status = CheckWebhookUrl(test.url, test.plain_allowed, rules, "url");
    if (test.good) {
      EXPECT_THAT(status, IsOk()) << test.url;
    } else {
      EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "URL_REFUSED", "url"))
          << test.url;
    }
  }
}

}  // namespace
}  // namespace duban::notification
