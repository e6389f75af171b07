// Messages on their way to members, by mail and text message, and what providers say of them.
#include <string>

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

namespace duban::notification {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using v1::Delivery;

class LetterDeliveryTest : public ChannelTest {
 protected:
  // A member with these addresses; empty: none.
  void Enroll(const std::string& member, const std::string& mail, const std::string& phone) {
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

  // A message that goes by mail, and by text message where mail fails.
  void Write(const std::string& member) {
    NewMessage message{
        .member = member, .notice = NewUuid7(MachineNow()), .short_text = "请签收“通报”"};
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
                      text.ordinal = 1;
                      return DeliveryStore().Add(tx, {mail, text}, clock_.Now());
                    }),
                IsOk());
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
