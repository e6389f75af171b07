#include "common/client/traceparent.h"

#include <string>

#include "gtest/gtest.h"

namespace duban::client {
namespace {

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kParent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

struct TraceparentCase {
  std::string name;
  std::string text;
  bool want;
};

class TraceparentTest : public ::testing::TestWithParam<TraceparentCase> {};

TEST_P(TraceparentTest, IsToldFromOtherTexts) {
  EXPECT_EQ(IsTraceparent(GetParam().text), GetParam().want);
}

TEST_P(TraceparentTest, HasAChildInItsTraceOrElseInANewOne) {
  const std::string child = ChildTraceparent(GetParam().text);
  EXPECT_TRUE(IsTraceparent(child)) << child;
  EXPECT_EQ(child.substr(0, 3), "00-");
  EXPECT_EQ(child.find(kTrace) != std::string::npos, GetParam().want) << child;
  EXPECT_EQ(child.find("00f067aa0ba902b7"), std::string::npos) << child;
  EXPECT_NE(child, ChildTraceparent(GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, TraceparentTest,
    ::testing::Values(
        TraceparentCase{"Good", kParent, true},
        TraceparentCase{"LaterVersion",
                        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", true},
        TraceparentCase{"Empty", "", false},
        TraceparentCase{"More", std::string(kParent) + "-more", false},
        TraceparentCase{"LaterVersionRunOn",
                        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more", false},
        TraceparentCase{"Short", std::string(kParent).substr(0, 54), false},
        TraceparentCase{"VersionFf", "ff" + std::string(kParent).substr(2), false},
        TraceparentCase{"UpperCase", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                        false},
        TraceparentCase{"ZeroTrace", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                        false},
        TraceparentCase{"ZeroSpan", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                        false},
        TraceparentCase{"Blank", "00-4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7-01", false},
        TraceparentCase{"NewLine", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0\n",
                        false}),
    [](const auto& test) { return test.param.name; });

TEST(ChildTraceparentTest, IsSampledAsItsParentAndElseSampled) {
  const std::string unsampled = std::string(kParent).substr(0, 53) + "00";
  const std::string flagged = std::string(kParent).substr(0, 53) + "ff";
  EXPECT_EQ(ChildTraceparent(unsampled).substr(52), "-00");
  EXPECT_EQ(ChildTraceparent(flagged).substr(52), "-01");
  EXPECT_EQ(ChildTraceparent(kParent).substr(52), "-01");
  EXPECT_EQ(ChildTraceparent("").substr(52), "-01");
}

}  // namespace
}  // namespace duban::client
