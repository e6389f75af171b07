#ifndef DUBAN_SERVICES_NOTIFICATION_LETTER_FIXTURE_H_
#define DUBAN_SERVICES_NOTIFICATION_LETTER_FIXTURE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
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

// What the operator allows, and the real directory.
inline Settings WithDirectory() {
  Settings settings = ChannelTestSettings();
  settings.indicator_target = DirectoryTarget();
  settings.routing.directory_kept = absl::ZeroDuration();
  return settings;
}

// Messages to members, by mail and text message.
class LetterTest : public ChannelTest {
 protected:
  explicit LetterTest(const Settings& settings = WithDirectory()) : ChannelTest(settings) {}

  // A member with these addresses; empty: none.
  void Enroll(const std::string& member, const std::string& mail, const std::string& phone) {
    PutMember(MemberWith(member, "water", common::v1::AUDITOR));
    const auto key = SealingKey::Load((Receiver().folder() / "secrets.key").string());
    ASSERT_THAT(key, testing::IsOk());
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
                testing::IsOk());
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
        testing::IsOk());
    Execute("UPDATE notices SET state = 2");
    Write(member, Select("SELECT notice FROM notices WHERE event = '" + event + "'").at(0), event);
  }

  // The member's mail has failed once; what becomes of it when it is tried again.
  v1::Delivery TryAgain(const std::string& member) {
    clock_.Advance(absl::Seconds(6));
    return Await(member, "EMAIL", v1::Delivery::CANCELLED);
  }

  void AwaitFirstTry(const std::string& member) {
    EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
      return DeliveriesOf("members/" + member, "channel = EMAIL")[0].attempt_count() == 1;
    }));
  }

  v1::Delivery Await(const std::string& member, const std::string& channel,
                     v1::Delivery::State state) {
    v1::Delivery delivery;
    EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
      const auto found = DeliveriesOf("members/" + member, "channel = " + channel);
      if (!found.empty()) delivery = found.front();
      return delivery.state() == state;
    })) << delivery.DebugString();
    return delivery;
  }

  bool Receipt(const std::string& message, v1::Delivery::Receipt receipt,
               const std::string& key = "receipt-key",
               const std::string& provider = "sms-gateway") {
    v1::RecordReceiptRequest request;
    request.set_provider(provider);
    request.set_provider_message(message);
    request.set_receipt(receipt);
    *request.mutable_time() = ToTimestamp(clock_.Now());
    request.set_signature(absl::BytesToHexString(HmacSha256(
        key, absl::StrCat(provider, "\n", message, "\n", v1::Delivery::Receipt_Name(receipt), "\n",
                          absl::ToUnixMillis(clock_.Now())))));
    const auto response = Call(*deliveries_, &Deliveries::RecordReceipt, System(), request);
    EXPECT_THAT(response, testing::IsOk());
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

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_LETTER_FIXTURE_H_
