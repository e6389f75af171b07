// What is said about a report, and what changed between its revisions.
#include <string>

#include "absl/strings/str_cat.h"
#include "services/submission/report_calls_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using v1::Report;
using v1::ReportComment;

class CommentTest : public ReportCallsTest {};

TEST_F(CommentTest, AFollowUpIsOpenUntilTheOtherSideResolvesIt) {
  const Report report = Submitted("2024-03-D3", "60");
  const auto asked = Comment(kOffice, report.name(), R"(text: "请补附件" follow_up: true)");
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->side(), ReportComment::OFFICE);
  EXPECT_EQ(asked->author_unit(), "units/office");
  EXPECT_EQ(asked->report_revision(), 2);
  Services::Get().clock.Advance(absl::Seconds(1));
  const auto answered = Comment(kNorth, report.name(),
                                absl::StrCat("text: '已补' in_reply_to: '", asked->name(), "'"));
  ASSERT_THAT(answered, IsOk());
  EXPECT_EQ(answered->side(), ReportComment::UNIT);
  EXPECT_THAT(Resolve(kOffice, asked->name()),
              FailsWith(StatusCode::kPermissionDenied, "COMMENT_NOT_ADDRESSED"));
  const auto resolved = Resolve(kNorth, asked->name());
  ASSERT_THAT(resolved, IsOk());
  EXPECT_FALSE(resolved->resolver().empty());
  EXPECT_THAT(Resolve(kNorth, asked->name()),
              FailsWith(StatusCode::kFailedPrecondition, "COMMENT_NOT_OPEN"));
  EXPECT_EQ(Events(asked->name()), "commented,comment_resolved");
  EXPECT_EQ(Ask(absl::StrCat("SELECT CAST(COUNT(*) AS CHAR) FROM audit_entries WHERE resource = '",
                             asked->name(), "' AND outcome = 'OK'")),
            "2");

  const auto list = Comments(kAuditor, absl::StrCat("parent: '", report.name(), "'"));
  ASSERT_THAT(list, IsOk());
  ASSERT_EQ(list->comments_size(), 2);
  EXPECT_EQ(list->comments(0).DebugString(), resolved->DebugString());
  EXPECT_EQ(list->comments(1).DebugString(), answered->DebugString());
  EXPECT_EQ(Get(kNorth, report.name())->revision(), report.revision());
}

TEST_F(CommentTest, PagesInOrder) {
  const Report report = Draft("2024-03-D3", "60");
  for (const char* text : {"一", "二", "三"}) {
    ASSERT_THAT(Comment(kNorth, report.name(), absl::StrCat("text: '", text, "'")), IsOk());
    Services::Get().clock.Advance(absl::Seconds(1));
  }
  const std::string parent = absl::StrCat("parent: '", report.name(), "' page_size: 2 ");
  const auto first = Comments(kNorth, parent);
  ASSERT_EQ(first->comments_size(), 2);
  const auto second =
      Comments(kNorth, absl::StrCat(parent, "page_token: '", first->next_page_token(), "'"));
  ASSERT_EQ(second->comments_size(), 1);
  EXPECT_EQ(second->comments(0).text(), "三");
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(CommentTest, WhoMayNotSeeTheReportHearsNothing) {
  const Report report = Draft("2024-03-D3", "60");
  const Report other = Draft("2024-03-D2", "50");
  const auto comment = Comment(kNorth, report.name(), R"(text: "备注")");
  ASSERT_THAT(comment, IsOk());
  EXPECT_THAT(Comments(kSouth, absl::StrCat("parent: '", report.name(), "'")),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Comment(kSouth, report.name(), R"(text: "备注")"),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Resolve(kSouth, comment->name()),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(Comment(kAuditor, report.name(), R"(text: "备注")"),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Comment(kNorth, report.name(), R"(text: "")"),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "comment.text"));
  EXPECT_THAT(Comment(kNorth, other.name(),
                      absl::StrCat("text: '答' in_reply_to: '", comment->name(), "'")),
              FailsWith(StatusCode::kNotFound, "COMMENT_NOT_FOUND"));
  EXPECT_THAT(Resolve(kOffice, report.name() + "/comments/0190a1b2-0000-7000-8000-000000000000"),
              FailsWith(StatusCode::kNotFound, "COMMENT_NOT_FOUND"));
}

class RevisionTest : public ReportCallsTest {};

TEST_F(RevisionTest, SayWhoWhenAndWhy) {
  const Report report = Submitted("2024-03-D3", "60");
  ASSERT_THAT(Return(kOffice, report.name(), "请核对"), IsOk());
  ASSERT_THAT(Withdraw(kNorth, report.name(), "误报"), IsOk());
  const auto list = Revisions(kNorth, absl::StrCat("parent: '", report.name(), "'"));
  ASSERT_THAT(list, IsOk());
  std::string moves;
  for (const auto& revision : list->revisions()) {
    absl::StrAppend(&moves, Report::Action_Name(revision.move()), "(", revision.reason(), ") ");
  }
  EXPECT_EQ(moves, "CREATE() SUBMIT() RETURN(请核对) WITHDRAW(误报) ");
}

TEST_F(RevisionTest, TheDifferenceOfAnyTwo) {
  const Report report = Draft("2024-03-D3", "60");
  ASSERT_THAT(Update(kNorth, absl::StrCat("report { name: '", report.name(), R"(' comment: "更正"
      measurement { value: "61" unit_of_measure: "项" } })")),
              IsOk());
  ASSERT_THAT(Submit(kNorth, report.name()), IsOk());
  const auto shown = [](const v1::DiffReportRevisionsResponse& diff) {
    std::string text = absl::StrCat(diff.from_revision(), "-", diff.to_revision());
    for (const auto& change : diff.changes()) {
      absl::StrAppend(&text, " ", change.path(), "=", change.old_value(), ">", change.new_value());
    }
    return text;
  };
  EXPECT_EQ(shown(*Diff(kNorth, report.name(), 1, 2)), "1-2 measurement.value=60>61 comment=>更正");
  EXPECT_EQ(shown(*Diff(kOffice, report.name(), 0, 0)), "2-3 state=DRAFT>SUBMITTED");
  EXPECT_EQ(shown(*Diff(kAuditor, report.name(), 2, 2)), "2-2");
  EXPECT_THAT(Diff(kNorth, report.name(), 0, 1),
              FailsWith(StatusCode::kNotFound, "REVISION_NOT_FOUND"));
  EXPECT_THAT(Diff(kNorth, report.name(), 1, 9),
              FailsWith(StatusCode::kNotFound, "REVISION_NOT_FOUND"));
  EXPECT_THAT(Diff(kNorth, report.name(), -1, 1),
              FailsWith(StatusCode::kNotFound, "REVISION_NOT_FOUND"));
  EXPECT_THAT(Diff(kSouth, report.name(), 1, 2),
              FailsWith(StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
}

}  // namespace
}  // namespace duban::submission
