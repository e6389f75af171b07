#include "services/notification/preference_rules.h"

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using testing::IsOk;
using testing::kInvalid;

TEST(PreferencesTest, NameChannelsAndDeclaredTypes) {
  v1::Preferences preferences;
  auto& mute = *preferences.add_mutes();
  EXPECT_THAT(CheckPreferences(preferences), IsOk());
  mute.set_event_type("duban.review.moon.landed");
  EXPECT_THAT(CheckPreferences(preferences),
              FailsWith(kInvalid, "EVENT_TYPE_UNKNOWN", "preferences.mutes[0].event_type"));
  mute.set_event_type("duban.review.session.opened");
  mute.set_channel(v1::WEBHOOK);
  EXPECT_THAT(CheckPreferences(preferences),
              FailsWith(kInvalid, "FIELD_INVALID", "preferences.mutes[0].channel"));
  mute.set_channel(v1::SMS);
  for (int i = 0; i < 100; ++i) preferences.add_mutes();
  EXPECT_THAT(CheckPreferences(preferences),
              FailsWith(kInvalid, "FIELD_INVALID", "preferences.mutes"));
}

TEST(PreferencesTest, AMuteIsOfOneChannelOrAllAndOfOneTypeOrAll) {
  v1::Preferences preferences;
  EXPECT_FALSE(IsMuted(preferences, "a", v1::SMS));
  preferences.add_mutes()->set_event_type("a");
  EXPECT_TRUE(IsMuted(preferences, "a", v1::SMS));
  EXPECT_FALSE(IsMuted(preferences, "b", v1::SMS));
  preferences.add_mutes()->set_channel(v1::EMAIL);
  EXPECT_TRUE(IsMuted(preferences, "b", v1::EMAIL));
  EXPECT_FALSE(IsMuted(preferences, "b", v1::SMS));
}

struct PointCase {
  const char* phone;
  const char* mail;
  const char* field;  // empty: fine
};

class ContactPointTest : public ::testing::TestWithParam<PointCase> {};

TEST_P(ContactPointTest, IsOneOrNone) {
  v1::SetContactPointsRequest request;
  request.set_phone(GetParam().phone);
  request.set_mail(GetParam().mail);
  const std::string field = GetParam().field;
  if (field.empty()) {
    EXPECT_THAT(CheckContactPoints(request), IsOk());
  } else {
    EXPECT_THAT(CheckContactPoints(request), FailsWith(kInvalid, "FIELD_INVALID", field));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Points, ContactPointTest,
    ::testing::Values(PointCase{"", "", ""}, PointCase{"13812345678", "z@example.gov.cn", ""},
                      PointCase{"+8613812345678", "", ""}, PointCase{"1381234567x", "", "phone"},
                      PointCase{"+", "", "phone"}, PointCase{"1234567890123456", "", "phone"},
                      PointCase{"", "o'neil@x.cn", ""}, PointCase{"", "a=b@x.cn", ""},
                      PointCase{"", "z@a'b.cn", "mail"}, PointCase{"", "z", "mail"},
                      PointCase{"", "@example.cn", "mail"}, PointCase{"", "z@", "mail"},
                      PointCase{"", "z@a@b", "mail"}, PointCase{"", "z@.cn", "mail"},
                      PointCase{"", "z y@a.cn", "mail"},
                      PointCase{"", "z@a.cn\r\nBcc: x@y.cn", "mail"},
                      PointCase{"", "张@a.cn", "mail"}));

TEST(ContactPointTest, IsShownMasked) {
  EXPECT_EQ(MaskNumber("13812345678"), "138****5678");
  EXPECT_EQ(MaskNumber("+8613812345678"), "+86****5678");
  EXPECT_EQ(MaskNumber("12345"), "1****5");
  EXPECT_EQ(MaskNumber("ab"), "****");
  EXPECT_EQ(MaskNumber("张三"), "****");
  EXPECT_EQ(MaskNumber(""), "");
  EXPECT_EQ(MaskMail("zhang@example.gov.cn"), "z***@example.gov.cn");
  EXPECT_EQ(MaskMail(""), "");
}

}  // namespace
}  // namespace duban::notification
