#include "services/notification/template_rules.h"

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using testing::IsOk;

constexpr absl::StatusCode kBad = absl::StatusCode::kInvalidArgument;

v1::Template Sound(const std::string& body) {
  v1::Template sound;
  sound.set_event_type("duban.review.session.due_soon");
  sound.set_title("{{period}}{{kind}}");
  sound.set_short_text("{{obligations_count}}项");
  sound.set_body(body);
  return sound;
}

struct BodyCase {
  const char* body;
  const char* reason;  // empty: fine
};

class BodyTest : public ::testing::TestWithParam<BodyCase> {};

TEST_P(BodyTest, IsCheckedAgainstTheData) {
  const absl::Status checked = CheckTemplate(Sound(GetParam().body));
  if (*GetParam().reason == '\0') {
    EXPECT_THAT(checked, IsOk());
  } else {
    EXPECT_THAT(checked, FailsWith(kBad, GetParam().reason, "template.body"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, BodyTest,
    ::testing::Values(BodyCase{"{{due_time}} {{workdays_from_due}}", ""},
                      BodyCase{"{{event.subject}} {{event.unit}} {{member.display_name}}", ""},
                      BodyCase{"{{#obligations}}{{.}}，{{due_time}}{{/obligations}}", ""},
                      BodyCase{"{{#due_time}}{{due_time}}{{/due_time}}{{^unit}}",
                               "VARIABLE_UNKNOWN"},
                      BodyCase{"{{deadline}}", "VARIABLE_UNKNOWN"},
                      BodyCase{"{{event.data}}", "VARIABLE_UNKNOWN"},
                      BodyCase{"{{due_time.seconds}}", "VARIABLE_UNKNOWN"},
                      BodyCase{"{{.}}", "VARIABLE_UNKNOWN"},
                      BodyCase{"{{period_count}}", "VARIABLE_UNKNOWN"},
                      BodyCase{"{{obligations}}", "TEMPLATE_MALFORMED"},
                      BodyCase{"{{#kind}}", "TEMPLATE_MALFORMED"},
                      BodyCase{"{{#kind}}{{/period}}", "TEMPLATE_MALFORMED"},
                      BodyCase{"{{/kind}}", "TEMPLATE_MALFORMED"},
                      BodyCase{"{{{kind}}}", "TEMPLATE_MALFORMED"}, BodyCase{"", "FIELD_INVALID"}));

TEST(TemplateTest, SaysWhichVariablesThereAre) {
  const absl::Status unknown = CheckTemplate(Sound("{{deadline}}"));
  EXPECT_THAT(std::string(unknown.message()),
              ::testing::AllOf(::testing::HasSubstr("deadline"), ::testing::HasSubstr("due_time"),
                               ::testing::HasSubstr("obligations_count"),
                               ::testing::HasSubstr("event.unit")));
}

TEST(TemplateTest, ReachesIntoMessagesAndKeepsFlagsForSections) {
  v1::Template opened = Sound("{{instants.due_time}}{{#instants}}{{lock_time}}{{/instants}}");
  opened.set_event_type("duban.review.session.opened");
  opened.set_short_text("{{obligations}}项");
  EXPECT_THAT(CheckTemplate(opened), IsOk());
  opened.set_body("{{instants}}");
  EXPECT_THAT(CheckTemplate(opened), FailsWith(kBad, "TEMPLATE_MALFORMED", "template.body"));
  v1::Template decided = Sound("{{#granted}}准{{/granted}}{{^granted}}不准{{/granted}}");
  decided.set_event_type("duban.submission.obligation.extension_decided");
  decided.set_title("延期");
  decided.set_short_text("延期");
  EXPECT_THAT(CheckTemplate(decided), IsOk());
  decided.set_title_en("{{granted}}");
  EXPECT_THAT(CheckTemplate(decided), FailsWith(kBad, "TEMPLATE_MALFORMED", "template.title_en"));
}

TEST(TemplateTest, RefusesWhatNobodyDeclaresAndWhatIsMissingOrTooLong) {
  v1::Template broken = Sound("好");
  broken.set_event_type("duban.review.moon.landed");
  EXPECT_THAT(CheckTemplate(broken), FailsWith(kBad, "EVENT_TYPE_UNKNOWN", "template.event_type"));
  broken = Sound("好");
  broken.clear_title();
  EXPECT_THAT(CheckTemplate(broken), FailsWith(kBad, "FIELD_INVALID", "template.title"));
  broken = Sound(std::string(4001, 'x'));
  EXPECT_THAT(CheckTemplate(broken), FailsWith(kBad, "FIELD_INVALID", "template.body"));
}

}  // namespace
}  // namespace duban::notification
