// Messages on their way to members, by mail and text message, and what providers say of them.
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/hmac.h"
#include "common/base/id.h"
#include "common/base/sealing_key.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "services/notification/channel_fixture.h"
#include "services/notification/delivery_store.h"
#include "services/notification/inbox_store.h"
#include "services/notification/notice_store.h"
#include "services/notification/routing_fixture.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using v1::Delivery;

Settings WithDirectory() {
  Settings settings = ChannelTestSettings();
  settings.indicator_target = DirectoryTarget();
  settings.routing.directory_kept = absl::ZeroDuration();
  return settings;
}

class LetterDeliveryTest : public ChannelTest {
 protected:
  explicit LetterDeliveryTest(const Settings& settings = WithDirectory()) : ChannelTest(settings) {}

  // A member with these addresses; empty: none.
  void Enroll(const std::string& member, const std::string& mail, const std::string& phone) {
    PutMember(MemberWith(member, "water", common::v1::AUDITOR));
    const auto key = SealingKey::Load((Receiver().folder() / "secrets.key").string());
    ASSERT_THAT(key, IsOk());
    const auto sealed = [&](const std::string& address, const char* kind) {
      return address.empty()
                 ? ""
                 : key->Seal(address, absl::StrCat("contact_points/", member, "/", kind));
    };
    Execute(absl::StrCat("INSERT INTO contact_points VALUES ('", member, "', '",
                         sealed(phone, "phone"), "', '", sealed(mail, "mail"),
                         "', '', '', '', '', UTC_TIMESTAMP(6), 1)"));
  }

  // A message that goes by mail, and by text message where mail fails, or the other way round; of
  // the notice and event, if any.
  void Write(const std::string& member, const std::string& notice = NewUuid7(MachineNow()),
             const std::string& event = "") {
    NewMessage message{.member = member, .notice = notice, .short_text = "请签收“通报”"};
    if (!event.empty()) message.content.add_events("events/" + event);
    message.content.set_title("通报已印发");
    message.content.set_body("请阅 <通报>");
    message.content.set_title_en("Bulletin");
    message.content.set_body_en("Please read it.");
    message.content.set_urgency(v1::NORMAL);
    EXPECT_THAT(harness_.database().RunInTransaction(
                    MachineNow() + absl::Seconds(10),
                    [&](db::Transaction& tx) -> absl::Status {
                      DUBAN_ASSIGN_OR_RETURN(const auto added,
                                             InboxStore().Add(tx, {message}, clock_.Now()));
                      const std::string& name = added.at(0).content.name();
                      NewDelivery mail = {.channel = v1::EMAIL,
                                          .member = member,
                                          .message = name.substr(name.rfind('/') + 1),
                                          .due_time = clock_.Now()};
                      NewDelivery text = mail;
                      text.channel = v1::SMS;
                      (text_first_ ? mail : text).ordinal = 1;
                      return DeliveryStore().Add(tx, {mail, text}, clock_.Now());
                    }),
                IsOk());
  }

  // What an event of this type told the member, as one of the audience: by mail first.
  void WriteOf(const std::string& member, const std::string& type, const std::string& audience,
               const std::string& obligation = "",
               std::optional<absl::Time> expire_time = std::nullopt) {
    NoticeRecord record;
    const std::string event = NewUuid7(MachineNow());
    record.notice.set_event("events/" + event);
    record.notice.set_event_type(type);
    record.notice.set_member("members/" + member);
    record.notice.set_audience(audience);
    record.notice.set_urgency(v1::NORMAL);
    record.subject = "plans/p/actionItems/x";
    if (!obligation.empty()) record.obligations = {obligation};
    record.expire_time = expire_time;
    EXPECT_THAT(
        harness_.database().RunInTransaction(
            MachineNow() + absl::Seconds(10),
            [&](db::Transaction& tx) { return NoticeStore().Add(tx, {record}, clock_.Now()); }),
        IsOk());
    Execute("UPDATE notices SET state = 2");
    Write(member, Select("SELECT notice FROM notices WHERE event = '" + event + "'").at(0), event);
  }

  // The member's mail has failed once; what becomes of it when it is tried again.
  Delivery TryAgain(const std::string& member) {
    clock_.Advance(absl::Seconds(6));
    return Await(member, "EMAIL", Delivery::CANCELLED);
  }

  void AwaitFirstTry(const std::string& member) {
    EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
      return DeliveriesOf("members/" + member, "channel = EMAIL")[0].attempt_count() == 1;
    }));
  }

  Delivery Await(const std::string& member, const std::string& channel, Delivery::State state) {
    Delivery delivery;
    EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
      const auto found = DeliveriesOf("members/" + member, "channel = " + channel);
      if (!found.empty()) delivery = found.front();
      return delivery.state() == state;
    })) << delivery.DebugString();
    return delivery;
  }

  bool Receipt(const std::string& message, Delivery::Receipt receipt,
               const std::string& key = "receipt-key",
               const std::string& provider = "sms-gateway") {
    v1::RecordReceiptRequest request;
    request.set_provider(provider);
    request.set_provider_message(message);
    request.set_receipt(receipt);
    *request.mutable_time() = ToTimestamp(clock_.Now());
    request.set_signature(absl::BytesToHexString(
        HmacSha256(key, absl::StrCat(provider, "\n", message, "\n", Delivery::Receipt_Name(receipt),
                                     "\n", absl::ToUnixMillis(clock_.Now())))));
    const auto response = Call(*deliveries_, &Deliveries::RecordReceipt, System(), request);
    EXPECT_THAT(response, IsOk());
    return response.ok() && response->recorded();
  }

  // The id that the provider gave to the member's text message.
  std::string ProviderMessage(const std::string& member) {
    return Select("SELECT provider_message FROM deliveries WHERE channel = 2 AND member = '" +
                  member + "'")
        .at(0);
  }

  bool text_first_ = false;
};

TEST_F(LetterDeliveryTest, AMailReachesItsMember) {
  Enroll("li", "li@example.gov.cn", "13800005678");
  Write("li");
  const Delivery delivery = Await("li", "EMAIL", Delivery::SENT);
  const nlohmann::json mail = Receiver().Received().back();
  EXPECT_EQ(mail.at("recipient"), "li@example.gov.cn");
  EXPECT_EQ(mail.at("secure"), true);
  EXPECT_EQ(mail.at("user"), "duban");
  const std::string body = mail.at("body");
  EXPECT_THAT(body, HasSubstr(absl::StrCat("Message-ID: <",
                                           delivery.name().substr(delivery.name().rfind('/') + 1),
                                           "@example.gov.cn>")));
  EXPECT_THAT(body, HasSubstr("Subject: =?UTF-8?B?6YCa5oql5bey5Y2w5Y+R?="));
  // The text message waited for the mail to fail.
  Await("li", "SMS", Delivery::CANCELLED);
  EXPECT_TRUE(ReceivedAt("/ok/sms").empty());
}

TEST_F(LetterDeliveryTest, WhereMailIsRefusedATextMessageGoes) {
  Enroll("wang", "refused@example.gov.cn", "13900001234");
  Write("wang");
  EXPECT_EQ(Await("wang", "EMAIL", Delivery::DEAD).last_error(), "answered 550");
  const Delivery text = Await("wang", "SMS", Delivery::SENT);
  const nlohmann::json request = ReceivedAt("/ok/sms").back();
  EXPECT_EQ(request.at("headers").at("x-key"), "right");
  const nlohmann::json body = nlohmann::json::parse(request.at("body").get<std::string>());
  EXPECT_EQ(body.at("to"), "13900001234");
  EXPECT_EQ(body.at("text"), "请签收“通报”");
  EXPECT_EQ(body.at("id"), text.name().substr(text.name().rfind('/') + 1));
  for (const Delivery& delivery : DeliveriesOf("members/-")) {
    EXPECT_FALSE(absl::StrContains(delivery.DebugString(), "1390000")) << "no personal data";
  }
}

TEST_F(LetterDeliveryTest, AMailThatIsNotTakenYetIsTriedAgain) {
  Enroll("chen", "later@example.gov.cn", "");
  Write("chen");
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
    return DeliveriesOf("members/chen", "channel = EMAIL")[0].attempt_count() == 1;
  }));
  const Delivery mail = DeliveriesOf("members/chen", "channel = EMAIL")[0];
  EXPECT_EQ(mail.state(), Delivery::DUE);
  EXPECT_EQ(mail.last_error(), "answered 451");
}

TEST_F(LetterDeliveryTest, AMemberWithoutAddressesIsSeenToHaveNone) {
  Enroll("zhao", "", "");
  Write("zhao");
  EXPECT_THAT(Await("zhao", "EMAIL", Delivery::DEAD).last_error(), HasSubstr("no address"));
  EXPECT_THAT(Await("zhao", "SMS", Delivery::DEAD).last_error(), HasSubstr("no address"));
}

TEST_F(LetterDeliveryTest, AReceiptConfirmsOnce) {
  Enroll("sun", "", "13700001111");
  Write("sun");
  const Delivery text = Await("sun", "SMS", Delivery::SENT);
  const std::string message = ProviderMessage("sun");
  EXPECT_FALSE(Receipt(message, Delivery::ARRIVED, "a forger's key"));
  EXPECT_FALSE(Receipt(message, Delivery::ARRIVED, "", "sms-gateway"));
  EXPECT_FALSE(Receipt(message, Delivery::ARRIVED, "receipt-key", "unknown"));
  EXPECT_FALSE(Receipt("m-unknown", Delivery::ARRIVED));
  EXPECT_EQ(GetDelivery(text.name()).state(), Delivery::SENT);
  EXPECT_TRUE(Receipt(message, Delivery::ARRIVED));
  EXPECT_FALSE(Receipt(message, Delivery::ARRIVED));
  EXPECT_FALSE(Receipt(message, Delivery::FAILED));
  const Delivery confirmed = GetDelivery(text.name());
  EXPECT_EQ(confirmed.state(), Delivery::CONFIRMED);
  EXPECT_EQ(confirmed.receipt(), Delivery::ARRIVED);
  EXPECT_EQ(FromTimestamp(confirmed.confirm_time()), clock_.Now());
}

TEST_F(LetterDeliveryTest, AReceiptMaySayThatItNeverArrived) {
  Enroll("zhou", "", "13700002222");
  Write("zhou");
  const Delivery text = Await("zhou", "SMS", Delivery::SENT);
  EXPECT_TRUE(Receipt(ProviderMessage("zhou"), Delivery::FAILED));
  EXPECT_EQ(GetDelivery(text.name()).state(), Delivery::DEAD);
  EXPECT_FALSE(Receipt(ProviderMessage("zhou"), Delivery::ARRIVED));
}

TEST_F(LetterDeliveryTest, WhereNoReceiptComesTheNextChannelGoes) {
  text_first_ = true;
  Enroll("sun", "sun@example.gov.cn", "13700003333");
  Write("sun");
  const Delivery text = Await("sun", "SMS", Delivery::SENT);
  EXPECT_EQ(FromTimestamp(text.due_time()), clock_.Now() + absl::Minutes(15));
  EXPECT_EQ(DeliveriesOf("members/sun", "channel = EMAIL")[0].state(), Delivery::WAITING);
  clock_.Advance(absl::Minutes(15));
  Await("sun", "EMAIL", Delivery::SENT);
  // One that comes late counts all the same.
  EXPECT_TRUE(Receipt(ProviderMessage("sun"), Delivery::ARRIVED));
  EXPECT_EQ(GetDelivery(text.name()).state(), Delivery::CONFIRMED);
}

// Before it is on record that the provider took it. The first one counts.
TEST_F(LetterDeliveryTest, AReceiptMayComeEarly) {
  const std::string next = absl::StrCat("m-", ReceivedAt("/ok/sms").size() + 1);
  EXPECT_FALSE(Receipt(next, Delivery::ARRIVED));
  EXPECT_FALSE(Receipt(next, Delivery::FAILED));
  EXPECT_FALSE(Receipt(next, Delivery::ARRIVED, "a forger's key"));
  EXPECT_EQ(Select("SELECT receipt FROM early_receipts"), std::vector<std::string>{"1"});
  text_first_ = true;
  Enroll("sun", "sun@example.gov.cn", "13700004444");
  Write("sun");
  const Delivery text = Await("sun", "SMS", Delivery::CONFIRMED);
  EXPECT_EQ(ProviderMessage("sun"), next);
  EXPECT_EQ(text.receipt(), Delivery::ARRIVED);
  Await("sun", "EMAIL", Delivery::CANCELLED);
  EXPECT_EQ(Select("SELECT receipt FROM early_receipts"), std::vector<std::string>());
}

TEST_F(LetterDeliveryTest, AnEarlyFailureSendsItTheNextWay) {
  const std::string next = absl::StrCat("m-", ReceivedAt("/ok/sms").size() + 1);
  EXPECT_FALSE(Receipt(next, Delivery::FAILED));
  text_first_ = true;
  Enroll("sun", "sun@example.gov.cn", "13700005555");
  Write("sun");
  EXPECT_EQ(Await("sun", "SMS", Delivery::DEAD).receipt(), Delivery::FAILED);
  Await("sun", "EMAIL", Delivery::SENT);
}

TEST_F(LetterDeliveryTest, WhoLeftSinceIsNotWrittenTo) {
  Enroll("li", "later@example.gov.cn", "13800005555");
  PutMember(MemberWith("li", "water", common::v1::REPORTER));
  WriteOf("li", "duban.submission.report.returned", "UNIT_LIAISONS units/water");
  AwaitFirstTry("li");
  PutMember(MemberWith("li", "sci-industry", common::v1::REPORTER));
  EXPECT_THAT(TryAgain("li").last_error(), HasSubstr("已离任"));
  // Nor by the channel that waited behind.
  Await("li", "SMS", Delivery::CANCELLED);
}

TEST_F(LetterDeliveryTest, WhatWasMetSinceIsNotRemindedOf) {
  Enroll("li", "later@example.gov.cn", "");
  PutMember(MemberWith("li", "water", common::v1::REPORTER));
  Execute(
      "INSERT INTO tracked_obligations VALUES ('plans/p/obligations/a', 'p', 'water', 'i', "
      "'2024-03',"
      " 0, UTC_TIMESTAMP(6), 1, 1, 1, '')");
  WriteOf("li", "duban.review.session.due_soon", "UNIT_LIAISONS units/water",
          "plans/p/obligations/a");
  AwaitFirstTry("li");
  Execute("UPDATE tracked_obligations SET state = 2");
  EXPECT_THAT(TryAgain("li").last_error(), HasSubstr("已报送"));
}

TEST_F(LetterDeliveryTest, WhoseTimeIsOverIsNotRemindedAnyMore) {
  Enroll("li", "later@example.gov.cn", "");
  PutMember(MemberWith("li", "water", common::v1::REPORTER));
  WriteOf("li", "duban.review.session.due_soon", "UNIT_LIAISONS units/water", "",
          clock_.Now() + absl::Seconds(3));
  AwaitFirstTry("li");
  EXPECT_THAT(TryAgain("li").last_error(), HasSubstr("已过时限"));
}

TEST_F(LetterDeliveryTest, WhoTookOverIsToldOfWhatALeaverWasNot) {
  Enroll("li", "later@example.gov.cn", "");
  PutMember(MemberWith("li", "water", common::v1::REPORTER));
  WriteOf("li", "duban.submission.report.returned", "UNIT_LIAISONS units/water");
  Execute(
      "INSERT INTO notification_events (event, type, source, subject, plan, unit, sequence, time,"
      " data_type, data, state, receive_time, due_time, attempts, last_error, version)"
      " SELECT event, event_type, 'submission', subject, '', '', 1, due_time, '', '', 2, due_time,"
      " due_time, 1, '', 1 FROM notices");
  AwaitFirstTry("li");
  indicator::v1::Member left = MemberWith("li", "water", common::v1::REPORTER);
  left.mutable_posts(0)->set_end_date("2024-03-28");
  PutMember(left);
  TryAgain("li");
  EXPECT_EQ(Select("SELECT state FROM notification_events"), std::vector<std::string>{"1"});
}

TEST_F(LetterDeliveryTest, AHeadIsNotWrittenToOfWhatWasAcknowledgedSince) {
  WriteOf("zhao", "duban.review.action_item.escalated", "UNIT_LIAISONS units/water");
  Enroll("wu", "later@example.gov.cn", "");
  PutMember(MemberWith("wu", "water", common::v1::UNIT_HEAD));
  Write("wu", Select("SELECT notice FROM notices").at(0));
  AwaitFirstTry("wu");
  Execute("UPDATE messages SET acknowledge_time = create_time WHERE member = 'zhao'");
  EXPECT_THAT(TryAgain("wu").last_error(), HasSubstr("已签收"));
}

// A digest, while anything in it holds.
TEST_F(LetterDeliveryTest, ADigestIsWrittenOfWhatIsLeft) {
  Enroll("li", "later@example.gov.cn", "");
  PutMember(MemberWith("li", "water", common::v1::REPORTER));
  WriteOf("li", "duban.review.session.due_soon", "UNIT_LIAISONS units/water", "",
          clock_.Now() + absl::Seconds(3));
  WriteOf("li", "duban.review.session.due_soon", "UNIT_LIAISONS units/water", "",
          clock_.Now() + absl::Seconds(20));
  Execute("DELETE FROM deliveries");
  const auto events = Select("SELECT event FROM notices ORDER BY notice");
  Write("li", NewUuid7(MachineNow()), absl::StrCat(events.at(0), " events/", events.at(1)));
  AwaitFirstTry("li");
  clock_.Advance(absl::Seconds(6));
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
    return DeliveriesOf("members/li", "channel = EMAIL")[0].attempt_count() == 2;
  }));
  clock_.Advance(absl::Minutes(6));
  EXPECT_THAT(Await("li", "EMAIL", Delivery::CANCELLED).last_error(), HasSubstr("已过时限"));
}

class LostDirectoryTest : public LetterDeliveryTest {
 protected:
  LostDirectoryTest() : LetterDeliveryTest(ChannelTestSettings()) {}
};

TEST_F(LostDirectoryTest, LettersWaitForTheDirectoryAndWebhooksDoNot) {
  Enroll("li", "li@example.gov.cn", "");
  Write("li");
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
    return Select("SELECT parked FROM deliveries WHERE channel = 1").at(0) == "1";
  }));
  Subscribe("province", Receiver().Http("/status/204/meanwhile"));
  Tell();
  AwaitState("subscriptions/province", Delivery::SENT);
  const Delivery mail = DeliveriesOf("members/li", "channel = EMAIL")[0];
  EXPECT_EQ(mail.state(), Delivery::DUE);
  EXPECT_EQ(mail.attempt_count(), 0);
}

TEST_F(LetterDeliveryTest, WhatIsStillOwedIsTriedAgain) {
  Enroll("li", "later@example.gov.cn", "");
  PutMember(MemberWith("li", "water", common::v1::REPORTER));
  WriteOf("li", "duban.review.session.due_soon", "UNIT_LIAISONS units/water", "",
          clock_.Now() + absl::Hours(3));
  AwaitFirstTry("li");
  clock_.Advance(absl::Seconds(6));
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
    return DeliveriesOf("members/li", "channel = EMAIL")[0].attempt_count() == 2;
  }));
}

TEST_F(LetterDeliveryTest, ReceiptsAreChecked) {
  v1::RecordReceiptRequest request;
  request.set_provider("sms-gateway");
  request.set_provider_message("m");
  EXPECT_THAT(Call(*deliveries_, &Deliveries::RecordReceipt, System(), request),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "receipt"));
}

TEST(ChannelsFileTest, StopsTheStartWhereItIsWrong) {
  Settings settings;
  settings.channels_file = "/nonexistent/channels.json";
  EXPECT_THAT(Definition(settings).assemble({.signer = &testing::TestSigner()}),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CHANNELS_INVALID"));
}

}  // namespace
}  // namespace duban::notification
