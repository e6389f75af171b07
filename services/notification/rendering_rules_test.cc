#include "services/notification/rendering_rules.h"

#include <algorithm>

#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "duban/review/v1/session_events.pb.h"
#include "duban/submission/v1/obligation_events.pb.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using testing::IsOk;
using testing::kInvalid;

class RenderTest : public ::testing::Test {
 protected:
  RenderTest() {
    around_.zone = absl::FixedTimeZone(8 * 3600);
    around_.display_names = {{"units/water", "市水利局"}, {"plans/p", "创新方案"}};
    around_.member = "李四";
    event_.set_type("duban.review.session.due_soon");
    event_.set_subject("plans/p/sessions/s");
    event_.set_plan("plans/p");
    event_.set_unit("units/water");
    *event_.mutable_time() = ToTimestamp(absl::FromUnixSeconds(1711674000));  // 2024-03-29 09:00
    data_.set_kind(indicator::v1::CadenceRule::DISPATCH);
    data_.set_period("2024-03-D3");
    *data_.mutable_due_time() = ToTimestamp(absl::FromUnixSeconds(1711963800));  // 04-01 17:30
    data_.add_obligations("plans/p/obligations/1");
    data_.add_obligations("units/water");
    source_.set_title("题");
    source_.set_short_text("短");
    source_.set_body("文");
  }

  absl::StatusOr<Texts> Rendered() const { return Render(source_, event_, data_, around_); }

  Surroundings around_;
  common::v1::Event event_;
  review::v1::SessionDueSoon data_;
  v1::Template source_;
};

TEST_F(RenderTest, SpeaksBothLanguages) {
  source_.set_title("{{period}}{{kind}}，{{due_time}}");
  source_.set_body(
      "{{event.unit}}《{{event.plan}}》{{event.subject}} {{event.time}}"
      "{{#obligations}}[{{.}}]{{/obligations}}{{obligations_count}}"
      "{{workdays_from_due}} {{member.display_name}}");
  source_.set_title_en("{{kind}} {{period}} {{due_time}}");
  source_.set_body_en("{{event.unit}} {{event.time}}");
  const auto texts = Rendered();
  ASSERT_THAT(texts, IsOk());
  EXPECT_EQ(texts->title(), "2024年3月下旬旬调度，2024年4月1日17:30");
  EXPECT_EQ(texts->body(),
            "市水利局《创新方案》plans/p/sessions/s 2024年3月29日09:00"
            "[plans/p/obligations/1][市水利局]20 李四");
  EXPECT_EQ(texts->title_en(), "dekad session 2024-03-D3 2024-04-01 17:30");
  EXPECT_EQ(texts->body_en(), "市水利局 2024-03-29 09:00");
}

// Plain text: nothing is escaped.
TEST_F(RenderTest, KeepsEveryCharacter) {
  event_.set_subject("<a href=\"x\">&'");
  source_.set_body("{{event.subject}}");
  EXPECT_EQ(Rendered()->body(), event_.subject());
}

TEST_F(RenderTest, AMissingVariableIsAnErrorAndAMissingSectionIsNot) {
  data_.clear_due_time();
  source_.set_body("{{#due_time}}{{due_time}}{{/due_time}}{{^due_time}}未定{{/due_time}}");
  EXPECT_EQ(Rendered()->body(), "未定");
  source_.set_body("{{#obligations}}{{due_time}}{{/obligations}}");
  EXPECT_THAT(Rendered(), FailsWith(kInvalid, "VARIABLE_MISSING"));
  EXPECT_THAT(std::string(Rendered().status().message()), ::testing::HasSubstr("due_time"));
  source_.set_body("{{member.display_name}}");
  around_.member = "";
  EXPECT_THAT(Rendered(), FailsWith(kInvalid, "VARIABLE_MISSING"));
}

TEST_F(RenderTest, EmptyStringsAndUnsaidEnumsAreMissing) {
  source_.set_body("{{kind}}");
  data_.clear_kind();
  EXPECT_THAT(Rendered(), FailsWith(kInvalid, "VARIABLE_MISSING"));
  source_.set_body("{{period}}");
  data_.clear_period();
  EXPECT_THAT(Rendered(), FailsWith(kInvalid, "VARIABLE_MISSING"));
}

TEST_F(RenderTest, AShortTextHasSeventyCharacters) {
  for (int i = 0; i < 69; ++i) source_.mutable_short_text()->append("督");
  EXPECT_THAT(Rendered(), IsOk());
  source_.mutable_short_text()->append("办");
  EXPECT_THAT(Rendered(), FailsWith(kInvalid, "TEXT_TOO_LONG"));
}

TEST_F(RenderTest, ABodyFitsIntoItsColumn) {
  source_.set_body(std::string(65535, 'x'));
  EXPECT_THAT(Rendered(), IsOk());
  source_.mutable_body()->append("y");
  EXPECT_THAT(Rendered(), FailsWith(kInvalid, "BODY_TOO_LONG"));
  source_.set_body("文");
  source_.set_body_en(std::string(65536, 'x'));
  EXPECT_THAT(Rendered(), FailsWith(kInvalid, "BODY_TOO_LONG"));
}

TEST_F(RenderTest, FlagsChoose) {
  submission::v1::ObligationExtensionDecided decided;
  source_.set_body("{{#granted}}准{{/granted}}{{^granted}}不准{{/granted}}");
  EXPECT_EQ(Render(source_, event_, decided, around_)->body(), "不准");
  decided.set_granted(true);
  EXPECT_EQ(Render(source_, event_, decided, around_)->body(), "准");
}

TEST_F(RenderTest, ReadsTheDataOfTheType) {
  event_.mutable_data()->PackFrom(data_);
  const auto read = ReadEventData(event_);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ((*read)->SerializeAsString(), data_.SerializeAsString());
  EXPECT_THAT(NamedResources(event_, **read),
              ::testing::ElementsAre("plans/p", "plans/p/obligations/1", "units/water"));
  event_.mutable_data()->PackFrom(submission::v1::ObligationWaived());
  EXPECT_THAT(ReadEventData(event_), FailsWith(kInvalid, "EVENT_DATA_INVALID"));
  event_.set_type("duban.review.moon.landed");
  EXPECT_THAT(ReadEventData(event_), FailsWith(kInvalid, "EVENT_TYPE_UNKNOWN"));
}

}  // namespace
}  // namespace duban::notification
