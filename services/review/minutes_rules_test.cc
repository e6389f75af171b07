#include "services/review/minutes_rules.h"

#include <string>

#include "common/testing/status_matchers.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using testing::FailsWith;
using testing::IsOk;
using v1::Minutes;
using v1::Session;

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

constexpr char kMinutes[] = R"(
  held_date: "2024-03-11" attending: "units/water" absent: "units/finance" text: "研究了进度。"
  resolutions { text: "抓紧报送" unit: "units/water" } resolutions { text: "下次再议" })";

TEST(MinutesTest, NumberTheirResolutions) {
  const auto minutes = CheckMinutes(FromText<Minutes>(kMinutes));
  ASSERT_THAT(minutes, IsOk());
  EXPECT_EQ(minutes->resolutions(0).number(), 1);
  EXPECT_EQ(minutes->resolutions(1).number(), 2);
}

TEST(MinutesTest, SayWhatIsWrong) {
  const struct {
    const char* more;
    const char* reason;
    const char* field;
  } kCases[] = {
      {"held_date: '2024-02-30'", "DATE_INVALID", "minutes.held_date"},
      {"attending: 'units/water'", "FIELD_INVALID", "minutes.attending"},
      {"absent: 'units/water'", "FIELD_INVALID", "minutes.absent"},
      {"absent: 'water'", "FIELD_INVALID", "minutes.absent"},
      {"resolutions { unit: 'units/water' }", "FIELD_INVALID", "minutes.resolutions.text"},
      {"resolutions { text: 'x' unit: 'w' }", "FIELD_INVALID", "minutes.resolutions.unit"},
  };
  for (const auto& one : kCases) {
    Minutes minutes = FromText<Minutes>(kMinutes);
    minutes.MergeFrom(FromText<Minutes>(one.more));
    EXPECT_THAT(CheckMinutes(minutes),
                FailsWith(StatusCode::kInvalidArgument, one.reason, one.field))
        << one.more;
  }
  Minutes many = FromText<Minutes>(kMinutes);
  while (many.resolutions_size() <= 100) many.add_resolutions()->set_text("x");
  EXPECT_THAT(CheckMinutes(many),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "minutes.resolutions"));
}

TEST(MinutesTest, OrdersNameAResolutionOnceThatSaysWho) {
  const Minutes minutes = *CheckMinutes(FromText<Minutes>(kMinutes));
  const auto orders = [&](const std::string& text) {
    return CheckOrders(FromText<v1::RecordMinutesRequest>(text), minutes);
  };
  EXPECT_THAT(orders("action_items { resolution: 1 due_workdays: 5 }"), IsOk());
  for (const char* wrong : {"action_items { resolution: 0 }", "action_items { resolution: 3 }",
                            "action_items { resolution: 2 }",
                            "action_items { resolution: 1 } action_items { resolution: 1 }"}) {
    EXPECT_THAT(orders(wrong),
                FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID", "action_items"))
        << wrong;
  }
}

TEST(MinutesTest, AnOrderIsWhatWasResolved) {
  Minutes minutes = *CheckMinutes(FromText<Minutes>(kMinutes));
  const auto order = FromText<v1::RecordMinutesRequest::ItemOrder>(
      "resolution: 1 due_workdays: 5 short_notice_reason: '汛期'"
      " co_handlers: 'units/finance'");
  const v1::ActionItem item = OrderOf("plans/p/sessions/s", minutes.resolutions(0), order);
  EXPECT_EQ(item.title(), "抓紧报送");
  EXPECT_EQ(item.description(), "");
  EXPECT_EQ(item.unit(), "units/water");
  EXPECT_EQ(item.co_handlers(0), "units/finance");
  EXPECT_EQ(item.due_workdays(), 5);
  EXPECT_EQ(item.short_notice_reason(), "汛期");
  minutes.mutable_resolutions(0)->set_text(std::string(300, 'x'));
  const v1::ActionItem cut = OrderOf("plans/p/sessions/s", minutes.resolutions(0), order);
  EXPECT_EQ(cut.title(), std::string(199, 'x') + "…");
  EXPECT_EQ(cut.description(), std::string(300, 'x'));
}

TEST(MinutesTest, WhatIsInWorkStays) {
  Minutes before = *CheckMinutes(FromText<Minutes>(kMinutes));
  before.mutable_resolutions(0)->set_action_item("plans/p/actionItems/i");
  Minutes after = *CheckMinutes(FromText<Minutes>(kMinutes));
  const auto kept = KeepItems(before, after);
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->resolutions(0).action_item(), "plans/p/actionItems/i");
  after.mutable_resolutions(0)->set_text("不急");
  EXPECT_THAT(KeepItems(before, after),
              FailsWith(StatusCode::kFailedPrecondition, "RESOLUTION_IN_WORK"));
  after.clear_resolutions();
  EXPECT_THAT(KeepItems(before, after),
              FailsWith(StatusCode::kFailedPrecondition, "RESOLUTION_IN_WORK"));
}

TEST(MinutesTest, PublishAClosedDispatchAndNoOther) {
  Session session;
  session.set_state(Session::CLOSED);
  session.set_kind(indicator::v1::CadenceRule::DISPATCH);
  EXPECT_EQ(Minuted(session, Minutes(), absl::UnixEpoch()).state(), Session::PUBLISHED);
  session.set_kind(indicator::v1::CadenceRule::SUMMARY);
  EXPECT_EQ(Minuted(session, Minutes(), absl::UnixEpoch()).state(), Session::CLOSED);
}

}  // namespace
}  // namespace duban::review
