#include "services/notification/inbox_rules.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using testing::IsOk;
using testing::kInvalid;

TEST(CursorTest, LeadsBackToItsPlace) {
  for (const int64_t sequence : {0, 1, 41, 42}) {
    EXPECT_EQ(ParseCursor(MakeCursor("li-ming", sequence), "li-ming", 42).value(), sequence);
  }
}

struct BadCursorCase {
  const char* name;
  std::string cursor;
};

class BadCursorTest : public ::testing::TestWithParam<BadCursorCase> {};

TEST_P(BadCursorTest, IsRefused) {
  EXPECT_THAT(ParseCursor(GetParam().cursor, "li", 42),
              FailsWith(kInvalid, "CURSOR_INVALID", "cursor"));
}

const BadCursorCase kBadCursors[] = {
    {"another member's", MakeCursor("wang", 1)},
    {"a member's whose name begins alike", MakeCursor("li-ming", 1)},
    {"beyond the end", MakeCursor("li", 43)},
    {"negative", MakeCursor("li", -1)},
    {"no base64", "*"},
    {"plain text", "li/1"},
    {"no number", absl::WebSafeBase64Escape("li/x")},
    {"nothing", absl::WebSafeBase64Escape("")},
    {"a number spelled otherwise", absl::WebSafeBase64Escape("li/01")},
    {"a number with a blank", absl::WebSafeBase64Escape("li/ 1")},
    {"a number that does not fit", absl::WebSafeBase64Escape("li/99999999999999999999")}};
INSTANTIATE_TEST_SUITE_P(Cursors, BadCursorTest, ::testing::ValuesIn(kBadCursors));

v1::MarkReadRequest Marking(const std::vector<std::string>& names, int64_t up_to = 0) {
  v1::MarkReadRequest request;
  for (const std::string& name : names) request.add_names(name);
  request.set_up_to_sequence(up_to);
  return request;
}

TEST(MessagesNamedTest, EachOnce) {
  EXPECT_THAT(MessagesNamed(Marking({"members/li/messages/b", "members/li/messages/a",
                                     "members/li/messages/b"}),
                            "li")
                  .value(),
              ElementsAre("b", "a"));
  EXPECT_TRUE(MessagesNamed(Marking({}, 7), "li")->empty());
}

struct BadMarkCase {
  const char* name;
  v1::MarkReadRequest request;
  const char* field;
};

class BadMarkTest : public ::testing::TestWithParam<BadMarkCase> {};

TEST_P(BadMarkTest, IsRefused) {
  EXPECT_THAT(MessagesNamed(GetParam().request, "li"),
              FailsWith(kInvalid, "FIELD_INVALID", GetParam().field));
}

const BadMarkCase kBadMarks[] = {
    {"neither", Marking({}), "names"},
    {"both", Marking({"members/li/messages/a"}, 1), "names"},
    {"negative", Marking({}, -1), "up_to_sequence"},
    {"too many", Marking(std::vector<std::string>(501, "members/li/messages/a")), "names"},
    {"another inbox", Marking({"members/li/messages/a", "members/wang/messages/b"}), "names[1]"},
    {"no message", Marking({"members/li"}), "names[0]"}};
INSTANTIATE_TEST_SUITE_P(Marks, BadMarkTest, ::testing::ValuesIn(kBadMarks));

v1::Message UrgentMessage() {
  v1::Message message;
  message.set_name("members/li/messages/a");
  message.set_acknowledgement_required(true);
  *message.mutable_step_up_time() = ToTimestamp(absl::FromUnixSeconds(5000));
  return message;
}

TEST(AcknowledgeTest, ReadsAndDoesNotStepUp) {
  const absl::Time now = absl::FromUnixSeconds(4000);
  const auto message = Acknowledge(UrgentMessage(), now);
  ASSERT_THAT(message, IsOk());
  EXPECT_EQ(FromTimestamp(message->acknowledge_time()), now);
  EXPECT_EQ(FromTimestamp(message->read_time()), now);
  EXPECT_FALSE(message->has_step_up_time());
}

TEST(AcknowledgeTest, TheFirstTimeStands) {
  v1::Message message = UrgentMessage();
  *message.mutable_read_time() = ToTimestamp(absl::FromUnixSeconds(3000));
  const v1::Message first = Acknowledge(message, absl::FromUnixSeconds(4000)).value();
  EXPECT_EQ(FromTimestamp(first.read_time()), absl::FromUnixSeconds(3000));
  const v1::Message second = Acknowledge(first, absl::FromUnixSeconds(4500)).value();
  EXPECT_EQ(second.SerializeAsString(), first.SerializeAsString());
}

TEST(AcknowledgeTest, OnlyWhatAsksForIt) {
  v1::Message message = UrgentMessage();
  message.set_acknowledgement_required(false);
  EXPECT_THAT(Acknowledge(message, absl::FromUnixSeconds(4000)),
              FailsWith(testing::kPrecondition, "ACKNOWLEDGEMENT_NOT_ASKED"));
}

}  // namespace
}  // namespace duban::notification
