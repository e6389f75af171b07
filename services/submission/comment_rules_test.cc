#include "services/submission/comment_rules.h"

#include <string>

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using v1::Report;
using v1::ReportComment;

const absl::Time kNow = absl::FromUnixSeconds(1710464400);

const Actor kReporter = {"members/r", "units/a", {}, {common::v1::REPORTER}};
const Actor kSystem = {"systems/s", "", {"units/a"}, {common::v1::SYSTEM}};
const Actor kOffice = {"members/o", "units/office", {}, {common::v1::OFFICE}};
const Actor kLeader = {"members/l", "", {}, {common::v1::LEADER}};

Report ReportOfA() {
  return Parse<Report>(R"(name: "plans/p/reports/r" unit: "units/a" revision: 3)");
}

ReportComment Said(const Actor& actor, bool follow_up) {
  ReportComment given;
  given.set_text("请核对");
  given.set_follow_up(follow_up);
  given.set_author("members/forged");
  const auto comment = NewComment(given, ReportOfA(), "plans/p/reports/r/comments/c", actor, kNow);
  EXPECT_THAT(comment, IsOk());
  return *comment;
}

TEST(NewCommentTest, SaysWhoSpeaksForWhichSide) {
  const ReportComment comment = Said(kReporter, true);
  EXPECT_EQ(comment.author(), "members/r");
  EXPECT_EQ(comment.side(), ReportComment::UNIT);
  EXPECT_EQ(comment.report_revision(), 3);
  EXPECT_EQ(Said(kSystem, false).side(), ReportComment::UNIT);
  EXPECT_EQ(Said(kOffice, false).side(), ReportComment::OFFICE);
  EXPECT_EQ(Said(kLeader, false).side(), ReportComment::OFFICE);
}

TEST(NewCommentTest, NeedsAText) {
  std::string text;
  for (int i = 0; i < 2001; ++i) text += "核";
  for (const std::string& wrong : {std::string(), std::string(" 空"), text}) {
    ReportComment given;
    given.set_text(wrong);
    EXPECT_THAT(NewComment(given, ReportOfA(), "n", kOffice, kNow),
                FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "comment.text"));
  }
}

TEST(ResolveTest, IsTheOtherSidesAndOnce) {
  EXPECT_THAT(Resolve(Said(kOffice, true), ReportOfA(), kLeader, kNow),
              FailsWith(StatusCode::kPermissionDenied, "COMMENT_NOT_ADDRESSED"));
  EXPECT_THAT(Resolve(Said(kReporter, true), ReportOfA(), kReporter, kNow),
              FailsWith(StatusCode::kPermissionDenied, "COMMENT_NOT_ADDRESSED"));
  const auto resolved = Resolve(Said(kOffice, true), ReportOfA(), kReporter, kNow);
  ASSERT_THAT(resolved, IsOk());
  EXPECT_EQ(resolved->resolver(), "members/r");
  EXPECT_THAT(Resolve(*resolved, ReportOfA(), kReporter, kNow),
              FailsWith(StatusCode::kFailedPrecondition, "COMMENT_NOT_OPEN"));
  EXPECT_THAT(Resolve(Said(kOffice, false), ReportOfA(), kReporter, kNow),
              FailsWith(StatusCode::kFailedPrecondition, "COMMENT_NOT_OPEN"));
}

}  // namespace
}  // namespace duban::submission
